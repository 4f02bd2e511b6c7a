"""What the keys on the screen offer, and what readers fill in."""

import re

from edge.domain.cover_code import cover_code
from edge.store.dossiers import dossier_of
from edge.workflows.lending import lend
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person


def shelf_of(office: Office, dossier: str) -> str:
    with office.space.read() as town:
        return dossier_of(town, dossier).shelf


def test_words_used_lately_are_offered_the_latest_first_and_no_number_of_a_person(
    desk: Desk,
) -> None:
    """From loans and persons and from what was filled in under that name in matters."""
    desk.sign_in()
    held = receive_person(desk.office, "王秀英", id_number(1), unit="县水利局")
    lend(desk.office, CLERK, held.dossier, "李某", "县人社局", "20261204", 3)
    other = receive_person(desk.office, "查林", id_number(2), unit=id_number(3))
    words = desk.get("/words/unit").text
    assert words.index("县人社局") < words.index("县水利局")
    assert id_number(3) not in words
    desk.post("/matters/new/rectification/open", what="库房门关不严", dossier=other.dossier)
    assert "库房门关不严" in desk.get("/words/what").text
    assert {"单喆", "区静"} <= set(re.findall(r'data-word="(.*?)"', desk.get("/words/people").text))
    assert desk.get("/words/nothing").text.strip() == ""
    assert desk.get("/words/x');drop").status_code in (400, 404)
    desk.post("/sign-out")
    assert desk.get("/words/unit").headers["location"] == "/lock"


def test_the_name_on_a_card_is_told_by_its_number_to_a_clerk_alone(desk: Desk) -> None:
    number = desk.cards.keep("李某")
    assert desk.get(f"/cards/{number}").status_code == 303
    desk.sign_in()
    assert desk.get(f"/cards/{number}").json() == {"name": "李某"}
    assert desk.get("/cards/99").status_code == 404


def test_a_folder_that_is_out_opens_its_return_and_a_shelf_read_says_where_it_stands(
    desk: Desk,
) -> None:
    desk.sign_in()
    held = receive_person(desk.office, "王秀英", shelf="1库1列1节1层1位")
    code = cover_code(held.dossier)
    assert desk.post("/codes/typed", q=code).json()["go"] == f"/persons/{held.person}"
    lend(desk.office, CLERK, held.dossier, "李某", "县人社局", "20261204", 3)
    assert desk.post("/codes/typed", q=code).json()["go"] == f"/loans/{held.dossier}"
    placed = desk.post(f"/dossiers/{held.dossier}/place", shelf="2库1列1节1层1位")
    assert placed.headers["location"] == f"/persons/{held.person}"
    assert shelf_of(desk.office, held.dossier) == "2库1列1节1层1位"
    desk.post("/undo")
    assert shelf_of(desk.office, held.dossier) == "1库1列1节1层1位"
