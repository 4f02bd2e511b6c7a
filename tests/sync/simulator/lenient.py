"""Admission that admits: what the promises find by themselves, when nobody refuses at the door."""

from contextlib import suppress

from edge.domain.entry import Entry, parse
from edge.domain.errors import InvalidInput
from edge.store.exchange import CID, ENTRY_KEY, PK, TABLE, VAL
from edge.store.seals import Seal, parse_seal
from sync.admission import Admitted, Held
from sync.roster import Roster
from sync.segment import Segment


def admit_anything(segment: Segment, me: str, space: str, roster: Roster, held: Held) -> Admitted:
    """All that is not held, torn rows and unfounded statements too."""
    texts: dict[bytes, dict[str, str]] = {}
    receipts: list[Seal] = []
    for change in segment.plain:
        if change[TABLE] == "entry":
            texts.setdefault(change[PK][len(ENTRY_KEY) :], {})[change[CID]] = str(change[VAL])
        elif change[TABLE] == "receipt":
            with suppress(ValueError):
                receipts.append(parse_seal(str(change[VAL])))
    packed = {bytes.fromhex(row.entry.id): row for row in segment.rows}
    known = set(held.entries([*texts, *packed]))
    entries: list[Entry] = []
    for id, row in texts.items():
        if id not in known and len(row) == 2:
            with suppress(InvalidInput):
                entries.append(parse(row["head"], row["data"]))
    changes = [
        change
        for change in segment.plain
        if change[TABLE] != "entry" or change[PK][len(ENTRY_KEY) :] not in known
    ]
    rows = [row for id, row in packed.items() if id not in known]
    return Admitted(changes, rows, entries, receipts, held.version())
