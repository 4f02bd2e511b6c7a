"""In English every word of the program is English; names and what was typed stay as they are."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from edge.documents.forms import FORMS
from edge.domain.matters.registry import FLOWS
from edge.web.locale import words_in
from edge.workflows.lending import lend
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, Clock, id_number, receive_person, scan

ADDRESSES = (
    "/",
    "/todo",
    "/search",
    "/search/for/proofs",
    "/persons/{person}",
    "/receive",
    "/dossiers/{dossier}/supplement",
    "/captures/{capture}",
    "/dossiers/{dossier}/proofs",
    "/dossiers/{dossier}/proofs/storage",
    "/proofs/{proof}",
    "/loans",
    "/loans/{dossier}",
    "/transfers",
    "/matters/new/transfer_out?dossier={dossier}",
    "/dossiers/{dossier}/view/{material}/1",
    "/room",
    "/sync",
    "/lock",
)
# The button that leads back to Chinese.
KEPT = {"中文"}


@pytest.fixture
def places(desk: Desk, clock: Clock) -> dict[str, str]:
    """A dossier with a page filed, one waiting, a proof and a loan."""
    one = receive_person(desk.office, "WANG", id_number(3))
    two = receive_person(desk.office, "LI")
    capture = scan(desk.office, "a", "b")
    filing = Filing(one.dossier, "1", "CV", "199801", capture, (1,))
    material = file_material(desk.office, CLERK, filing)
    lend(desk.office, CLERK, two.dossier, "ZHAO", "UNIT", "20261121", 3)
    clock.forward(10 * 86_400_000)
    desk.sign_in()
    desk.post("/language", language="en")
    desk.post(f"/dossiers/{one.dossier}/proofs/storage/issue", purpose="work")
    with desk.office.space.read() as town:
        proof = town.execute("select id from proof").fetchone()[0]
    return {
        "person": one.person,
        "dossier": one.dossier,
        "capture": capture,
        "material": material.id,
        "proof": proof,
    }


def texts(page: str) -> Iterator[str]:
    """What stands between tags."""
    for text in re.findall(r">([^<>]+)<", page):
        if said := unescape(text).strip():
            yield said


def test_no_word_of_the_program_is_left_in_chinese(desk: Desk, places: dict[str, str]) -> None:
    known = {str(each.id) for each in words_in("en") if each.id} - KEPT
    assert len(known) > 100
    left = {}
    for address in ADDRESSES:
        answer = desk.get(address.format(**places))
        assert answer.status_code == 200, address
        if found := known & set(texts(answer.text)):
            left[address] = found
    assert left == {}


def test_every_word_of_every_flow_has_its_english() -> None:
    known = {str(each.id) for each in words_in("en")}
    asked: set[str] = set()
    for flow in FLOWS.values():
        asked |= {flow.name, flow.group, flow.basis, flow.help, *flow.brings}
        asked |= {each.name for each in flow.states} | {each.name for each in flow.steps}
        for field in flow.fields().values():
            asked |= {field.label, field.hint, *field.choices}
    asked |= {form.title for form in FORMS.values()}
    assert asked - known == set()
