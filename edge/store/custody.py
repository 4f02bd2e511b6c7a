"""The line of custody of one dossier: received, lent, returned, sent."""

from edge.domain.conflict import CustodyAct, Step, custody_heads
from edge.domain.entry import parse
from edge.domain.kinds import Kind
from edge.store.database import Connection

_STEPS = {
    Kind.CUSTODY_RECEIVED: Step.RECEIVED,
    Kind.CUSTODY_LENT: Step.LENT,
    Kind.CUSTODY_RETURNED: Step.RETURNED,
    Kind.TRANSFER_SENT: Step.SENT,
}


def custody_acts(connection: Connection, dossier: str) -> list[CustodyAct]:
    """Read every act of custody of a dossier, in the order of ids."""
    rows = connection.execute(
        "select h.kind, e.head, e.data from (select entry, kind from history where about = ? "
        "and kind in (?, ?, ?) union select entry, 'transfer.sent' from transfer "
        "where dossier = ? and step = 'sent') h join entry e on e.id = unhex(h.entry) "
        "order by h.entry",
        (dossier, Kind.CUSTODY_RECEIVED, Kind.CUSTODY_LENT, Kind.CUSTODY_RETURNED, dossier),
    )
    found = []
    for kind, head, data in rows:
        entry = parse(head, data)
        loan = str(entry.body.get("loan", ""))
        found.append(CustodyAct(entry.id, _STEPS[Kind(kind)], loan, entry.after))
    return found


def heads_of_custody(connection: Connection, dossier: str) -> list[str]:
    """Name the acts that the next act of custody follows."""
    return custody_heads(custody_acts(connection, dossier))
