"""The document camera in a real browser: the live picture, and pages taken of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from devices.camera import DocumentCamera
from devices.simulators.camera import SimulatedCamera
from edge.web.viewfinder import Viewfinder
from tests.edge.imaging.test_outline import on_a_desk
from tests.kiosk_ui.browser import SIZES, Counter, counter_at
from tests.kiosk_ui.test_screens import dossier_of
from tests.kiosk_ui.world import World, lived_in

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("desk")
    lying: list[tuple[int, int]] = [(420, 300), (1620, 380), (1500, 2080), (300, 2000)]
    (folder / "sheet.jpg").write_bytes(on_a_desk(lying))
    with SimulatedCamera(folder / "video0", folder / "sheet.jpg") as far_end:
        finder = Viewfinder(DocumentCamera(far_end.path).pictures)
        with lived_in(folder / "world", 6, 1, camera=finder) as opened:
            yield opened


@pytest.fixture
def window(browser: Browser, desk: World) -> Iterator[Counter]:
    with counter_at(browser, desk.url, *SIZES) as opened:
        opened.sign_in()
        yield opened


@pytest.mark.checklist("000-08")
def test_a_sheet_beneath_the_camera_is_seen_live_and_taken(window: Counter, desk: World) -> None:
    window.open(f"/dossiers/{dossier_of(desk, desk.person().id)}/supplement")
    window.page.tap("text=用高拍仪拍")
    live = window.page.locator(".camera img")
    expect(live).to_be_visible()
    seen = live.evaluate(
        "face => new Promise(tell => { const look = () => face.naturalWidth "
        "? tell(face.naturalWidth) : setTimeout(look, 50); look(); })"
    )
    assert seen == 960
    before = window.page.locator(".sheet").count()
    window.page.tap("text=拍一页")
    expect(window.page.locator(".sheet")).to_have_count(before + 1, timeout=20_000)
    taken = window.page.locator(".sheet .face img").last
    expect(taken).to_be_visible()
    shape = taken.evaluate("face => face.naturalHeight / face.naturalWidth")
    assert shape == pytest.approx(297 / 210, rel=0.1)
    window.keep("camera")
    assert window.faults() == []
