"""Clocks that are wrong: work and exchange go on, and the screen says by how much."""

import datetime
from datetime import time as TimeOfDay
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from edge.box import standing_on_screen
from edge.domain.entry import first_break
from edge.domain.errors import PeerRefused
from edge.store import possession
from edge.store.entries import entries_of_box, now_ms
from edge.store.keys import Keys
from edge.store.seals import receipts
from edge.web.sync import words_of
from sync.bandwidth import Allowance, Window
from sync.client import ReplicationLoop
from sync.identity import WINDOW_MS, Gate, signed_headers
from sync.tls import make_certificate
from tests.faults.machines import digest_of, lacking, troubles, work
from tests.sync.world import Box, Clock, World

TOWN = "town-510101"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
YEARS = 10 * 365 * DAY


def clocked(world: World, shift: int) -> tuple[Box, Clock]:
    """A box of the world whose clock is wrong."""
    known, clock = world.box(), Clock()
    known.close()
    clock.shift = shift
    box = Box(known.folder, known.keys, known.pins, clock)
    world.boxes[-1] = box
    return box, clock


def words(box: Box, clock: Clock) -> str:
    """What the bar says."""
    standing = standing_on_screen(ReplicationLoop(box.session, box.keys.id).status())
    return words_of(standing, clock()).text


def whole(world: World, box: Box, entries: list[str], files: list[str]) -> None:
    county = world.hub.county
    town = county.spaces.space(TOWN)
    assert digest_of(town) == digest_of(box.town)
    assert lacking(town, county.spaces.blobs(TOWN), entries, files) == []
    assert troubles(town, county.spaces.blobs(TOWN), county.peers.roster, county.keys) == []


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (-YEARS - HOUR, "本机的时钟比县里慢3650 天，请技术员校准"),
        (YEARS + HOUR, "本机的时钟比县里快3650 天，请技术员校准"),
        (-3 * HOUR - MINUTE, "本机的时钟比县里慢3 小时，请技术员校准"),
        (5 * MINUTE + 30_000, "本机的时钟比县里快5 分钟，请技术员校准"),
    ],
)
def test_a_box_whose_clock_is_wrong_exchanges_and_says_so(
    world: World, shift: int, said: str
) -> None:
    (box, clock), entries, files = clocked(world, shift), list[str](), list[str]()
    work(box, "m", True, lambda what, name: (entries if what == "entry" else files).append(name))
    box.sync()
    whole(world, box, entries, files)
    assert words(box, clock) == said
    with box.town.read() as connection:
        assert possession.unsent(connection, box.keys.id) == (0, None)
        # Whoever asks later has the county's time beside the box's.
        assert all(abs(each.at - now_ms()) < HOUR for each in receipts(connection))
    clock.shift = 0
    box.sync()
    assert "请技术员校准" not in words(box, clock)


def test_a_clock_that_jumps_during_work_breaks_no_chain(world: World) -> None:
    (box, clock), entries, files = clocked(world, 0), list[str](), list[str]()
    for number, shift in enumerate((0, -2 * DAY, YEARS, -YEARS, 0)):
        clock.shift = shift
        mark = f"m{number}"
        work(
            box,
            mark,
            False,
            lambda what, name: (entries if what == "entry" else files).append(name),
        )
        box.sync()
    whole(world, box, entries, files)
    assert len(set(entries)) == len(entries) == 35
    with box.town.read() as connection:
        assert first_break(entries_of_box(connection, box.keys.id)) is None


def test_no_age_is_negative_and_none_alarms_after_the_clock_was_set(world: World) -> None:
    box, clock = clocked(world, YEARS)
    box.sync()
    box.view()
    clock.shift = 0
    said = words(box, clock)
    assert "-" not in said
    assert not said.startswith("已 ")
    box.sync()
    clock.shift = YEARS
    box.sync()
    # Set forward, it heard the county this minute: no years of silence.
    assert "没同步" not in words(box, clock)


@pytest.mark.parametrize("shift", [-5 * 365 * DAY, 5 * 365 * DAY])
def test_a_hub_whose_clock_is_wrong_is_found_out_by_its_boxes(world: World, shift: int) -> None:
    world.hub.clock.shift = shift
    box, clock = clocked(world, 0)
    entries, files = list[str](), list[str]()
    for mark in ("wrong", "right"):
        work(
            box,
            mark,
            False,
            lambda what, name: (entries if what == "entry" else files).append(name),
        )
        box.sync()
        whole(world, box, entries, files)
        assert ("请技术员校准" in words(box, clock)) is (mark == "wrong")
        world.hub.clock.shift = 0


def test_masters_travel_by_the_countys_hours(world: World) -> None:
    night = Window(TimeOfDay(22, 0), TimeOfDay(6, 0))
    now = datetime.datetime.now()
    noon = now.replace(hour=12, minute=0)
    world.hub.clock.shift = int((noon - now).total_seconds() * 1_000)
    box, clock = clocked(world, world.hub.clock.shift + 12 * HOUR)
    box.session.close()
    box.session = box.new_session(allowance=Allowance(0, night))
    files: list[str] = []
    work(box, "m", False, lambda what, name: files.append(name) if what == "file" else None)
    assert night.is_open(clock())
    box.sync()
    blobs = world.hub.county.spaces.blobs(TOWN)
    masters, thumbnails = files[::2], files[1::2]
    assert not any(blobs.has(digest) for digest in masters)
    assert all(blobs.has(digest) for digest in thumbnails)


def test_a_hubs_certificate_out_of_its_years_is_known_by_its_pin(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "tls"
    _, key_path = make_certificate(folder, ["127.0.0.1"])
    key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dangxia hub")])
    old = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2001, 1, 1))
        .not_valid_after(datetime.datetime(2002, 1, 1))
        .sign(key, SHA256())
    )
    pem = old.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(pem)
    world = World(tmp_path)
    box = world.box()
    box.view()
    assert box.sync().pushed
    world.close()


def test_the_gate_forgets_nonces_though_the_clock_went_back_and_none_too_early() -> None:
    hub, box, passed = Keys(bytes([1]) * 32), Keys(bytes([2]) * 32), [0.0]
    gate = Gate(hub.id, lambda: passed[0])

    def ask(headers: dict[str, str], now: int) -> None:
        gate.check("GET", "/x", b"", headers, box.public_key, now)

    def signed(at: int) -> dict[str, str]:
        return signed_headers(box, hub.id, "GET", "/x", b"", at)

    first = signed(YEARS)
    ask(first, YEARS)
    with pytest.raises(PeerRefused, match="replayed"):
        ask(first, YEARS)
    for _ in range(50):
        ask(signed(YEARS), YEARS)
    # Set back by years: what was seen is not kept for all of them.
    passed[0] += 3 * WINDOW_MS / 1_000
    for _ in range(3):
        ask(signed(DAY), DAY)
    assert len(gate._seen) == 3
    # Set back by a little: a request that is still in the window cannot come again.
    again = signed(DAY + WINDOW_MS)
    ask(again, DAY)
    passed[0] += 3 * WINDOW_MS / 1_000
    with pytest.raises(PeerRefused, match="replayed"):
        ask(again, DAY + MINUTE)
