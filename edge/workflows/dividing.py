"""Sheets that divide a stack: printed before the scan, read from its pages after it.

They are aids and no papers: nothing is put on record, and the same sheet serves again and again.
"""

from edge.documents.divider import Divider, typeset_divider
from edge.domain.access import Clerk, Right
from edge.domain.batch import SEPARATOR
from edge.domain.cover_code import cover_code
from edge.domain.errors import InvalidInput
from edge.store.dossiers import dossier_of
from edge.store.persons import person_of
from edge.workflows.consultation import check_cleared
from edge.workflows.matters import today_of
from edge.workflows.office import Office

MOST = 50


def separators(office: Office, clerk: Clerk, copies: int) -> bytes:
    """Set so many separator sheets; raises Denied, InvalidInput `divider.copies` (most)."""
    clerk.require(Right.FILE)
    if not 1 <= copies <= MOST:
        raise InvalidInput("divider.copies", most=MOST)
    lines = ("夹在两份材料之间一起扫描，从这里分成两批。", "可以反复使用。")
    return typeset_divider(Divider("分隔页", lines, SEPARATOR), today_of(office), copies)


def cover_sheet(office: Office, clerk: Clerk, dossier: str) -> bytes:
    """Set the sheet that tells whose the pages behind it are; raises Denied, NotFound."""
    clerk.require(Right.FILE)
    with office.space.read() as town:
        held = dossier_of(town, dossier)
        person = person_of(town, held.person)
    check_cleared(office, clerk, held)
    lines = (f"档号 {held.number}", "放在这个人的材料前面一起扫描，后面的页归入这份档案。")
    return typeset_divider(Divider(person.name, lines, cover_code(held.id)), today_of(office))
