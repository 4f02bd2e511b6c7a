"""A scanner of a SANE backend: SANE's own `test` device under the real scanimage."""

import os
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from devices.driver import Fault, State
from devices.sane_listing import cabled_scanners, devices_in, serial_of
from devices.sane_options import duplex_switch, names_of, parse_options, source_options
from devices.sane_scanner import SaneBackendScanner
from devices.scanimage import EXIT_FAULTS, ScanImage
from devices.scanner import Mode, Profile, ScanRequest, Source
from edge.domain.errors import DeviceError, DeviceFault, DeviceUnavailable, InvalidInput

CONFIG = {
    "test.conf": "number_of_devices 2\ngeometry_max 300.0\nbr_x 210\nbr_y 297\n"
    'resolution 75\ntest-picture "Color pattern"\n'
}


# What other backends tell of themselves; the feeder of the second has its two sides apart.
FUJITSU = """All options specific to device `fujitsu:fi-7160:103412':
    --source ADF Front|ADF Back|ADF Duplex [ADF Front]
    --mode Lineart|Halftone|Gray|Color [Lineart]
    --page-width 0..224.846mm (in steps of 0.0211639) [215.872]
    --page-loaded[=(yes|no)] [yes] [hardware]
    --cover-open[=(yes|no)] [no] [hardware]
    --double-feed[=(yes|no)] [no] [hardware]
"""
EPSON = """    --mode Lineart|Gray|Color [Color]
    --source Flatbed|Automatic Document Feeder [Flatbed]
    --adf-mode Simplex|Duplex [inactive]
"""


def scanner(*options: str, match: str = "frontend-tester") -> SaneBackendScanner:
    return SaneBackendScanner("test", match, options=options, config=CONFIG)


def test_it_is_known_by_make_and_model_and_two_alike_by_their_order() -> None:
    first, second = scanner().discover()
    assert first.stable_id == "sane:test:Noname frontend-tester"
    assert second.stable_id == "sane:test:Noname frontend-tester:2"
    assert (first.address, first.kind) == ("test:0", "scanner")
    assert scanner().health().state is State.READY
    assert scanner(match="ScanSnap").health().fault is Fault.ABSENT
    assert SaneBackendScanner("no_such_backend", config={}).health().state is State.ABSENT
    with pytest.raises(InvalidInput):
        scanner(match="(")


@pytest.mark.checklist("001-05")
def test_the_feeder_is_read_to_its_end_and_the_glass_once(tmp_path: Path) -> None:
    fed = list(scanner().scan(ScanRequest(resolution=50), tmp_path))
    assert [page.number for page in fed] == list(range(1, 11))
    assert {page.dpi for page in fed} == {50}
    request = ScanRequest(Source.FLATBED, 50, Mode.GREY)
    (lying,) = scanner().scan(request, tmp_path)
    assert lying.number == 11
    with Image.open(lying.path) as page:
        assert (page.mode, page.size) == ("L", (413, 584))


@pytest.mark.parametrize(
    ("status", "fault", "error"),
    [
        ("JAMMED", Fault.JAM, DeviceFault),
        ("COVER_OPEN", Fault.COVER_OPEN, DeviceFault),
        ("DEVICE_BUSY", Fault.BUSY, DeviceUnavailable),
        ("ACCESS_DENIED", Fault.PERMISSION, DeviceUnavailable),
        ("IO_ERROR", Fault.LINE, DeviceUnavailable),
    ],
)
def test_what_stops_it_is_told_in_the_one_taxonomy(
    status: str, fault: Fault, error: type[DeviceError], tmp_path: Path
) -> None:
    ailing = scanner(f"--read-return-value=SANE_STATUS_{status}")
    with pytest.raises(error) as told:
        list(ailing.scan(ScanRequest(Source.FEEDER, 50), tmp_path))
    assert told.value.fields["fault"] is fault
    assert list(tmp_path.iterdir()) == []


def test_without_paper_it_waits_then_takes_the_glass_or_says_so(tmp_path: Path) -> None:
    empty = scanner("--read-return-value=SANE_STATUS_NO_DOCS")
    begun = time.monotonic()
    with pytest.raises(DeviceFault) as told:
        list(empty.scan(ScanRequest(Source.FEEDER, 50, wait=1.0), tmp_path))
    assert time.monotonic() - begun > 1.0
    assert told.value.fields["fault"] is Fault.PAPER_OUT
    # The glass of this device is ailing too; that it was asked shows in the fault's not changing.
    with pytest.raises(DeviceFault):
        list(empty.scan(ScanRequest(Source.AUTO, 50), tmp_path))


def test_a_cancelled_scan_keeps_what_was_whole(tmp_path: Path) -> None:
    slow = scanner("--read-delay=yes", "--read-delay-duration=20000")
    pages = slow.scan(ScanRequest(Source.FEEDER, 50), tmp_path)
    first = next(pages)
    threading.Timer(0.1, slow.cancel).start()
    rest = list(pages)
    assert first.path.exists()
    assert len(rest) < 9
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(InvalidInput, match=r"device\.scanner\.no_source"):
        list(slow.scan(ScanRequest(Source.DUPLEX, 50), tmp_path))


def test_the_words_of_other_makers_are_understood() -> None:
    has = parse_options(FUJITSU)
    assert has["source"].words == ("ADF Front", "ADF Back", "ADF Duplex")
    assert (has["page-loaded"].now, has["double-feed"].now) == ("yes", "no")
    apart = parse_options(EPSON)
    profile = Profile.for_model("EPSON DS-530")
    assert duplex_switch(profile, apart) == ("adf-mode", "Duplex", "Simplex")
    names = names_of(apart, "source", profile.sources)
    switch = duplex_switch(profile, apart)
    assert source_options("duplex", names, switch) == [
        "--source=Automatic Document Feeder",
        "--adf-mode=Duplex",
    ]
    assert source_options("feeder", names, switch)[1] == "--adf-mode=Simplex"
    assert source_options("flatbed", names, switch) == ["--source=Flatbed"]


def test_the_serial_number_is_found_wherever_the_cable_is(tmp_path: Path) -> None:
    for place, numbers in (("1-2", ("1", "7", "Q4X0001")), ("1-3", ("1", "8", "Q4X0002"))):
        device = tmp_path / "bus" / "usb" / "devices" / place
        device.mkdir(parents=True)
        for name, said in zip(("busnum", "devnum", "serial"), numbers, strict=True):
            (device / name).write_text(f"{said}\n")
    assert serial_of("epsonds:libusb:001:008", tmp_path) == "Q4X0002"
    assert serial_of("epsonds:libusb:001:009", tmp_path) == ""
    assert serial_of("fujitsu:fi-7160:103412", tmp_path) == "103412"
    assert serial_of("test:0", tmp_path) == ""
    said = "epsonds:libusb:001:007\tEpson\tDS-530\nepsonds:libusb:001:008\tEpson\tDS-530\n"
    assert [each.stable_id for each in devices_in(said, tmp_path)] == [
        "sane:epsonds:Epson DS-530 Q4X0001",
        "sane:epsonds:Epson DS-530 Q4X0002",
    ]


def test_what_sane_sees_is_listed_for_who_sets_a_machine_up(tmp_path: Path) -> None:
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text("number_of_devices 1\n")
    (found,) = cabled_scanners(str(tmp_path))
    assert (found.stable_id, found.address) == ("sane:test:Noname frontend-tester", "test:0")


def test_a_scan_begun_while_its_health_is_asked_waits_and_reads(tmp_path: Path) -> None:
    driver, stopped = scanner(), threading.Event()
    told: list[State] = []

    def ask() -> None:
        while not stopped.is_set():
            told.append(driver.health().state)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(3):
            assert len(list(driver.scan(ScanRequest(Source.FLATBED, 50), tmp_path))) == 1
    finally:
        stopped.set()
        asker.join()
    assert set(told) <= {State.READY, State.BUSY}
    assert State.BUSY in told


@pytest.mark.parametrize(
    "ending",
    ["exec sleep 12", "sleep 12 & exit 9"],
    ids=["never ends", "leaves a child with its output"],
)
def test_a_backend_that_does_not_let_go_is_still_told_by_its_words(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = tmp_path / "bin" / "scanimage"
    stuck.parent.mkdir()
    stuck.write_text(
        f"#!/bin/sh\necho 'scanimage: sane_read: Error during device I/O' >&2\n{ending}\n"
    )
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck.parent}:{os.environ['PATH']}")
    run = ScanImage({}, threading.Event())
    begun = time.monotonic()
    with pytest.raises(DeviceUnavailable) as told:
        list(
            run.pages([], tmp_path, 60.0, lambda status, _kept: EXIT_FAULTS.get(status, Fault.LINE))
        )
    assert told.value.fields["fault"] is Fault.LINE
    assert time.monotonic() - begun < 10
