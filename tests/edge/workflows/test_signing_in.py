"""Signing in: the right PIN, the wrong one, and the wait that no restart shortens."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.entries import Author, Pen
from edge.store.staff import member_by_login, members_of, names_of_staff
from edge.workflows.office import Office
from edge.workflows.signing_in import FREE_GUESSES, LONGEST_WAIT_MS, sign_in
from tests.offices import CLERK, COUNTY, PIN, WILLOW, Clock, office_in


def refusal(office: Office, login: str = "101", pin: str = "000000") -> Denied:
    with pytest.raises(Denied) as caught:
        sign_in(office, login, pin)
    return caught.value


def hub_writes(office: Office, kind: str, about: str, told: Mapping[str, object]) -> None:
    author = Author("f" * 32, office.author.clock)
    office.county.write(lambda connection: Pen(connection, author, "hub").append(kind, about, told))


def test_the_right_pin_says_who_it_is(office: Office) -> None:
    assert sign_in(office, "101", PIN) == CLERK
    assert sign_in(office, "zengmin", PIN) == COUNTY


def test_guesses_left_are_counted_then_each_costs_time(office: Office, clock: Clock) -> None:
    left = [refusal(office).fields["left"] for _ in range(FREE_GUESSES)]
    assert left == [4, 3, 2, 1, 0]
    waiting = refusal(office, pin=PIN)
    assert (waiting.key, waiting.fields) == ("pin.wait", {"seconds": 30})
    clock.forward(29_001)
    assert refusal(office, pin=PIN).fields == {"seconds": 1}
    clock.forward(999)
    assert refusal(office).key == "pin.wrong"
    assert refusal(office, pin=PIN).fields == {"seconds": 60}
    clock.forward(60_000)
    assert sign_in(office, "101", PIN) == CLERK
    assert refusal(office).fields == {"left": 4}


def test_the_wait_grows_to_a_quarter_of_an_hour_and_no_further(
    office: Office, clock: Clock
) -> None:
    for _ in range(FREE_GUESSES + 8):
        clock.forward(LONGEST_WAIT_MS)
        refusal(office)
    assert refusal(office, pin=PIN).fields == {"seconds": 900}


def test_a_restart_does_not_reset_the_count(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(FREE_GUESSES):
        with office_in(tmp_path, clock=clock) as office:
            refusal(office)
    with office_in(tmp_path, clock=clock) as office:
        assert refusal(office, pin=PIN).key == "pin.wait"


def test_many_guesses_at_once_are_no_way_round_the_wait(office: Office) -> None:
    with ThreadPoolExecutor(12) as pool:
        keys = [each.key for each in pool.map(lambda _: refusal(office), range(24))]
    assert keys.count("pin.wrong") == FREE_GUESSES
    assert keys.count("pin.wait") == 24 - FREE_GUESSES


def test_one_persons_failures_are_not_anothers(office: Office) -> None:
    for _ in range(FREE_GUESSES):
        refusal(office)
    assert sign_in(office, "oujing", PIN).name == "区静"


def test_neither_the_unknown_nor_another_towns_clerk_gets_in(office: Office) -> None:
    for login in ("nobody", "", "zhalin"):
        denied = refusal(office, login, PIN)
        assert (denied.key, denied.fields) == ("pin.wrong", {"left": 4})


def test_who_was_withdrawn_stays_out_even_if_enrolled_again(office: Office) -> None:
    told = {"name": "单喆", "login": "101", "town": WILLOW, "roles": ["clerk"], "pin": ""}
    hub_writes(office, Kind.USER_WITHDRAWN, CLERK.id, {})
    hub_writes(office, Kind.USER_ENROLLED, CLERK.id, told)
    assert refusal(office, pin=PIN).key == "pin.wrong"
    with office.county.read() as county:
        assert member_by_login(county, "101") is None
        assert CLERK.id not in {member.clerk.id for member in members_of(county, WILLOW)}
        assert names_of_staff(county)[CLERK.id] == "单喆"


def test_who_handed_over_stays_out_however_many_did_after(office: Office, clock: Clock) -> None:
    clock.forward(1_000)

    def hand_over(giver: str) -> None:
        clock.forward(1_000)
        moment = clock()
        fields = json.dumps({"giver": giver})
        office.space.write(
            lambda c: (
                c.execute(
                    "insert into matter values "
                    "(?, '', 'handover', '', '', '', 'done', 0, '', ?, 0, ?, 'u-1', ?)",
                    (f"{moment:032x}", fields, moment, moment),
                )
                and None
            )
        )

    hand_over(CLERK.id)
    for number in range(101):
        hand_over(f"u-{number}")
    assert refusal(office, pin=PIN).key == "handover.left"


@pytest.mark.parametrize("verifier", ["", "nonsense", "$argon2id$v=19$broken"])
def test_a_broken_verifier_lets_nobody_in(office: Office, verifier: str) -> None:
    told = {"name": "新人", "login": "new", "town": WILLOW, "roles": ["clerk"], "pin": verifier}
    hub_writes(office, Kind.USER_ENROLLED, "u-new", told)
    for pin in ("", verifier, PIN):
        assert refusal(office, "new", pin).key == "pin.wrong"


def test_a_pin_is_nowhere_in_the_record(office: Office) -> None:
    with office.county.read() as county:
        for (data,) in county.execute("select data from entry"):
            assert PIN not in data


def test_a_clock_set_right_after_a_wrong_guess_locks_nobody_out(
    office: Office, clock: Clock
) -> None:
    year = 365 * 86_400_000
    clock.forward(year)
    for _ in range(FREE_GUESSES):
        refusal(office)
    clock.forward(-year)
    assert sign_in(office, "101", PIN) == CLERK
