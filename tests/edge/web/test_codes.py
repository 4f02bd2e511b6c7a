"""A code that was read: what it means here, who is told, and who is not."""

import pytest

from edge.documents.proof import ProofKind
from edge.domain.cover_code import cover_code, shelf_code
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter, matter_of
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.proofs import ProofRequest, issue_proof
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, id_number, receive_person


def told(desk: Desk, code: str) -> dict[str, str]:
    answer = desk.post("/codes/typed", q=code)
    assert answer.status_code == 200
    return dict(answer.json())


def test_each_code_leads_where_it_belongs(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英", id_number(1))
    with desk.office.space.read() as town:
        number = dossier_of(town, received.dossier).number
    desk.sign_in()
    cover = told(desk, cover_code(received.dossier))
    assert (cover["means"], cover["text"], cover["person"]) == ("dossier", number, received.person)
    assert cover["go"] == f"/persons/{received.person}"
    assert told(desk, f" {number.lower()}\r") == cover
    shelf = told(desk, shelf_code(1, 2, 1, 3, 5))
    assert (shelf["means"], shelf["text"], shelf["go"]) == ("shelf", "1库2列1节3层5位", "")
    other = told(desk, "4006381333931")
    nothing = {"go": "", "person": "", "letter": "", "said": ""}
    assert other == {"means": "other", "text": "4006381333931", **nothing}
    # A cover of another town, sound but not held here.
    assert told(desk, cover_code("f" * 32))["means"] == "other"


def test_a_proof_opens_its_check_by_its_code_and_by_its_address(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英", id_number(1))
    proof = issue_proof(
        desk.office, CLERK, ProofRequest(received.dossier, ProofKind.STORAGE, "办事")
    )
    desk.sign_in()
    for code in (proof.code, proof.code.lower(), f"{desk.office.verify_url}/{proof.code}"):
        assert told(desk, code)["go"] == f"/verify/{proof.code}"
    elsewhere = told(desk, "https://county.example/verify/ABCDEFGH")
    assert elsewhere["means"] == "proof"
    assert elsewhere["said"]
    assert not elsewhere["go"]


def called_for(desk: Desk) -> Matter:
    """A reception whose calling letter has been issued."""
    wanted = {
        "name": "王秀英", "id_number": id_number(1), "class": "流动",
        "holder": "邻县人才中心", "reason": "因在我镇灵活就业",
    }  # fmt: skip
    matter = open_matter(desk.office, CLERK, Opening("reception", fields=wanted)).id
    return take_step(desk.office, CLERK, matter, "call", {})


@pytest.mark.checklist("002-07", "000-04")
def test_the_slip_of_our_letter_fills_the_reception_in_and_takes_its_matter_on(desk: Desk) -> None:
    matter = called_for(desk).id
    letter = issue_of(desk.office, CLERK, matter, "call_letter")
    desk.sign_in()
    slip = told(desk, f"{desk.office.verify_url}/{letter.code}")
    assert (slip["means"], slip["letter"], slip["go"]) == ("letter", matter, f"/matters/{matter}")
    assert id_number(1) not in str(slip)
    page = desk.get(f"/receive?call={matter}").text
    filled = ("王秀英", id_number(1), "邻县人才中心", letter.number, "封条和骑缝章都完好")
    assert all(each in page for each in filled)
    sent = {
        "call": matter, "name": "王秀英", "id_number": id_number(1), "dossier_class": "流动",
        "origin": "邻县人才中心", "letter": letter.number, "count-1": "2", "how": "机要通信",
        "shelf": "1库1列1节1层1位",
    }  # fmt: skip
    unsealed = desk.post("/receive/register", **sent)
    assert unsealed.status_code == 422
    assert "封条和骑缝章都完好" in unsealed.text
    other = desk.post("/receive/register", **{**sent, "name": "王秀兰"}, seal="是")
    assert other.status_code == 409
    assert "这张裁条调的是“王秀英”的档案" in other.text
    uncounted = desk.post("/receive/register", **{**sent, "count-1": ""}, seal="是")
    assert uncounted.status_code == 422
    taken = desk.post("/receive/register", **sent, seal="是")
    assert taken.headers["location"] == f"/matters/{matter}"
    with desk.office.space.read() as town:
        held = matter_of(town, matter)
        dossier = dossier_of(town, held.dossier)
    assert (held.state, dossier.counts) == ("shelved", {"1": 2})
    assert dossier.shelf == "1库1列1节1层1位"
    # Twice is once: the matter has gone on, and the receipt is what comes next.
    assert desk.post("/receive/register", **sent, seal="是").status_code == 409
    assert desk.get(f"/receive?call={matter}").status_code == 409
    again = told(desk, letter.code)
    assert (again["letter"], again["go"]) == ("", f"/matters/{matter}")
    assert "打印回执寄给对方" in desk.get(f"/matters/{matter}").text


def test_a_misread_cover_is_told_so_and_leads_nowhere(desk: Desk) -> None:
    code = cover_code("0" * 32)
    spoilt = code[:-1] + ("0" if code[-1] != "0" else "1")
    desk.sign_in()
    assert told(desk, spoilt)["means"] == "misread"
    assert "再扫一次" in told(desk, spoilt)["said"]


def test_a_code_read_at_the_box_is_asked_for_by_its_number(desk: Desk) -> None:
    codes = desk.codes
    received = receive_person(desk.office, "王秀英")
    first, half = codes.keep(cover_code(received.dossier)), codes.keep("")
    desk.sign_in()
    assert desk.get(f"/codes/{first}").json()["person"] == received.person
    assert desk.get(f"/codes/{half}").json()["means"] == "misread"
    for _ in range(20):
        codes.keep("later")
    assert desk.get(f"/codes/{first}").status_code == 404


@pytest.mark.parametrize("login", ["", "qiuwei"])
def test_nobody_learns_what_a_code_means_who_may_not_read(desk: Desk, login: str) -> None:
    number = desk.codes.keep("x")
    if login:
        desk.sign_in(login)
    assert desk.get(f"/codes/{number}").status_code in (303, 401, 403)
    assert desk.post("/codes/typed", q="x").status_code in (303, 401, 403)
