"""What a box may pass on of its neighbours' acts: what stands under their seal or a receipt.

A neighbour's entry travels with the first seal or receipt that covers it, in the version of that
statement. So whatever was held of it without proof, as after a cut in mid exchange, is left out
and keeps nothing else back.
"""

import json
from collections import defaultdict
from collections.abc import Sequence

from edge.store import exchange
from edge.store.branches import heads_at
from edge.store.database import Connection
from edge.store.exchange import CID, DB_VERSION, ENTRY_KEY, PK, SITE, TABLE, VAL, Change
from edge.store.seals import Seal, parse_seal

STATUS_PREFIX = 3


def passable(connection: Connection, changes: Sequence[Change], me: str) -> list[Change]:
    """Of the versions about to be shipped, keep what a box may bring, proven entries added."""
    # Canonical text: within a string the quotation marks would be escaped.
    own = f'"box":"{me}"'
    foreign: dict[bytes, list[Change]] = {
        change[PK]: []
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head" and own not in str(change[VAL])
    }
    kept, statements = [], []
    for change in changes:
        if change[TABLE] == "entry" and change[PK] in foreign:
            foreign[change[PK]].append(change)
        elif change[TABLE] != "box_status" or change[PK][STATUS_PREFIX:].decode() == me:
            kept.append(change)
        if change[TABLE] in ("seal", "receipt"):
            statements.append((change[DB_VERSION], parse_seal(str(change[VAL]))))
    passing = _Passing(connection, foreign)
    for version, statement in statements:
        if statement.box != me:
            kept += passing.covered(statement, version)
    return sorted(kept, key=lambda change: change[DB_VERSION])


class _Passing:
    def __init__(self, connection: Connection, at_hand: dict[bytes, list[Change]]) -> None:
        self._connection, self._at_hand = connection, at_hand
        self._done: dict[str, set[str]] = defaultdict(set)

    def covered(self, statement: Seal, version: int) -> list[Change]:
        """The entries that no earlier statement covers, stamped with this one's version."""
        found: list[Change] = []
        box, n, hash = statement.box, statement.n, statement.hash
        while n and hash not in self._done[box] and not self._earlier(hash, version):
            id, head = heads_at(self._connection, box, n)[hash]
            rows = self._at_hand.get(ENTRY_KEY + id) or exchange.changes_of_entry(
                self._connection, id
            )
            found += [(*row[:DB_VERSION], version, *row[SITE:]) for row in rows]
            self._done[box].add(hash)
            n, hash = n - 1, str(json.loads(head)["prev"])
        return found

    def _earlier(self, hash: str, version: int) -> bool:
        stated = exchange.stated_at(self._connection, hash)
        return stated is not None and stated < version
