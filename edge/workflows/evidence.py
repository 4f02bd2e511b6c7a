"""Evidence for grading (达标定级): what the registers of a year show, and the papers themselves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.documents.form import Sheet, Table
from edge.documents.forms import FORMS
from edge.domain.access import Clerk, Right
from edge.domain.errors import NotFound
from edge.domain.matters.registry import FLOWS
from edge.domain.standards import STANDARDS
from edge.store.database import Connection
from edge.store.matters import Matter, matters_begun
from edge.store.papers import Paper, papers_of_matter
from edge.workflows.archive_package import Packed, as_csv, file_name, write_folder
from edge.workflows.office import Office
from edge.workflows.papers import Wanted, issue_paper
from edge.workflows.reporting import span_of

HEADINGS = ("评分项", "登记", "件数", "编号")
# What is graded, and which registers show it.
POINTS: Mapping[str, tuple[str, ...]] = {
    "组织和人员": ("post", "handover"),
    "制度": ("rule_document",),
    "培训和考核": ("training",),
    "库房和三分开": ("room", "inspection", "rectification"),
    "设施设备": ("equipment", "container", "disinfection"),
    "收集和归档": ("volume",),
    "账实核对": ("stocktaking",),
    "鉴定销毁和移交": ("destruction", "archive_handover"),
    "统计": ("yearly_report",),
    "安全": ("incident",),
}
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one register shows for a point of the grading; no matters: nothing to show yet."""

    point: str
    flow: str
    matters: tuple[Matter, ...]

    @property
    def line(self) -> tuple[str, ...]:
        """As a list shows it."""
        numbers = "、".join(each.number for each in self.matters[:_SHOWN])
        more = " 等" if len(self.matters) > _SHOWN else ""
        return (self.point, FLOWS[self.flow].name, str(len(self.matters)), numbers + more)


def evidence_of(town: Connection, year: int) -> list[Evidence]:
    """What was begun in a year, and what stands in registers from before, point by point."""
    since, until = span_of(year)
    return [
        Evidence(point, flow, tuple(_valid(matters_begun(town, flow, _since(flow, since), until))))
        for point, flows in POINTS.items()
        for flow in flows
    ]


def _valid(found: Iterable[Matter]) -> Iterator[Matter]:
    """What was begun by mistake shows nothing."""
    return (each for each in found if not each.void)


def _since(flow: str, since: int) -> int:
    return 0 if FLOWS[flow].lasting and flow != "volume" else since


def print_list(office: Office, clerk: Clerk, year: int) -> Paper:
    """Issue the list of evidence; errors as `papers.issue_paper`."""
    with office.space.read() as town:
        lines = [each.line for each in evidence_of(town, year)]
    sheet = Sheet(
        facts=(("年度", str(year)), ("单位", office.name)),
        table=Table(HEADINGS, lines, (3, 3, 1, 6)),
        blanks=("填表人", "负责人"),
    )
    return issue_paper(office, clerk, Wanted(FORMS["evidence_pack"], sheet))


def print_standards(office: Office, clerk: Clerk) -> Paper:
    """Issue the table of standards; errors as `papers.issue_paper`."""
    lines = [(each.level, each.number, each.name, each.asks) for each in STANDARDS]
    table = Table(("层级", "编号", "名称", "要求"), lines, (2, 4, 5, 5))
    return issue_paper(office, clerk, Wanted(FORMS["standards_table"], Sheet(table=table)))


def export(office: Office, clerk: Clerk, year: int, medium: Path) -> Packed:
    """Write the list and every paper that it names; errors as `archive_package.write_folder`."""
    clerk.require(Right.CARRY)
    return write_folder(medium, f"达标定级{office.code}-{year}", _contents(office, year))


def _contents(office: Office, year: int) -> Iterator[tuple[str, bytes]]:
    with office.space.read() as town:
        found = evidence_of(town, year)
        papers = {
            matter.id: papers_of_matter(town, matter.id)
            for each in found
            for matter in each.matters
        }
    yield "目录.csv", as_csv(HEADINGS, [each.line for each in found])
    for each in found:
        for matter in each.matters:
            for number, paper in enumerate(reversed(papers[matter.id]), 1):
                called = file_name(f"{matter.number}-{number:02d}-{paper.title[:60]}.pdf")
                if not office.blobs.has(paper.blob):
                    raise NotFound("blob.awaiting")
                yield f"{each.point}/{called}", office.blobs.read(paper.blob)
