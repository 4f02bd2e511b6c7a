"""What every test may ask for: an office at work, and the clock on its wall."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect

from edge.workflows.office import Office
from tests.fresh_spaces import fresh_spaces
from tests.kiosk_ui.browser import chromium
from tests.offices import Clock, office_in

# Durable writes are waited for; two thirds of a run were. A kill needs no disk to be survived, and
# what a power cut leaves is put together by the tests themselves.
MEMORY, ROOM_NEEDED = Path("/dev/shm"), 3 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_NEEDED:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
# What a command prints follows the terminal; the tests read Chinese unless they ask otherwise.
os.environ["LC_ALL"] = "C.UTF-8"
# Two machines of very different speed run these; time is no promise of a property.
settings.register_profile(
    "dangxia", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("dangxia")
# Two busy cores may need long for a page; a wrong page stays wrong.
expect.set_options(timeout=20_000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session", autouse=True)
def _fresh_spaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with fresh_spaces(tmp_path_factory.mktemp("empty")):
        yield


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office that nobody has worked in."""
    folder = tmp_path_factory.mktemp("peopled") / "office"
    with office_in(folder):
        pass
    return folder


@pytest.fixture
def office(tmp_path: Path, clock: Clock, peopled: Path) -> Iterator[Office]:
    """The office of Willow River, empty but for its staff."""
    shutil.copytree(peopled, tmp_path / "office")
    with office_in(tmp_path / "office", clock=clock) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One real browser for a file's tests; its event loop must not outlive them."""
    with chromium() as started:
        yield started
