"""Bar code guns: what they send, spelt; and the driver against far ends on a pty and a socket."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode_gun import BarcodeGun, Letters, Pace
from devices.driver import Fault, State
from devices.keystrokes import (
    ALTS,
    CAPS_LOCK,
    EVENT,
    KEY,
    LONGEST,
    PRESSED,
    RELEASED,
    SYN,
    SYN_DROPPED,
    TAB,
    Keystrokes,
    events,
    typed,
)
from devices.simulators.barcode_gun import BarcodeGunFarEnd, GunFault
from devices.simulators.far_end import tell
from edge.domain.cover_code import cover_code

PACE = Pace(half_s=0.2, absent_s=0.02, reopen_after_s=(0.05,))
COVER = cover_code("0190a5b6c7d87e8f9a0b1c2d3e4f5061")
NUMBER = "HNCD-430703-2023-00127"

codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


def fed(pieces: list[bytes]) -> list[str]:
    keys = Keystrokes()
    return [code for piece in pieces for code in keys.feed(piece)]


def pieces_of(sent: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted(cut % (len(sent) + 1) for cut in cuts)
    return [sent[start:end] for start, end in zip([0, *places], [*places, len(sent)], strict=True)]


# Keys --------------------------------------------------------------------------------------


def test_the_events_are_those_of_the_kernel() -> None:
    # One tap of A as evtest shows it on a 64-bit machine, scan codes and time included.
    told = EVENT.pack(1700000000, 250, 4, 4, 0x70004) + EVENT.pack(1700000000, 250, KEY, 30, 1)
    told += EVENT.pack(1700000000, 250, SYN, 0, 0) + EVENT.pack(1700000000, 300, KEY, 30, 0)
    assert EVENT.size == 24
    assert fed([told, events([(28, PRESSED)])]) == ["a"]


@given(codes, st.lists(st.integers(0, 10_000), max_size=6))
def test_whatever_is_typed_is_read_however_it_is_cut(code: str, cuts: list[int]) -> None:
    assert fed(pieces_of(typed(code) * 2, cuts)) == [code, code]


def test_capitals_keypad_and_the_universal_keyboard_are_read_too() -> None:
    keys = Keystrokes()
    capitals = events([(CAPS_LOCK, PRESSED)]) + events([(CAPS_LOCK, RELEASED)])
    assert keys.feed(capitals + typed("dx1-a") + capitals) == ["DX1-A"]
    keypad = events([(code, value) for code in (79, 80, 74, 81) for value in (1, 0)])
    assert keys.feed(keypad + events([(96, PRESSED)])) == ["12-3"]
    left = min(ALTS)
    sixty_eight = [(82, 1), (82, 0), (77, 1), (77, 0), (72, 1), (72, 0)]  # 0 6 8
    alt = events([(left, PRESSED), *sixty_eight, (left, RELEASED)])
    assert keys.feed(alt + typed("", TAB)) == ["D"]
    # A key held down repeats; a gun does not, and neither counts twice.
    assert keys.feed(events([(2, 1), (2, 2), (2, 2), (2, 0)]) + typed("")) == ["1"]


def test_a_code_of_which_the_kernel_lost_a_part_is_no_code() -> None:
    keys = Keystrokes()
    lost = EVENT.pack(0, 0, SYN, SYN_DROPPED, 0)
    assert keys.feed(typed("12")[:96] + lost + typed("34")) == [""]
    assert keys.feed(typed("1234")) == ["1234"]


@given(st.binary(max_size=2000))
def test_no_stream_of_bytes_hurts(octets: bytes) -> None:
    keys, letters = Keystrokes(), Letters()
    assert all(len(code) <= LONGEST for code in keys.feed(octets))
    assert all(len(code) <= LONGEST for code in letters.feed(octets))
    keys.cut()
    letters.cut()
    assert keys.feed(bytes(-len(octets) % EVENT.size) + typed("ok"))[-1:] in (["ok"], ["OK"])
    assert letters.feed(b"ok\r") == ["ok"]


@given(
    st.lists(codes, max_size=4),
    st.sampled_from([b"\r", b"\n", b"\r\n"]),
    st.lists(st.integers(0, 999), max_size=5),
)
def test_a_line_of_letters_is_read_however_it_is_cut(
    sent: list[str], end: bytes, cuts: list[int]
) -> None:
    letters = Letters()
    stream = b"".join(code.encode() + end for code in sent)
    assert [code for piece in pieces_of(stream, cuts) for code in letters.feed(piece)] == sent


def test_chinese_comes_in_either_of_its_two_encodings() -> None:
    place = "1库2列1节3层5位"
    assert Letters().feed(place.encode() + b"\r") == [place]
    assert Letters().feed(place.encode("gb18030") + b"\r") == [place]


# Guns --------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["serial", "keyboard"])
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BarcodeGunFarEnd]:
    with BarcodeGunFarEnd(tmp_path / "gun", types=request.param) as far:
        yield far


@pytest.fixture
def gun(
    request: pytest.FixtureRequest, far: BarcodeGunFarEnd, tmp_path: Path
) -> Iterator[BarcodeGun]:
    keyboard = request.node.callspec.params["far"]
    with BarcodeGun(tmp_path / "gun", keyboard, pace=PACE) as gun:
        until(lambda: gun.health().state is State.READY)
        yield gun


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_codes_come_in_order_whole_and_told_apart(far: BarcodeGunFarEnd, gun: BarcodeGun) -> None:
    heard = gun.codes()
    for mode in (GunFault.OK, GunFault.CHUNKED, GunFault.LINE_FEED):
        far.fault(mode)
        far.read(NUMBER)
        far.read(COVER)
        assert [next(heard), next(heard)] == [NUMBER, COVER]


@pytest.mark.parametrize("mode", [GunFault.NO_END, GunFault.LOST])
def test_half_a_code_is_told_and_never_joined_to_the_next(
    far: BarcodeGunFarEnd, gun: BarcodeGun, mode: GunFault
) -> None:
    heard = gun.codes()
    far.fault(mode)
    far.read(NUMBER)
    assert next(heard) == ""
    assert gun.health().fault is Fault.LINE
    far.fault(GunFault.OK)
    far.read(COVER)
    assert next(heard) == COVER
    assert gun.health().state is State.READY


def test_unplugged_amid_a_code_it_is_absent_and_back_it_begins_anew(
    far: BarcodeGunFarEnd, gun: BarcodeGun, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    heard = gun.codes()
    far.fault(GunFault.NO_END)
    far.read(NUMBER)
    far.unplug()
    until(lambda: gun.health().state is State.ABSENT)
    assert gun.discover() == []
    far.fault(GunFault.OK)
    far.replug()
    until(lambda: gun.health().state is State.READY)
    far.read(COVER)
    assert next(heard) in ("", COVER)
    lines = [each.message for each in caplog.records if "line gun" in each.message]
    assert len(lines) == 2
    assert "recovered" in lines[1]


@pytest.mark.parametrize("left", ["file", "socket"])
def test_a_path_that_is_no_gun_is_a_fault_and_no_crash(tmp_path: Path, left: str) -> None:
    path = tmp_path / "no-gun"
    if left == "file":
        path.write_bytes(b"")
    else:
        with socket.socket(socket.AF_UNIX) as nobody:
            nobody.bind(str(path))
    with BarcodeGun(path, keyboard=True, pace=PACE) as gun:
        until(lambda: gun.health().fault is not None)
        assert (gun.health().fault is Fault.ABSENT) is (left == "socket")


@pytest.mark.parametrize("options", [[], ["--keyboard"]])
def test_the_simulated_gun_runs_by_itself_and_obeys_its_socket(
    tmp_path: Path, options: list[str]
) -> None:
    link = tmp_path / "gun"
    command = [sys.executable, "-m", "devices.simulators.barcode_gun", "--link", str(link)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        assert far.stdout.readline().startswith("ready ")
        with BarcodeGun(link, bool(options), pace=PACE) as gun:
            until(lambda: gun.health().state is State.READY)
            assert tell(link, f"read {NUMBER}") == "ok"
            assert next(gun.codes()) == NUMBER
        assert tell(link, "read").startswith("error ")
        far.send_signal(signal.SIGTERM)
        assert far.wait(10) == 0
    assert not link.exists()
