"""Dossiers leaving the shelf: lent by letter, sent by a lawful way, doubted where they misfit."""

from pathlib import Path

import pytest

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.domain.kinds import Kind
from edge.store.dossiers import Standing, dossier_of, open_loans
from edge.store.entries import Author, Pen
from edge.store.matters import Matter, matters_of_dossier
from edge.workflows import lending
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step, undo_step
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.edge.workflows.test_papers import text_of
from tests.offices import CLERK, MAPLE, TOWNS, WILLOW, Clock, id_number, receive_person, scan

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
DAY = 86_400_000
BORROWER = {
    "borrower": "赵敏",
    "unit": "县人社局",
    "letter": "介〔2026〕3号",
    "purpose": "职称评审",
}
SENDING = {"letter": "调〔2026〕7号", "reason": "工作单位变动", "checked": "是"}
PACKED = {"bags": "1", "pieces": "2", "pages": "2", "sealed": "是"}
POSTED = {"how": "机要通信", "mail": "机0001234", "posted": "20261121"}


@pytest.fixture
def dossier(office: Office) -> str:
    return receive_person(office, "王建国", id_number(11), shelf="1库2列1节1层1位").dossier


def begin(office: Office, flow: str, dossier: str, **fields: str) -> str:
    return open_matter(office, CLERK, Opening(flow, dossier, fields=fields)).id


def lay_down(office: Office, **rules: str) -> None:
    """Write as the county does; `_` stands for the point in a rule's name."""

    def act(pen: Pen) -> None:
        for name, value in rules.items():
            pen.append(Kind.RULE_SET, name.replace("_", ".", 1), {"value": value})

    office.county.write(lambda c: act(Pen(c, Author("f" * 32, office.author.clock), "hub")))


def paper(office: Office, folder: Path, matter: Matter, form: str) -> str:
    issued = issue_of(office, CLERK, matter.id, form)
    return text_of(office.blobs.read(issued.blob), folder)


@pytest.mark.checklist("002-07")
def test_a_loan_is_asked_for_approved_counted_out_renewed_and_counted_in(
    office: Office, dossier: str, tmp_path: Path
) -> None:
    matter = begin(office, "lending", dossier, **BORROWER)
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        take_step(office, CLERK, matter, "lend", {"pages": "42"})
    take_step(office, CLERK, matter, "approve", {"approver": "所长"})
    out = take_step(office, CLERK, matter, "lend", {"pages": "42"})
    assert (out.state, out.due) == ("out", "20261204")
    slip = paper(office, tmp_path, out, "loan_slip")
    assert all(words in slip for words in ("王建国", "赵敏", "代档卡", "1库2列1节1层1位", "转借"))
    with pytest.raises(Conflict, match=r"matter\.nothing_to_undo"):
        undo_step(office, CLERK, matter)
    renewed = take_step(office, CLERK, matter, "renew", {"until": "20261210", "why": "未评完"})
    with office.space.read() as town:
        assert (renewed.due, [loan.due for loan in open_loans(town)]) == ("20261210", ["20261210"])
    with pytest.raises(Conflict, match=r"loan\.renewed_out"):
        take_step(office, CLERK, matter, "renew", {"until": "20261220", "why": "又一次"})
    with pytest.raises(Conflict, match=r"loan\.pages_differ"):
        take_step(office, CLERK, matter, "give_back", {"back": "41"})
    assert take_step(office, CLERK, matter, "give_back", {"back": "42"}).state == "returned"
    with office.space.read() as town:
        assert dossier_of(town, dossier).standing is Standing.HELD


@pytest.mark.checklist("001-09")
def test_a_page_too_many_or_too_few_is_looked_into_by_somebody_else(
    office: Office, dossier: str, tmp_path: Path
) -> None:
    matter = begin(office, "lending", dossier, **BORROWER)
    take_step(office, CLERK, matter, "approve", {"approver": "所长"})
    take_step(office, CLERK, matter, "lend", {"pages": "42"})
    with pytest.raises(InvalidInput, match=r"loan\.pages_agree"):
        take_step(office, CLERK, matter, "give_back_short", {"back": "42", "difference": "无"})
    told = {"back": "43", "difference": "工种登记表后多一页"}
    assert take_step(office, CLERK, matter, "give_back_short", told).state == "doubted"
    with office.space.read() as town:
        doubt = next(m for m in matters_of_dossier(town, dossier) if m.flow == "doubt")
    assert (doubt.fields["sort"], doubt.state) == ("多出页", "noted")
    reported = take_step(office, CLERK, doubt.id, "report", {"told": "县人社局"})
    assert "多出页" in paper(office, tmp_path, reported, "doubt_report")
    upheld = {"found": "后插工种证明", "liable": "赵敏", "decided_by": "县人社局"}
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, doubt.id, "uphold", upheld)
    assert not take_step(office, COLLEAGUE, doubt.id, "uphold", upheld).open
    # What another box took back meanwhile is back, and its application may end.
    take_step(office, COLLEAGUE, matter, "settle", {"found": "后插工种证明"})
    again = begin(office, "lending", dossier, **BORROWER)
    take_step(office, CLERK, again, "approve", {"approver": "所长"})
    take_step(office, CLERK, again, "lend", {"pages": "42"})
    lending.give_back(office, CLERK, dossier, 42)
    assert take_step(office, CLERK, again, "give_back", {"back": "42"}).state == "returned"
    # The quick return finds the same.
    lending.lend(office, CLERK, dossier, "钱某", "", "20261201", 42)
    lending.give_back(office, CLERK, dossier, 40)
    with office.space.read() as town:
        newest = matters_of_dossier(town, dossier)[0]
    assert (newest.flow, newest.fields["sort"]) == ("doubt", "缺页")


def test_a_return_taken_back_withdraws_its_doubt_unless_somebody_acted_in_it(
    office: Office, dossier: str
) -> None:
    def doubts() -> list[Matter]:
        with office.space.read() as town:
            return [m for m in matters_of_dossier(town, dossier) if m.flow == "doubt"]

    lent = lending.lend(office, CLERK, dossier, "钱某", "", "20261201", 42).loan
    assert lent is not None
    lending.give_back(office, CLERK, dossier, 40)
    assert [(each.state, each.open) for each in doubts()] == [("noted", True)]
    resumed = lending.undo_return(office, CLERK, lent.id).loan
    assert [(each.state, each.open) for each in doubts()] == [("withdrawn", False)]
    assert resumed is not None
    # Counted wrong again: a doubt of its own, which a colleague has already reported.
    lending.give_back(office, CLERK, dossier, 41)
    fresh = next(each for each in doubts() if each.open)
    take_step(office, CLERK, fresh.id, "report", {"told": "县人社局"})
    lending.undo_return(office, CLERK, resumed.id)
    assert sorted(each.state for each in doubts()) == ["reported", "withdrawn"]
    # Nobody withdraws one by hand, and another loan's doubt is let alone.
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        take_step(office, CLERK, fresh.id, "withdraw", {})


def test_who_is_overdue_gets_nothing_more_and_the_county_sets_the_days(
    office: Office, dossier: str, clock: Clock
) -> None:
    lay_down(office, loan_days="7", loan_longest_days="20")
    other = receive_person(office, "李红").dossier
    matter = begin(office, "lending", dossier, **BORROWER)
    take_step(office, CLERK, matter, "approve", {"approver": "所长"})
    assert take_step(office, CLERK, matter, "lend", {"pages": "1"}).due == "20261127"
    with pytest.raises(InvalidInput, match=r"loan\.too_long"):
        lending.lend(office, CLERK, other, "钱某", "别处", "20261230", 1)
    clock.forward(8 * DAY)
    for borrower, unit in (("赵敏", "县人社局"), ("钱某", "县人社局")):
        with pytest.raises(Conflict, match=r"loan\.overdue"):
            lending.lend(office, CLERK, other, borrower, unit, "20261201", 1)
        with pytest.raises(Conflict, match=r"loan\.overdue"):
            begin(office, "lending", other, **{**BORROWER, "borrower": borrower})
    with pytest.raises(Conflict, match=r"loan\.overdue"):
        lending.renew(office, CLERK, dossier, "20261205")
    take_step(office, CLERK, matter, "give_back", {"back": "1"})
    assert lending.lend(office, CLERK, other, "赵敏", "县人社局", "20261201", 1).loan


@pytest.mark.checklist("002-07")
def test_a_dossier_is_sent_counted_sealed_and_its_mail_number_stands(
    office: Office, dossier: str, tmp_path: Path
) -> None:
    capture = scan(office, "a", "b")
    file_material(office, CLERK, Filing(dossier, "1", "履历表", "1998", capture, (1, 2)))
    matter = begin(office, "transfer_out", dossier, **SENDING, town=MAPLE)
    with pytest.raises(Conflict, match=r"transfer\.pages_differ"):
        take_step(office, CLERK, matter, "pack", {**PACKED, "pages": "3"})
    with pytest.raises(InvalidInput, match=r"matter\.field_missing"):
        take_step(office, CLERK, matter, "pack", {**PACKED, "sealed": ""})
    packed = take_step(office, CLERK, matter, "pack", PACKED)
    assert packed.due == "20261211"  # fifteen working days
    notice = paper(office, tmp_path, packed, "transfer_notice")
    assert all(each in notice for each in ("存根", "回执", TOWNS[MAPLE], "王建国", "调〔2026〕7号"))
    assert "履历表" in paper(office, tmp_path, packed, "catalogue")
    assert "机要" in paper(office, tmp_path, packed, "confidential_cover")
    sent = take_step(office, CLERK, matter, "send", POSTED)
    assert (sent.state, sent.due) == ("sent", "20261220")
    with pytest.raises(Conflict, match=r"matter\.nothing_to_undo"):
        undo_step(office, CLERK, matter)
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        take_step(office, CLERK, matter, "revoke", {"why": "不转了"})
    with office.space.read() as town:
        assert dossier_of(town, dossier).standing is Standing.SENT
    chased = take_step(office, CLERK, matter, "chase", {"asked_how": "电话"})
    assert "机0001234" in paper(office, tmp_path, chased, "receipt_chase")
    done = take_step(office, CLERK, matter, "acknowledge", {"received": "20261121"})
    assert not done.open


@pytest.mark.checklist("003-14")
def test_what_was_lost_on_the_way_is_reported_with_who_answers_for_it(
    office: Office, dossier: str, tmp_path: Path
) -> None:
    matter = begin(office, "transfer_out", dossier, **SENDING, unit="邻县人才中心")
    take_step(office, CLERK, matter, "pack", PACKED)
    take_step(office, CLERK, matter, "send", POSTED)
    told = {"trouble": "邮件丢失", "liable": "机要局", "told": "县档案局"}
    reported = take_step(office, CLERK, matter, "report", told)
    said = paper(office, tmp_path, reported, "delay_report")
    assert all(words in said for words in ("邮件丢失", "机要局", "县档案局", "王建国"))


def test_what_is_lent_is_not_sent_and_a_cadres_dossier_goes_by_no_mail(
    office: Office, dossier: str
) -> None:
    with pytest.raises(InvalidInput, match=r"transfer\.town_unknown"):
        begin(office, "transfer_out", dossier, **SENDING)
    with pytest.raises(InvalidInput, match=r"transfer\.one_place"):
        begin(office, "transfer_out", dossier, **SENDING, town=MAPLE, unit="县局")
    matter = begin(office, "transfer_out", dossier, **SENDING, unit="邻县人才中心", cadre="是")
    lending.lend(office, CLERK, dossier, "赵敏", "", "20261201", 1)
    with pytest.raises(Conflict, match=r"dossier\.lent"):
        take_step(office, CLERK, matter, "pack", PACKED)
    lending.give_back(office, CLERK, dossier, 1)
    take_step(office, CLERK, matter, "pack", PACKED)
    with pytest.raises(Conflict, match=r"transfer\.cadre_mail"):
        take_step(office, CLERK, matter, "send", {**POSTED, "how": "给据邮件"})
    assert take_step(office, CLERK, matter, "send", POSTED).state == "sent"


def test_a_transfer_is_revoked_until_it_is_sent(office: Office, dossier: str) -> None:
    matter = begin(office, "transfer_out", dossier, **SENDING, town=MAPLE)
    with pytest.raises(Conflict, match=r"matter\.open_already"):
        begin(office, "transfer_out", dossier, **SENDING, town=MAPLE)
    take_step(office, CLERK, matter, "pack", PACKED)
    assert not take_step(office, CLERK, matter, "revoke", {"why": "对方撤回"}).open
    with office.space.read() as town:
        assert dossier_of(town, dossier).standing is Standing.HELD
