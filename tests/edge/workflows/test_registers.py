"""Rounds, machines, incidents, posts, rules, hand-overs: who does what, and what follows."""

import pytest

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.domain.rooms import PROTECTIONS
from edge.store.entries import Author, Pen
from edge.store.lists import list_of
from edge.store.matters import Matter, matter_of, open_matters
from edge.store.papers import papers_of_matter
from edge.workflows.lending import lend
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step, undo_step
from edge.workflows.office import Office
from edge.workflows.register_papers import SHEETS
from edge.workflows.signing_in import sign_in
from tests.offices import (
    CLERK,
    COUNTY,
    PIN,
    READER,
    TECHNICIAN,
    WILLOW,
    Clock,
    id_number,
    receive_person,
)

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
DAY_MS = 86_400_000


def begin(office: Office, flow: str, **fields: str) -> Matter:
    return open_matter(office, CLERK, Opening(flow, fields=fields))


def issue(office: Office, form: str, matter: str) -> bytes:
    """Issue a form's paper as the screen does, and give the PDF."""
    return office.blobs.read(issue_of(office, CLERK, matter, form).blob)


@pytest.mark.checklist("004-14", "003-10")
def test_a_round_answers_every_point_and_what_is_wrong_is_put_right(office: Office) -> None:
    round_ = begin(office, "inspection", sort="日常巡查", place="1库", due="20261121")
    assert round_.due == "20261121"
    results = [f"{point}：合格" for point in PROTECTIONS]
    with pytest.raises(InvalidInput, match=r"inspection\.unanswered"):
        take_step(office, CLERK, round_.id, "record", {"results": "\n".join(results[1:])})
    results[4] = "防潮：有问题：东墙返潮"
    done = take_step(office, CLERK, round_.id, "record", {"results": "\n".join(results)})
    assert not done.open
    with office.space.read() as town:
        opened = open_matters(town, "rectification")
        frozen = list_of(town, round_.id, "inspection_record")
    assert [each.fields["what"] for each in opened] == ["防潮：东墙返潮"]
    assert opened[0].due == "20261220"
    assert frozen is not None
    assert len(frozen.lines) == len(PROTECTIONS)
    assert issue(office, "inspection_record", round_.id).startswith(b"%PDF")


def test_the_county_may_want_other_points(office: Office) -> None:
    def lay_down(pen: Pen) -> None:
        pen.append(Kind.RULE_SET, "inspection.points", {"value": "防火,防水"})

    office.county.write(lambda c: lay_down(Pen(c, Author("f" * 32, Clock()), "hub")))
    round_ = begin(office, "inspection", sort="每月检查", place="1库")
    done = take_step(office, CLERK, round_.id, "record", {"results": "防火：合格\n防水：不适用"})
    assert done.state == "done"


@pytest.mark.checklist("000-14")
def test_a_machine_is_kept_up_and_dossiers_are_disinfected(office: Office, clock: Clock) -> None:
    machine = begin(office, "equipment", sort="消毒柜", name="DX-200", place="1库")
    assert machine.due == "20270519"
    kept = take_step(office, CLERK, machine.id, "maintain", {"done": "换滤网", "due": "20270101"})
    assert kept.due == "20270101"
    broken = take_step(office, CLERK, machine.id, "fail", {"fault": "不加热"})
    assert (broken.state, broken.due) == ("broken", "20261127")
    assert undo_step(office, CLERK, machine.id).due == "20270101"
    one = receive_person(office, "王建国", id_number(1))
    with pytest.raises(InvalidInput, match=r"place\.no_such_dossier"):
        begin(office, "disinfection", numbers=f"{one.number}\nW-0", method="消毒柜")
    numbers = f"{one.number}\n{one.number.lower()}"
    run = begin(office, "disinfection", numbers=numbers, method="消毒柜")
    assert run.fields["numbers"] == one.number
    assert not take_step(office, CLERK, run.id, "finish", {"minutes": "45"}).open


@pytest.mark.checklist("004-21")
def test_an_incident_is_reported_and_closed_by_another(office: Office) -> None:
    told = {"sort": "水浸", "happened": "20261119", "what": "水管破裂，淋湿两份"}
    incident = begin(office, "incident", **told)
    assert incident.due == "20261121"
    take_step(office, CLERK, incident.id, "report", {"told": "青山县档案局"})
    assert issue(office, "incident_report", incident.id).startswith(b"%PDF")
    ending = {"cause": "老化", "liable": "无", "measures": "换管"}
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, incident.id, "conclude", ending)
    assert not take_step(office, COLLEAGUE, incident.id, "conclude", ending).open


@pytest.mark.checklist("003-17", "004-05", "004-11")
def test_posts_training_and_rule_documents_are_kept(office: Office) -> None:
    with pytest.raises(InvalidInput, match=r"staff\.unknown"):
        begin(office, "post", who="u-maple", duty="档案员", tenure="专职", since="20260101")
    post = begin(office, "post", who=CLERK.id, duty="档案员", tenure="兼职", since="20260101")
    graded = {"year": "2026", "grade": "优秀", "judge": "所长"}
    assert take_step(office, CLERK, post.id, "appraise", graded).due == "20271120"
    moved = take_step(office, CLERK, post.id, "rotate", {"on": "20261120", "next_post": "库管员"})
    assert not moved.open
    training = begin(office, "training", topic="新《档案法》", due="20261130")
    held = {"on": "20261120", "hours": "8", "people": "单喆\n区静", "result": "合格"}
    assert take_step(office, CLERK, training.id, "hold", held).state == "held"
    rule = begin(office, "rule_document", title="库房管理制度", letter="柳政〔2026〕3号")
    take_step(office, READER, rule.id, "acknowledge", {})
    with pytest.raises(Conflict, match=r"matter\.taken_already"):
        take_step(office, READER, rule.id, "acknowledge", {})
    assert take_step(office, CLERK, rule.id, "acknowledge", {}).state == "in_force"


@pytest.mark.checklist("004-12")
def test_a_hand_over_is_counted_and_signed_by_three_and_ends_the_account(
    office: Office, clock: Clock
) -> None:
    one = receive_person(office, "王建国", id_number(1))
    receive_person(office, "李芳", id_number(2))
    lend(office, CLERK, one.dossier, "赵六", "县人社局", "20261201", 3)
    begin(office, "rectification", what="东墙返潮")
    people = {"giver": CLERK.id, "taker": READER.id, "witness": COUNTY.id}
    belongings = {"reason": "调离", "keys": "库房两把", "seals": "公章一枚，UKey一个"}
    with pytest.raises(InvalidInput, match=r"handover\.three"):
        begin(office, "handover", **{**people, "taker": CLERK.id}, **belongings)
    with pytest.raises(InvalidInput, match=r"handover\.may_not_sign"):
        begin(office, "handover", **{**people, "taker": TECHNICIAN.id}, **belongings)
    void = begin(office, "handover", **people, **belongings)
    assert take_step(office, CLERK, void.id, "drop", {"why": "选错了人"}).state == "dropped"
    matter = begin(office, "handover", **people, **belongings)
    take_step(office, CLERK, matter.id, "count", {})
    post = begin(office, "post", who=CLERK.id, duty="档案员", tenure="专职", since="20260101")
    with office.space.read() as town:
        frozen = list_of(town, matter.id, "handover_list")
    assert frozen is not None
    assert {line[:2]: line[2] for line in frozen.lines} == {
        ("个人档案", "借出"): "1 份",
        ("个人档案", "在库"): "1 份",
        ("借出未还", "县人社局 赵六"): one.number,
        ("没办完的事项", "问题整改 东墙返潮"): f"{WILLOW}-2026-00-00001",
    }
    with pytest.raises(Denied, match=r"matter\.not_signer"):
        take_step(office, READER, matter.id, "give", {})
    clock.forward(1_000)
    take_step(office, CLERK, matter.id, "give", {})
    with pytest.raises(Denied, match=r"matter\.not_yours"):
        undo_step(office, COUNTY, matter.id)
    take_step(office, READER, matter.id, "take", {})
    assert sign_in(office, "101", PIN) == CLERK
    take_step(office, COUNTY, matter.id, "witness", {})
    with office.space.read() as town:
        assert matter_of(town, post.id).state == "ended"
    with pytest.raises(Denied, match=r"handover\.left"):
        sign_in(office, "101", PIN)
    assert sign_in(office, "oujing", PIN) == READER
    assert issue(office, "handover_list", matter.id).startswith(b"%PDF")
    with office.space.read() as town:
        sheet = SHEETS["handover_list"](office, town, matter_of(town, matter.id))
        assert len(papers_of_matter(town, matter.id)) == 1
    assert [name for name, _ in sheet.facts if name.endswith("签名")] == [
        "移交人签名",
        "接收人签名",
        "监交人签名",
    ]
    # Who is enrolled anew may sign in again.
    clock.forward(DAY_MS)
    enrolled = {"name": CLERK.name, "login": "101", "town": WILLOW, "roles": ["clerk"]}
    with office.county.read() as county:
        pin = county.execute("select pin from staff where id = ?", (CLERK.id,)).fetchone()[0]
    office.county.write(
        lambda c: Pen(c, Author("f" * 32, clock), "hub").append(
            Kind.USER_ENROLLED, CLERK.id, {**enrolled, "pin": pin}
        )
    )
    assert sign_in(office, "101", PIN) == CLERK
