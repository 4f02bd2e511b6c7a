"""One lived-in office and one browser for all screen tests of a worker."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.world import SHEETS, World, lived_in


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with lived_in(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@pytest.fixture
def counter(browser: Browser, world: World) -> Iterator[Counter]:
    """A clerk's window, signed in; its pages are looked at in both sizes."""
    world.tray.sheets, world.tray.jam_after = SHEETS, None
    with counter_at(browser, world.url, *SIZES) as window:
        window.sign_in()
        yield window
