"""How boxes come in: tickets, pins, admission at the hub."""

import shutil
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from edge.domain.entry import canonical
from edge.domain.errors import InvalidInput, NotFound, PeerRefused, PeerUnreachable
from edge.store import enrolment
from edge.store.keys import Keys
from sync.enrolment import ask_admission, read_ticket
from sync.hub.county import County
from sync.identity import signed_headers
from sync.tls import fetch_certificate, pinned_context
from sync.wire import Pins
from tests.sync.world import World

TOWN = "510101"


def keys_in(folder: Path, name: str) -> Keys:
    return Keys.make(folder / f"{name}.key")


def test_a_ticket_survives_being_typed(world: World) -> None:
    ticket = world.hub.ticket(TOWN)
    assert read_ticket(f"  {ticket.code[:40]}\n{ticket.code[40:]} ") == ticket


@pytest.mark.parametrize("code", ["", "DX1-", "DX1-zzzz", "hello", "DX1-!!!!"])
def test_an_unreadable_ticket_is_said_to_be_so(code: str) -> None:
    with pytest.raises(InvalidInput, match=r"enrol\.ticket_unreadable"):
        read_ticket(code)


def test_a_mistyped_letter_is_noticed(world: World) -> None:
    code = world.hub.ticket(TOWN).code
    wrong = code[:20] + ("A" if code[20] != "A" else "B") + code[21:]
    with pytest.raises(InvalidInput, match=r"enrol\.ticket_unreadable"):
        read_ticket(wrong)


def test_a_box_waits_until_it_is_admitted_at_the_hub(world: World, tmp_path: Path) -> None:
    ticket, keys = world.hub.ticket(TOWN, automatic=False), keys_in(tmp_path, "box")
    assert not ask_admission(ticket, keys, TOWN, "一号机").admitted
    (applicant,) = world.hub.county.applicants()
    assert (applicant.box, applicant.town, applicant.name) == (keys.id, TOWN, "一号机")
    with pytest.raises(PeerRefused, match=r"sync\.unknown_box"):
        world.hub.county.peers.member(keys.id)
    world.hub.county.admit(keys.id)
    admission = ask_admission(ticket, keys, TOWN, "一号机")
    assert admission.admitted
    assert admission.pins.county == "长宁县档案局"
    assert world.hub.county.peers.member(keys.id).space == "town-510101"
    assert world.hub.county.applicants() == []


def test_a_ticket_serves_one_box_only(world: World, tmp_path: Path) -> None:
    ticket, first = world.hub.ticket(TOWN), keys_in(tmp_path, "first")
    ask_admission(ticket, first, TOWN, "一号机")
    assert ask_admission(ticket, first, TOWN, "一号机").admitted, "the same box may ask again"
    with pytest.raises(PeerRefused, match=r"enrol\.used"):
        ask_admission(ticket, keys_in(tmp_path, "second"), TOWN, "二号机")


def test_an_expired_ticket_is_refused(world: World, tmp_path: Path) -> None:
    ticket = world.hub.ticket(TOWN, life_ms=1_000)
    world.hub.clock.shift = 2_000
    with pytest.raises(PeerRefused, match=r"enrol\.expired"):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")


def test_a_ticket_of_one_town_opens_no_other(world: World, tmp_path: Path) -> None:
    with pytest.raises(PeerRefused, match=r"enrol\.refused"):
        ask_admission(world.hub.ticket(TOWN), keys_in(tmp_path, "box"), "510102", "一号机")


def test_a_guessed_secret_is_refused(world: World, tmp_path: Path) -> None:
    ticket = replace(world.hub.ticket(TOWN), secret=bytes(16))
    with pytest.raises(PeerRefused, match=r"enrol\.refused"):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")


def test_an_unknown_ticket_is_refused(world: World, tmp_path: Path) -> None:
    ticket = replace(world.hub.ticket(TOWN), id="00" * 8)
    with pytest.raises(PeerRefused, match=r"enrol\.unknown"):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")


def test_a_server_with_another_certificate_is_not_spoken_to(world: World, tmp_path: Path) -> None:
    ticket = replace(world.hub.ticket(TOWN), certificate="ab" * 32)
    with pytest.raises(PeerRefused, match=r"sync\.wrong_certificate"):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")


def test_a_hub_with_another_key_is_not_believed(world: World, tmp_path: Path) -> None:
    ticket = replace(world.hub.ticket(TOWN), hub="cd" * 16)
    with pytest.raises(PeerRefused, match=r"sync\.wrong_hub"):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")


def test_an_enrolled_box_refuses_a_wrong_pin(world: World) -> None:
    box = world.box()
    box.pins = replace(box.pins, certificate="ab" * 32)
    session = box.new_session()
    with pytest.raises(PeerRefused, match=r"sync\.wrong_certificate"):
        session.run_once()


def test_a_hub_that_is_away_is_unreachable(world: World, tmp_path: Path) -> None:
    ticket = world.hub.ticket(TOWN)
    world.hub.stop()
    with pytest.raises(PeerUnreachable):
        ask_admission(ticket, keys_in(tmp_path, "box"), TOWN, "一号机")
    world.hub.start()


def test_tickets_are_for_known_towns(world: World) -> None:
    with pytest.raises(NotFound, match=r"town\.unknown"):
        world.hub.ticket("999999")


def test_pins_are_kept(world: World, tmp_path: Path) -> None:
    pins = world.box().pins
    pins.save(tmp_path / "hub.json")
    assert Pins.load(tmp_path / "hub.json") == pins


def test_a_replayed_request_is_refused(world: World) -> None:
    box = world.box()
    body = canonical({"proto": 1, "spaces": {}}).encode()
    headers = signed_headers(
        box.keys, box.pins.hub, "POST", "/sync/v1/handshake", body, box.clock()
    )
    context = pinned_context(fetch_certificate(box.pins.url, box.pins.certificate))
    with httpx.Client(verify=context, trust_env=False) as client:
        url = box.pins.url + "/sync/v1/handshake"
        assert client.post(url, content=body, headers=headers).status_code == 200
        again = client.post(url, content=body, headers=headers)
        assert (again.status_code, again.json()["key"]) == (403, "sync.replayed")
        other = client.post(url, content=body + b" ", headers=headers)
        assert (other.status_code, other.json()["key"]) == (403, "sync.signature")
        nobody = client.post(url, content=body)
        assert (nobody.status_code, nobody.json()["key"]) == (403, "sync.unknown_box")


@pytest.mark.parametrize("heard_before", [False, True])
def test_a_restored_hub_gives_no_box_the_number_of_one_that_it_forgot(
    world: World, tmp_path: Path, heard_before: bool
) -> None:
    first, hub = world.box(), world.hub
    first.sync()
    hub.stop()
    hub.county.close()
    backup = shutil.copy(hub.folder / "spaces" / "county.db", tmp_path / "backup.db")
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    forgotten = world.box()
    first.sync()
    hub.stop()
    hub.county.close()
    # As the manual says: the database from a backup, and its mark left where it is.
    shutil.copy(backup, hub.folder / "spaces" / "county.db")
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()
    if heard_before:
        hub.county.peers.replica(hub.county.peers.member(first.keys.id), "county", writing=False)
    third, fourth = world.box(), world.box()
    for box in (first, third, fourth, first, forgotten):
        box.sync()
    with first.county.read() as connection:
        given = enrolment.ordinals(connection)
    assert given.keys() == {box.keys.id for box in world.boxes}
    assert len(set(given.values())) == 4
    assert given[first.keys.id] == 1 < given[third.keys.id] < given[fourth.keys.id]
