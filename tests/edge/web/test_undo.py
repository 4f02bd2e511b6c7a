"""Taking back what was just done, and keeping what was not yet sent."""

from urllib.parse import urlencode

from edge.domain.batch import as_before, discarded, ordered, turned
from edge.domain.climate import Limits, Reading
from edge.domain.kinds import Kind
from edge.store.custody import heads_of_custody
from edge.store.dossiers import dossier_of, material_of
from edge.store.entries import all_entries
from edge.store.room import open_alerts
from edge.workflows import storage_room
from edge.workflows.lending import give_back
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material, move, reclassify
from tests.edge.web.conftest import Desk
from tests.offices import CLERK, receive_person, scan


def lent_to(office: Office, dossier: str) -> str:
    with office.space.read() as town:
        loan = dossier_of(town, dossier).loan
    return loan.borrower if loan else ""


def kinds_in(office: Office) -> list[str]:
    with office.space.read() as town:
        return [str(entry.kind) for entry in all_entries(town)]


def test_a_loan_is_taken_back_at_once_and_what_is_taken_back_stays_on_record(desk: Desk) -> None:
    """The words stand in the foot of every page until the next act."""
    desk.sign_in()
    held = receive_person(desk.office, "王秀英")
    desk.post(f"/loans/{held.dossier}/lend", borrower="李某", due="20261204", pages=3)
    assert lent_to(desk.office, held.dossier) == "李某"
    for page in (f"/persons/{held.person}", "/loans"):
        assert "已借给 李某" in desk.get(page).text
    desk.post("/search/hits", q="李")
    assert desk.post("/undo").headers["location"] == f"/persons/{held.person}"
    assert lent_to(desk.office, held.dossier) == ""
    assert "撤销" not in desk.get(f"/persons/{held.person}").text
    assert kinds_in(desk.office)[-1] == Kind.CUSTODY_RETURNED
    with desk.office.space.read() as town:
        assert len(heads_of_custody(town, held.dossier)) == 1


def test_a_return_noted_by_mistake_lets_the_loan_go_on_as_it_was(desk: Desk) -> None:
    desk.sign_in()
    held = receive_person(desk.office, "王秀英")
    desk.post(f"/loans/{held.dossier}/lend", borrower="李某", unit="县局", due="20261204", pages=3)
    desk.post(f"/loans/{held.dossier}/return", pages=2)
    assert lent_to(desk.office, held.dossier) == ""
    assert "档案疑点，待核查" in desk.get(f"/persons/{held.person}").text
    assert desk.post("/undo").status_code == 303
    assert "档案疑点，待核查" not in desk.get(f"/persons/{held.person}").text
    with desk.office.space.read() as town:
        loan = dossier_of(town, held.dossier).loan
    assert loan is not None
    assert (loan.borrower, loan.unit, loan.due, loan.pages) == ("李某", "县局", "20261204", 3)


def test_only_the_last_act_of_the_same_clerk_can_be_taken_back(desk: Desk) -> None:
    desk.sign_in()
    held = receive_person(desk.office, "王秀英")
    desk.post(f"/loans/{held.dossier}/lend", borrower="李某", due="20261204", pages=3)
    desk.post("/sign-out")
    desk.sign_in("oujing")
    assert "撤销" not in desk.get("/").text
    refused = desk.post("/undo")
    assert refused.status_code == 409
    assert "没有可以撤销的事" in refused.text
    desk.post("/sign-out")
    desk.sign_in()
    desk.post(f"/dossiers/{held.dossier}/scan")
    assert desk.post("/undo").status_code == 409
    assert lent_to(desk.office, held.dossier) == "李某"


def test_what_has_moved_on_meanwhile_is_not_taken_back(desk: Desk) -> None:
    desk.sign_in()
    held = receive_person(desk.office, "王秀英")
    desk.post(f"/loans/{held.dossier}/lend", borrower="李某", due="20261204", pages=3)
    give_back(desk.office, CLERK, held.dossier, 3)
    assert desk.post("/undo").status_code == 409


def test_an_alert_seen_by_mistake_waits_to_be_seen_anew(desk: Desk) -> None:
    desk.sign_in()
    storage_room.record(
        desk.office, "1", Reading("T1", desk.office.author.clock(), 31, 50), Limits()
    )
    with desk.office.space.read() as town:
        alert = open_alerts(town)[0].id
    desk.post(f"/room/alerts/{alert}/acknowledge")
    with desk.office.space.read() as town:
        assert open_alerts(town)[0].acknowledged_by == CLERK.id
    assert desk.post("/undo").headers["location"] == "/room"
    with desk.office.space.read() as town:
        assert open_alerts(town)[0].acknowledged_by == ""
    storage_room.acknowledge(desk.office, CLERK, alert)
    with desk.office.space.read() as town:
        assert open_alerts(town)[0].acknowledged_by == CLERK.id


def test_a_place_and_a_category_go_back_by_a_claim_that_names_the_slip(office: Office) -> None:
    held = receive_person(office, "王秀英")
    move(office, CLERK, held.dossier, "1库9列1节1层1位")
    assert move(office, CLERK, held.dossier, "1库1列1节1层1位").shelf == "1库1列1节1层1位"
    capture = scan(office, held.dossier, "毕业证书")
    filing = Filing(held.dossier, "4-1", "毕业证书", "199807", capture, (1,))
    material = file_material(office, CLERK, filing).id
    reclassify(office, CLERK, material, "3", "放错了")
    reclassify(office, CLERK, material, "4-1", "放错了")
    with office.space.read() as town:
        assert material_of(town, material).category == "4-1"


def test_a_material_filed_under_a_wrong_category_is_moved_from_its_page_and_back(
    desk: Desk,
) -> None:
    office, held = desk.office, receive_person(desk.office, "王秀英")
    filing = Filing(held.dossier, "3", "毕业证书", "199807", scan(office, "证书"), (1,))
    material = file_material(office, CLERK, filing).id
    desk.sign_in()
    leaf = f"/dossiers/{held.dossier}/view/{material}/1"
    place = f"/materials/{material}/category"
    assert f'href="{place}"' in desk.get(leaf).text
    form = desk.get(place).text
    assert ("现在在 3 类" in form, "没有改过类" in form) == (True, True)
    for wrong, status in (
        ({"category": "4-1", "reason": " "}, 422),
        ({"category": "44", "reason": "看错"}, 422),
        ({"category": "3", "reason": "看错"}, 409),
    ):
        assert desk.post(f"{place}/change", **wrong).status_code == status
    moved = desk.post(f"{place}/change", category="4-1", reason="归档时看错了")
    assert moved.headers["location"] == leaf
    assert "“毕业证书”已改到 4-1 类" in desk.get(leaf).text
    told = desk.get(place).text
    assert ("改到 4-1 类" in told, "归档时看错了" in told, CLERK.name in told) == (True,) * 3
    assert desk.post("/undo").headers["location"] == leaf
    with office.space.read() as town:
        assert material_of(town, material).category == "3"
    told = desk.get(place).text
    assert ("改到 3 类" in told, "归档时看错了" in told) == (True, True)
    desk.post("/sign-out")
    desk.sign_in("oujing")
    assert f'href="{place}"' not in desk.get(leaf).text
    assert desk.get(place).status_code == 403
    assert desk.post(f"{place}/change", category="4-1", reason="我来改").status_code == 403


def test_pages_go_back_to_the_order_that_they_had_and_later_ones_stay_behind() -> None:
    pages = [{"number": number, "blob": str(number)} for number in (1, 2, 3)]
    changed = discarded(turned(ordered(pages, [3, 1, 2]), 2), 1)
    came = [*changed, {"number": 4, "blob": "4"}]
    back = as_before(came, pages)
    assert [page["number"] for page in back] == [1, 2, 3, 4]
    assert not any(page.get("turn") or page.get("discarded") for page in back)


def test_a_draft_of_any_form_comes_back_until_the_form_was_accepted(desk: Desk) -> None:
    """A refusal keeps it; so does whoever signs in on another machine."""
    desk.sign_in()
    held = receive_person(desk.office, "王秀英")
    task = f"lend-{held.dossier}"
    assert desk.post("/drafts", task=task, borrower="李某", unit="县局").status_code == 204
    kept = desk.get(f"/drafts/{task}")
    assert (kept.json(), kept.headers["cache-control"]) == (
        {"borrower": "李某", "unit": "县局"},
        "no-store",
    )
    form = {"borrower": "", "due": "20261204"}
    head = desk.token | {"x-draft": task, "content-type": "application/x-www-form-urlencoded"}
    refused = desk.client.post(
        f"/loans/{held.dossier}/lend", content=urlencode(form), headers=head, follow_redirects=False
    )
    assert refused.status_code == 422
    assert desk.get(f"/drafts/{task}").json()
    form["borrower"] = "李某"
    accepted = desk.client.post(
        f"/loans/{held.dossier}/lend", content=urlencode(form), headers=head, follow_redirects=False
    )
    assert accepted.status_code == 303
    assert desk.get(f"/drafts/{task}").json() == {}
