"""Pages taken by the document camera, its far end simulated, through the real driver."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image

from devices.camera import DocumentCamera
from devices.simulators.camera import SimulatedCamera
from edge.domain.cover_code import cover_code
from edge.domain.errors import DeviceError
from edge.store.captures import waiting_captures
from edge.store.dossiers import pages_of
from edge.web.viewfinder import Viewfinder
from edge.workflows.office import Office
from tests.edge.imaging.test_outline import on_a_desk
from tests.edge.web.conftest import Desk, open_desk
from tests.offices import receive_person


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[SimulatedCamera]:
    (tmp_path / "one.jpg").write_bytes(
        on_a_desk([(420, 300), (1620, 380), (1500, 2080), (300, 2000)])
    )
    with SimulatedCamera(tmp_path / "video0", tmp_path / "one.jpg") as camera:
        yield camera


@pytest.fixture
def finder(far_end: SimulatedCamera) -> Viewfinder:
    return Viewfinder(DocumentCamera(far_end.path, patience=2.0).pictures)


@pytest.fixture
def camera_desk(office: Office, tmp_path: Path, finder: Viewfinder) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, None, camera=finder)


def test_a_page_is_the_whole_picture_and_is_shown_straightened(
    camera_desk: Desk, far_end: SimulatedCamera, tmp_path: Path
) -> None:
    desk = camera_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    assert "用高拍仪拍" in desk.get(f"/dossiers/{received.dossier}/supplement").text
    place = desk.post(f"/dossiers/{received.dossier}/shots").headers["location"]
    assert "/camera/preview" in desk.get(place).text
    assert desk.post(f"{place}/shots").status_code == 204
    assert "已拍 1 页" in desk.get(f"{place}/state").text
    desk.post(f"{place}/aside")
    with desk.office.space.read() as town:
        (held,) = waiting_captures(town)
        (page,) = pages_of(town, held.id)
    assert held.source == "camera"
    assert desk.office.blobs.read(page.blob) == (tmp_path / "one.jpg").read_bytes()
    straight = desk.get(f"/pages/{held.id}/{page.blob}/straight").content
    with Image.open(io.BytesIO(straight)) as sheet:
        assert sheet.height / sheet.width == pytest.approx(297 / 210, rel=0.08)


def test_a_page_shows_what_lies_there_now_and_not_before(
    camera_desk: Desk, far_end: SimulatedCamera, finder: Viewfinder, tmp_path: Path
) -> None:
    desk = camera_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    place = desk.post(f"/dossiers/{received.dossier}/shots").headers["location"]
    desk.post(f"{place}/shots")
    other = on_a_desk([(300, 250), (1550, 250), (1550, 2020), (300, 2020)])
    (tmp_path / "two.jpg").write_bytes(other)
    far_end.show(tmp_path / "two.jpg")
    desk.post(f"{place}/shots")
    desk.post(f"{place}/aside")
    with desk.office.space.read() as town:
        (held,) = waiting_captures(town)
        last = pages_of(town, held.id)[-1]
    assert desk.office.blobs.read(last.blob) == other


def test_a_camera_that_is_gone_is_told_and_the_pages_stay(
    camera_desk: Desk, far_end: SimulatedCamera
) -> None:
    desk = camera_desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    place = desk.post(f"/dossiers/{received.dossier}/shots").headers["location"]
    desk.post(f"{place}/shots")
    far_end.pull_out()
    gone = desk.post(f"{place}/shots", fragment=True)
    assert gone.status_code == 503
    assert "高拍仪没有应答" in gone.text
    assert "已拍 1 页" in desk.get(f"{place}/state").text


def test_the_camera_is_let_go_when_nobody_looks(
    far_end: SimulatedCamera, finder: Viewfinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.viewfinder.UNWATCHED_S", 0.3)
    finder.picture()
    deadline = time.monotonic() + 20
    other = DocumentCamera(far_end.path)
    while True:
        try:
            assert next(other.pictures()).jpeg
            break
        except DeviceError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert finder.picture()[1]


def test_without_a_camera_nothing_is_offered(desk: Desk) -> None:
    desk.sign_in()
    received = receive_person(desk.office, "王秀英")
    assert "高拍仪" not in desk.get(f"/dossiers/{received.dossier}/supplement").text
    assert desk.post(f"/dossiers/{received.dossier}/shots", fragment=True).status_code == 503


def test_a_code_beneath_the_camera_is_read_and_what_is_none_is_said(
    office: Office, tmp_path: Path
) -> None:
    received = receive_person(office, "王秀英")
    label, empty = tmp_path / "label.jpg", tmp_path / "empty.jpg"
    sheet = Image.new("L", (1600, 1200), 235)
    code = io.BytesIO()
    segno.make(cover_code(received.dossier)).save(code, kind="png", scale=8)
    with Image.open(code) as drawn:
        sheet.paste(drawn.convert("L"), (300, 200))
    sheet.save(label)
    Image.new("L", (1600, 1200), 235).save(empty)
    for lying, means in ((label, "dossier"), (empty, "misread")):
        with SimulatedCamera(tmp_path / f"video-{means}", lying) as camera:
            finder = Viewfinder(DocumentCamera(camera.path, patience=2.0).pictures)
            for desk in open_desk(office, tmp_path / means, None, None, camera=finder):
                read = desk.sign_in().post("/codes/seen").json()
                assert read["means"] == means
                assert bool(read["said"]) == (means == "misread")
