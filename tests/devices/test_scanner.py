"""The real scanimage and sane-airscan against the simulated far end."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from devices.driver import Fault, State
from devices.scanimage import ScannedPage
from devices.scanner import Mode, SaneScanner, ScanRequest, Source
from devices.simulators.escl import Trouble
from devices.simulators.scanner import SimulatedScanner
from edge.domain.errors import DeviceError, DeviceFault, DeviceUnavailable, InvalidInput

A4 = {100: (827, 1169), 300: (2480, 3508)}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pages; page n has n black bars at the left."""
    folder = tmp_path_factory.mktemp("paper")
    for number in range(1, 5):
        page = Image.new("RGB", A4[100], "white")
        for bar in range(number):
            ImageDraw.Draw(page).rectangle((100, 100 + bar * 200, 700, 200 + bar * 200), "black")
        page.save(folder / f"{number}.jpg", dpi=(100, 100))
    return folder


@pytest.fixture
def far_end(paper: Path) -> Iterator[SimulatedScanner]:
    with SimulatedScanner(paper) as scanner:
        yield scanner


@pytest.fixture
def scanner(far_end: SimulatedScanner) -> SaneScanner:
    return SaneScanner(far_end.url, patience=0.5)


def bars(page: ScannedPage) -> int:
    with Image.open(page.path) as image:
        column = [image.convert("L").getpixel((300, 150 + 200 * n)) for n in range(4)]
    return sum(isinstance(level, int) and level < 100 for level in column)


def feed(
    source: Source = Source.FEEDER, mode: Mode = Mode.COLOUR, wait: float = 0.0
) -> ScanRequest:
    return ScanRequest(source, 100, mode, wait=wait)


def test_the_feeder_gives_every_sheet_in_order_with_its_resolution(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load()
    pages = list(scanner.scan(feed(), tmp_path))
    assert [(page.number, page.dpi, bars(page)) for page in pages] == [
        (1, 100, 1),
        (2, 100, 2),
        (3, 100, 3),
        (4, 100, 4),
    ]
    assert scanner.health().state is State.READY


def test_a_page_is_yielded_while_the_next_is_still_in_the_feeder(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(3)
    far_end.pace(0.4)
    pages = scanner.scan(feed(), tmp_path)
    first = next(pages)
    assert first.path.is_file()
    tray = far_end.state()["tray"]
    assert isinstance(tray, list)
    assert len(tray) >= 1
    assert len(list(pages)) == 2


def test_a_colour_page_at_300_dpi_is_a_full_a4_and_a_grey_one_is_grey(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(1)
    (page,) = scanner.scan(ScanRequest(Source.FEEDER, 300, Mode.COLOUR), tmp_path)
    with Image.open(page.path) as image:
        assert (image.size, image.mode, page.dpi) == (A4[300], "RGB", 300)
    (grey,) = scanner.scan(feed(Source.FLATBED, mode=Mode.GREY), tmp_path)
    with Image.open(grey.path) as image:
        assert image.mode == "L"


def test_auto_takes_the_feeder_when_loaded_and_the_glass_when_not(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(2)
    assert len(list(scanner.scan(feed(Source.AUTO), tmp_path))) == 2
    assert len(list(scanner.scan(feed(Source.AUTO), tmp_path))) == 1


def test_a_second_scan_into_the_folder_numbers_on_and_overwrites_nothing(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(["1.jpg", "2.jpg"])
    list(scanner.scan(feed(), tmp_path))
    far_end.load(["4.jpg"])
    (page,) = scanner.scan(feed(), tmp_path)
    assert (page.number, bars(page)) == (3, 4)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        (Trouble.JAM, Fault.JAM),
        (Trouble.MISPICK, Fault.JAM),
        (Trouble.COVER, Fault.COVER_OPEN),
        (Trouble.HATCH, Fault.COVER_OPEN),
        (Trouble.MULTI_FEED, Fault.MULTI_FEED),
    ],
)
def test_a_fault_at_page_three_keeps_two_and_names_what_to_mend(
    far_end: SimulatedScanner,
    scanner: SaneScanner,
    tmp_path: Path,
    trouble: Trouble,
    fault: Fault,
) -> None:
    far_end.load()
    far_end.trouble(trouble, page=3)
    # sane-airscan reads ahead, and drops what it has read where a fault overtakes the first page.
    far_end.pace(0.15)
    kept: list[ScannedPage] = []
    with pytest.raises(DeviceFault) as caught:
        kept.extend(_each(scanner, tmp_path))
    assert caught.value.key == f"device.scanner.{fault.value}"
    assert caught.value.fields["fault"] is fault
    assert caught.value.fields["pages_kept"] == 2
    pages = sorted(tmp_path.iterdir())
    assert [page.name for page in pages] == ["page-0001.tif", "page-0002.tif"]
    assert scanner.health().fault is fault

    far_end.clear()
    rest = list(scanner.scan(feed(), tmp_path))
    assert [(page.number, bars(page)) for page in rest] == [(3, 3), (4, 4)]


def _each(scanner: SaneScanner, folder: Path) -> Iterator[ScannedPage]:
    yield from scanner.scan(feed(), folder)


def test_an_empty_feeder_is_paper_out(scanner: SaneScanner, tmp_path: Path) -> None:
    with pytest.raises(DeviceFault) as caught:
        list(scanner.scan(feed(), tmp_path))
    assert caught.value.fields["fault"] is Fault.PAPER_OUT
    assert scanner.health().state is State.READY


def test_a_scanner_switched_off_is_absent_within_seconds(paper: Path, tmp_path: Path) -> None:
    with SimulatedScanner(paper) as far_end:
        scanner = SaneScanner(far_end.url)
        assert len(scanner.discover()) == 1
    begun = time.monotonic()
    with pytest.raises(DeviceUnavailable) as caught:
        list(scanner.scan(feed(), tmp_path))
    assert caught.value.fields["fault"] is Fault.ABSENT
    assert time.monotonic() - begun < 5
    assert scanner.discover() == []
    assert scanner.health().state is State.ABSENT


def test_a_scanner_that_leaves_in_mid_batch_is_absent_and_its_pages_are_kept(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load()
    far_end.pace(0.3)
    pages = scanner.scan(feed(), tmp_path)
    next(pages)
    far_end.offline()
    with pytest.raises(DeviceUnavailable) as caught:
        list(pages)
    assert caught.value.fields["fault"] is Fault.ABSENT
    assert caught.value.fields["pages_kept"] == len(list(tmp_path.iterdir())) >= 1


def test_a_busy_scanner_is_said_to_be_busy_quickly(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(1)
    far_end.occupy()
    begun = time.monotonic()
    with pytest.raises(DeviceUnavailable) as caught:
        list(scanner.scan(feed(), tmp_path))
    assert caught.value.fields["fault"] is Fault.BUSY
    assert time.monotonic() - begun < 3
    assert scanner.health().state is State.BUSY


@pytest.mark.parametrize(
    ("state", "fault", "error"),
    [
        ("Testing", Fault.BUSY, DeviceUnavailable),
        ("Stopped", Fault.PAUSED, DeviceUnavailable),
        ("Down", Fault.PAUSED, DeviceUnavailable),
    ],
)
def test_what_the_device_says_of_itself_is_told_for_the_glass_too(
    far_end: SimulatedScanner,
    scanner: SaneScanner,
    tmp_path: Path,
    state: str,
    fault: Fault,
    error: type[DeviceError],
) -> None:
    far_end.stand(state)
    assert scanner.health().fault is fault
    with pytest.raises(error) as caught:
        list(scanner.scan(feed(Source.FLATBED), tmp_path))
    assert caught.value.fields["fault"] is fault
    far_end.stand("Idle")
    assert scanner.health().state is State.READY


def test_a_scanner_that_refuses_this_machine_is_a_matter_of_permission(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(1)
    far_end.lock()
    assert scanner.health().fault is Fault.PERMISSION
    with pytest.raises(DeviceUnavailable, match=r"device\.scanner\.permission"):
        list(scanner.scan(feed(), tmp_path))
    far_end.lock(False)
    assert len(list(scanner.scan(feed(), tmp_path))) == 1


def test_a_second_scan_at_the_same_time_is_refused_as_busy(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(2)
    first = scanner.scan(feed(), tmp_path)
    next(first)
    with pytest.raises(DeviceUnavailable) as caught:
        next(scanner.scan(feed(), tmp_path))
    assert caught.value.fields["fault"] is Fault.BUSY
    assert len(list(first)) == 1


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_cancel_between_pages_or_in_one_ends_quietly_and_keeps_whole_pages_only(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path, pause: float
) -> None:
    far_end.load(8)
    far_end.pace(0.4)
    pages = scanner.scan(feed(), tmp_path)
    kept = [next(pages)]
    if pause:
        time.sleep(pause)
    stopper = threading.Thread(target=scanner.cancel)
    stopper.start()
    kept.extend(pages)
    stopper.join()
    assert 1 <= len(kept) < 8
    assert sorted(tmp_path.iterdir()) == [page.path for page in kept]
    assert scanner.health().state is State.READY
    far_end.pace(0)
    assert len(list(scanner.scan(feed(), tmp_path))) >= 1


def test_leaving_the_iterator_early_frees_the_scanner(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(8)
    far_end.pace(0.3)
    pages = scanner.scan(feed(), tmp_path)
    next(pages)
    pages.close()
    far_end.pace(0)
    assert len(list(scanner.scan(feed(), tmp_path))) >= 1


def test_a_scanner_that_stalls_is_a_timeout(far_end: SimulatedScanner, tmp_path: Path) -> None:
    far_end.load(1)
    far_end.pace(3)
    scanner = SaneScanner(far_end.url, page_seconds=0.5)
    with pytest.raises(DeviceUnavailable) as caught:
        list(scanner.scan(feed(), tmp_path))
    assert caught.value.fields["fault"] is Fault.TIMEOUT
    assert list(tmp_path.iterdir()) == []


def test_identity_survives_a_change_of_address(paper: Path) -> None:
    with SimulatedScanner(paper) as first:
        (before,) = SaneScanner(first.url).discover()
    with SimulatedScanner(paper) as second:
        (after,) = SaneScanner(second.url).discover()
    assert before.address != after.address
    assert before.stable_id == after.stable_id
    with SimulatedScanner(paper, serial="SIM0002") as other:
        (stranger,) = SaneScanner(other.url).discover()
    assert stranger.stable_id != before.stable_id


def test_an_address_that_answers_but_is_no_scanner_is_absent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        greeter = threading.Thread(target=greet)
        greeter.start()
        health = SaneScanner(f"http://127.0.0.1:{port}/eSCL").health()
        greeter.join()
    assert health.state is State.ABSENT


@pytest.mark.parametrize("url", ["ftp://x/eSCL", "scanner", "http://x/eSCL\n[options]"])
def test_an_address_that_could_alter_the_configuration_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        SaneScanner(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_said_before_paper_moves(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    import subprocess

    from edge.domain.errors import StorageFull

    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine may not mount")
    try:
        far_end.load(1)
        with pytest.raises(StorageFull):
            list(scanner.scan(feed(), small))
        assert far_end.state()["tray"] == ["1.jpg"]
    finally:
        subprocess.run(["umount", small], check=True)


def test_an_empty_feeder_is_waited_for_and_starts_by_itself(
    far_end: SimulatedScanner, scanner: SaneScanner, tmp_path: Path
) -> None:
    far_end.load(0)
    threading.Timer(0.6, far_end.load).start()
    assert len(list(scanner.scan(feed(wait=20.0), tmp_path))) == 4
    far_end.load(0)
    with pytest.raises(DeviceFault, match=r"device\.scanner\.paper_out"):
        list(scanner.scan(feed(), tmp_path))
    # A box that stops does not wait for paper.
    threading.Timer(0.3, scanner.stop_waiting).start()
    begun = time.monotonic()
    with pytest.raises(DeviceFault, match=r"device\.scanner\.paper_out"):
        list(scanner.scan(feed(wait=60.0), tmp_path))
    assert time.monotonic() - begun < 20
