"""What the county decides is not settled at a box, by nobody and by no way."""

from pathlib import Path

import pytest

from edge.domain.conflict import Conflict
from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.conflicts import open_conflicts
from edge.workflows.office import Office
from edge.workflows.resolution import Choice, settle
from edge.workflows.supplement import correct_person
from tests.offices import CLERK, COUNTY, deliver, id_number, office_in, receive_person


def the_one(office: Office) -> Conflict:
    with office.space.read() as connection:
        (conflict,) = open_conflicts(connection)
    return conflict


def test_an_office_cannot_settle_in_the_countys_name(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        person = receive_person(one, "王建国", id_number(11)).person
        deliver(one.space, two.space)
        correct_person(one, CLERK, person, "name", "王健国", "")
        correct_person(two, CLERK, person, "name", "汪建国", "")
        deliver(two.space, one.space)
        conflict = the_one(one)
        # A county supervisor who signs in at a box decides no more there than anybody else.
        chosen = min(conflict.entries)
        with pytest.raises(Denied, match=r"conflict\.for_county"):
            settle(one, COUNTY, Choice(conflict.kind, person, "name", conflict.entries, chosen))
        # And a box that goes round its own screens joins nothing, at any peer.
        told = {"field": "name", "value": "王健国", "source": ""}
        act = (Kind.PERSON_CORRECTED, person, told, sorted(conflict.entries))
        one.transact(CLERK, lambda pen: pen.append_many([act]))
        deliver(one.space, two.space)
        assert the_one(one).entries > conflict.entries
        assert the_one(one) == the_one(two)
