"""Real files, the real inotify, real poppler."""

import contextlib
import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.driver import State
from devices.hot_folder import Arrival, HotFolder, is_being_written

QUIET = 0.3
PATIENCE = 0.8


class Desk:
    """A hot folder with somebody who takes what arrives."""

    def __init__(self, root: Path, **options: bool) -> None:
        self.inbox, self.work, self.quarantine = (root / n for n in ("in", "work", "bad"))
        self.folder = HotFolder(
            self.inbox,
            self.work,
            self.quarantine,
            quiet_seconds=QUIET,
            patience_seconds=PATIENCE,
            **options,
        )
        self.taken: queue.Queue[Arrival] = queue.Queue()

    @contextlib.contextmanager
    def open(self) -> Iterator["Desk"]:
        def take() -> None:
            for arrival in self.folder.arrivals():
                self.taken.put(arrival)

        taker = threading.Thread(target=take)
        with self.folder:
            taker.start()
            yield self
        taker.join()

    def next(self, seconds: float = 8) -> Arrival:
        return self.taken.get(timeout=seconds)

    def nothing(self, seconds: float) -> bool:
        try:
            self.taken.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path).open() as opened:
        yield opened


def wait_until(true: Callable[[], object], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def sheet(path: Path, shade: int = 200) -> bytes:
    page = Image.new("RGB", (330, 468), (shade, shade, 255))
    page.save(path, resolution=40) if path.suffix == ".pdf" else page.save(path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("扫描件0001.pdf", "application/pdf"),
        ("第一页.jpg", "image/jpeg"),
        ("page.TIF", "image/tiff"),
    ],
)
def test_a_whole_file_arrives_once_under_its_own_name(
    desk: Desk, tmp_path: Path, name: str, media_type: str
) -> None:
    content = sheet(tmp_path / name)
    (desk.inbox / name).write_bytes(content)
    arrival = desk.next()
    assert (arrival.name, arrival.media_type) == (name, media_type)
    assert arrival.sha256 == hashlib.sha256(content).hexdigest()
    assert arrival.path.read_bytes() == content
    assert list(desk.inbox.iterdir()) == []
    assert desk.nothing(3 * QUIET)


def test_a_file_that_is_still_open_is_not_taken_however_long_it_stands_still(
    desk: Desk, tmp_path: Path
) -> None:
    content = sheet(tmp_path / "whole.jpg")
    with (desk.inbox / "slow.jpg").open("wb") as writer:
        writer.write(content)
        writer.flush()
        assert is_being_written(desk.inbox / "slow.jpg")
        assert desk.nothing(PATIENCE + 3 * QUIET)
        assert desk.folder.quarantined() == []
    assert desk.next().sha256 == hashlib.sha256(content).hexdigest()


def test_a_half_written_file_is_not_taken_before_its_rest_has_come(
    desk: Desk, tmp_path: Path
) -> None:
    content = sheet(tmp_path / "whole.pdf")
    target = desk.inbox / "pages.pdf"
    target.write_bytes(content[: len(content) // 2])
    assert desk.nothing(QUIET + 0.2)
    with target.open("ab") as copier:
        copier.write(content[len(content) // 2 :])
    assert desk.next().sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "cut", "reason"),
    [
        ("cut.pdf", 0.6, "device.hot_folder.cut_short"),
        ("cut.jpg", 0.6, "device.hot_folder.damaged"),
        ("cut.tif", 0.6, "device.hot_folder.damaged"),
        ("letter.txt", 1.0, "device.hot_folder.unknown_type"),
        ("empty.pdf", 0.0, "device.hot_folder.unknown_type"),
    ],
)
def test_a_broken_file_is_set_aside_with_its_reason_and_nothing_is_lost(
    desk: Desk, tmp_path: Path, name: str, cut: float, reason: str
) -> None:
    source = tmp_path / name
    content = b"Dear archive" if name.endswith("txt") else sheet(source)
    kept = content[: int(len(content) * cut)]
    (desk.inbox / name).write_bytes(kept)
    wait_until(desk.folder.quarantined)
    (row,) = desk.folder.quarantined()
    assert (row.name, row.reason) == (name, reason)
    assert row.path.read_bytes() == kept
    assert list(desk.inbox.iterdir()) == []
    assert desk.taken.empty()


def test_a_pdf_with_an_end_mark_but_no_pages_is_set_aside(desk: Desk) -> None:
    (desk.inbox / "hollow.pdf").write_bytes(b"%PDF-1.4\nnothing here\n%%EOF\n")
    wait_until(desk.folder.quarantined)
    assert desk.folder.quarantined()[0].reason == "device.hot_folder.damaged"


def test_what_was_dropped_while_the_box_was_down_arrives_at_the_start(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.inbox.mkdir()
    sheet(desk.inbox / "night.jpg")
    with desk.open():
        assert desk.next().name == "night.jpg"


def test_across_a_restart_the_unreleased_come_again_and_the_released_do_not(
    tmp_path: Path,
) -> None:
    with Desk(tmp_path).open() as first:
        sheet(first.inbox / "filed.jpg", 10)
        filed = first.next()
        first.folder.release(filed)
        sheet(first.inbox / "unfiled.jpg", 20)
        unfiled = first.next()
    with Desk(tmp_path).open() as second:
        again = second.next()
        assert again == unfiled
        second.folder.release(again)
        second.folder.release(again)
        assert second.nothing(3 * QUIET)
    with Desk(tmp_path).open() as third:
        assert third.nothing(3 * QUIET)
        assert list(third.work.iterdir()) == []


def test_two_files_of_one_name_both_arrive(desk: Desk) -> None:
    sheet(desk.inbox / "scan.jpg", 10)
    first = desk.next()
    sheet(desk.inbox / "scan.jpg", 20)
    second = desk.next()
    assert first.name == second.name
    assert first.sha256 != second.sha256
    assert first.path.is_file()
    assert second.path.is_file()


def test_unfinished_names_links_and_folders_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    sheet(tmp_path / "outside.jpg")
    (desk.inbox / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (desk.inbox / "later.jpg.part").write_bytes(b"\xff\xd8\xff")
    (desk.inbox / ".hidden.jpg").write_bytes(b"\xff\xd8\xff")
    (desk.inbox / "folder.jpg").mkdir()
    assert desk.nothing(PATIENCE + 3 * QUIET)
    assert len(list(desk.inbox.iterdir())) == 4
    assert desk.folder.quarantined() == []


def test_polling_takes_files_too(tmp_path: Path) -> None:
    with Desk(tmp_path, polling=True).open() as desk:
        sheet(desk.inbox / "remote.jpg")
        assert desk.next().name == "remote.jpg"


def test_health_tells_whether_the_folder_can_be_reached(tmp_path: Path) -> None:
    with Desk(tmp_path).open() as desk:
        assert desk.folder.health().state is State.READY
        assert [found.kind for found in desk.folder.discover()] == ["hot_folder"]
        desk.inbox.rmdir()
        assert desk.folder.health().state is State.ABSENT
        assert desk.folder.discover() == []


def dimensionless() -> bytes:
    """A TIFF whose directory tells no width and no height."""
    return b"II*\0" + (8).to_bytes(4, "little") + bytes(2) + bytes(4)


def test_a_picture_without_dimensions_is_set_aside_and_the_folder_goes_on(desk: Desk) -> None:
    (desk.inbox / "a.tif").write_bytes(dimensionless())
    assert desk.nothing(PATIENCE + 1)
    assert [each.name for each in desk.folder.quarantined()] == ["a.tif"]
    assert desk.folder.health().state is State.READY


def test_a_broken_file_named_in_another_character_set_is_set_aside(desk: Desk) -> None:
    name = os.fsdecode("扫描件.pdf".encode("gbk"))
    (desk.inbox / name).write_bytes(b"%PDF-1.4 cut short")
    assert desk.nothing(PATIENCE + 1)
    (aside,) = desk.folder.quarantined()
    assert aside.name == name
    assert aside.path.read_bytes().startswith(b"%PDF")
    assert desk.folder.health().state is State.READY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_does_not_hold_up_the_others(desk: Desk) -> None:
    (desk.inbox / "a.jpg").write_bytes(b"closed")
    (desk.inbox / "a.jpg").chmod(0)
    sheet(desk.inbox / "b.jpg")
    assert desk.next().name == "b.jpg"
