"""Cutting what was admitted into transactions: whole versions, in their order."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edge.domain.entry import ACT_LIMIT, Entry
from edge.store.changelog import EntryRow
from edge.store.exchange import CID, DB_VERSION, ENTRY_KEY, PK, TABLE, Batch, Change, Cursor
from sync.admission import Admitted
from sync.segment import Header, text_in


@dataclass(slots=True)
class _Piece:
    changes: list[Change] = field(default_factory=list)
    rows: list[EntryRow] = field(default_factory=list)
    text: int = 0

    @property
    def size(self) -> int:
        """How many changes it is."""
        return len(self.changes) + 2 * len(self.rows)

    def holds(self, other: "_Piece", limit: int) -> bool:
        """Say whether another fits in; together they become one version here."""
        return self.size + other.size <= limit and self.text + other.text <= ACT_LIMIT

    def add(self, other: "_Piece") -> None:
        self.changes += other.changes
        self.rows += other.rows
        self.text += other.text


def batches(
    header: Header,
    admitted: Admitted,
    reached: Cursor,
    proof: bytes,
    limit: Callable[[], int],
    clock: Callable[[], int],
) -> Iterator[Batch]:
    """About `limit` changes each, as it is by then; at least one, and the last moves the cursor."""
    entries = {ENTRY_KEY + bytes.fromhex(entry.id): entry for entry in admitted.entries}
    receipts = {ENTRY_KEY + receipt.id: receipt for receipt in admitted.receipts}
    for piece, final in _pieces(admitted, limit):
        yield Batch(
            header.sender,
            header.epoch,
            piece.changes,
            _entries_in(piece.changes, entries),
            [receipts[change[PK]] for change in piece.changes if change[PK] in receipts],
            reached if final else None,
            clock(),
            proof,
            piece.rows,
            # What the first piece brings has raised our version when the next one comes.
            admitted.as_of,
        )


def _pieces(admitted: Admitted, limit: Callable[[], int]) -> Iterator[tuple[_Piece, bool]]:
    versions: dict[int, _Piece] = defaultdict(_Piece)
    for change in admitted.changes:
        version = versions[change[DB_VERSION]]
        version.changes.append(change)
        version.text += text_in(change)
    for row in admitted.rows:
        version = versions[row.version]
        version.rows.append(row)
        version.text += row.size
    piece = _Piece()
    for _, version in sorted(versions.items()):
        if piece.size and not piece.holds(version, limit()):
            yield piece, False
            piece = _Piece()
        piece.add(version)
    yield piece, True


def _entries_in(changes: list[Change], entries: dict[bytes, Entry]) -> list[Entry]:
    return [
        entries[change[PK]]
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head" and change[PK] in entries
    ]
