"""Whatever a clerk clicks, in whatever order: nothing on record changes or goes, and numbers stay
one paper's own. The walk follows the links and sends the forms of the pages that it comes to.
"""

import re
from collections import Counter
from html import unescape
from random import Random

import pytest

from edge.domain.kinds import Kind
from edge.store.entries import all_entries
from edge.store.projection import dump, rebuild
from edge.workflows.matters import Opening, open_matter
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person, scan

CLICKS = 90
# What ends the walk, or answers for ever.
LEFT_OUT = re.compile(r"/(sign-out|lock|events|language|static|camera|citizen|self)\b")
_LINK = re.compile(r'href="(/[^"#]*)"')
_FORM = re.compile(r'<form[^>]*method="post" action="([^"]+)"(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
_NUMBERED = (Kind.PROOF_ISSUED, Kind.PAPER_ISSUED, Kind.DOSSIER_REGISTERED, Kind.MATTER_OPENED)


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def filled(body: str, chance: Random) -> dict[str, object]:
    """Fill a form in as a hand in a hurry does."""
    form: dict[str, object] = {}
    for tag in _INPUT.findall(body):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if not name or name == "_csrf_token" or (kind in ("radio", "checkbox") and name in form):
            continue
        if kind == "checkbox" and chance.random() < 0.3:
            continue
        told = attribute(tag, "value")
        numeric = attribute(tag, "inputmode") == "numeric"
        guesses = (
            ["20261231", "20261120", "3", "1"] if numeric else ["王建国", "柳河村", "20261231", "3"]
        )
        form[name] = told or chance.choice(guesses)
    return form


@pytest.mark.checklist("001-11")
@pytest.mark.parametrize("seed", range(3))
def test_no_path_of_clicks_changes_or_removes_an_entry(desk: Desk, seed: int) -> None:
    chance, office = Random(seed), desk.office
    furnish(office)
    desk.sign_in()
    record = snapshot(office)
    address, answers = "/", Counter[int]()
    for _ in range(CLICKS):
        page = desk.get(address)
        answers[page.status_code] += 1
        text = page.text if page.headers.get("content-type", "").startswith("text/html") else ""
        forms = [each for each in _FORM.findall(text) if not LEFT_OUT.search(each[0])]
        links = [unescape(each) for each in _LINK.findall(text) if not LEFT_OUT.search(each)]
        if forms and chance.random() < 0.6:
            action, body = chance.choice(forms)
            answer = desk.post(unescape(action), **filled(body, chance))
            answers[answer.status_code] += 1
            address = answer.headers.get("location") or address
        elif links:
            address = chance.choice(links)
        else:
            address = "/"
        now = snapshot(office)
        assert record.items() <= now.items(), address
        record = now
    assert answers.keys() <= {200, 303, 400, 403, 404, 409, 422, 503}, answers
    assert answers[303] > 5, answers
    hold_together(office)


def furnish(office: Office) -> None:
    """Give the walk something to stumble over."""
    received = receive_person(office, "王秀英", id_number(1), place="桥头村")
    filing = Filing(received.dossier, "1", "干部履历表", "1998", scan(office, "一"), (1,))
    file_material(office, CLERK, filing)
    scan(office, "二", "三")
    open_matter(office, CLERK, Opening("rectification", fields={"what": "返潮"}))


def snapshot(office: Office) -> dict[bytes, tuple[str, str]]:
    with office.space.read() as town:
        rows = town.execute("select id, head, data from entry").fetchall()
    return {id: (head, data) for id, head, data in rows}


def hold_together(office: Office) -> None:
    """No number twice, and the present follows from the record alone."""
    with office.space.read() as town:
        entries = list(all_entries(town))
    numbers = [
        (entry.kind, entry.body["number"])
        for entry in entries
        if entry.kind in _NUMBERED and entry.body.get("number")
    ]
    assert len(numbers) == len(set(numbers))
    before = office.space.write(dump)
    office.space.write(lambda c: rebuild(c, entries))
    assert office.space.write(dump) == before
