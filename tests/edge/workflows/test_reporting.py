"""The year's figures are counted from the record, frozen as they were, and looked over."""

from datetime import UTC, datetime

import pytest

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput
from edge.store.counters import usage
from edge.store.lists import list_of
from edge.workflows.consultation import view
from edge.workflows.lending import give_back, lend
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.reporting import laid_out, months_of, span_of
from edge.workflows.supplement import Filing, file_material
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, WILLOW, Clock, id_number, receive_person, scan

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))


def at(year: int, month: int) -> int:
    return int(datetime(year, month, 3, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.checklist("004-02", "002-03", "002-13", "004-04")
def test_a_year_is_counted_frozen_and_looked_over_by_another(office: Office, clock: Clock) -> None:
    clock.now = at(2025, 5)
    old = receive_person(office, "王建国", id_number(1))
    gone = receive_person(office, "李芳", id_number(2))
    clock.now = at(2026, 3)
    new = receive_person(office, "张强", id_number(3))
    send(office, CLERK, gone.dossier, MAPLE, "迁居")
    lend(office, CLERK, old.dossier, "赵六", "", "20261201", 1)
    give_back(office, CLERK, old.dossier, 1)
    view(office, CLERK, new.dossier, "overview")
    filing = Filing(new.dossier, "1", "履历表", "1998", scan(office, "a", "b"), (1, 2))
    file_material(office, CLERK, filing)
    wrong = open_matter(office, CLERK, Opening("yearly_report", fields={"year": "2026"}))
    take_step(office, CLERK, wrong.id, "drop", {"why": "还没到年底"})
    report = open_matter(office, CLERK, Opening("yearly_report", fields={"year": "2026"}))
    with pytest.raises(Conflict, match=r"report\.again"):
        open_matter(office, CLERK, Opening("yearly_report", fields={"year": "2026"}))
    with pytest.raises(InvalidInput, match=r"report\.year"):
        open_matter(office, CLERK, Opening("yearly_report", fields={"year": "2027"}))
    take_step(office, CLERK, report.id, "count", {})
    receive_person(office, "后来", id_number(4))
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, report.id, "review", {})
    take_step(office, COLLEAGUE, report.id, "review", {})
    with office.space.read() as town:
        frozen = list_of(town, report.id, "yearly_report")
        months = usage(town, months_of(2026))
    assert frozen is not None
    stock, acts = laid_out(frozen.lines)
    assert stock == [("流动", "2", "1", "1", "1"), ("合计", "2", "1", "1", "1")]
    assert ("借阅", "合计", "1", "份次") in acts
    figures = {line[:2]: line[2] for line in frozen.lines}
    assert figures["年末存档", "合计"] == "2"
    assert figures["年末存档", "流动"] == "2"
    assert figures["本年接收", "合计"] == "1"
    assert figures["本年转出", "合计"] == "1"
    assert figures["年末已数字化", "合计"] == "1"
    assert (figures["借阅", "合计"], figures["归还", "合计"]) == ("1", "1")
    assert (figures["查阅", "合计"], figures["数字化扫描", "合计"]) == ("1", "2")
    paper = issue_of(office, COLLEAGUE, report.id, "yearly_report")
    assert office.blobs.read(paper.blob).startswith(b"%PDF")
    assert [(each.looks, each.loans) for each in months if each.month == "202603"] == [(1, 1)]
    assert sum(each.looks for each in months) == 1


def test_a_year_is_the_offices_own() -> None:
    since, until = span_of(2026)
    assert months_of(2026)[0][1] == since
    assert months_of(2026)[11][2] == until
    assert since == int(datetime(2025, 12, 31, 16, tzinfo=UTC).timestamp() * 1000)
