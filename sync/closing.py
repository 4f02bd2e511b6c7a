"""Closing a segment: what its entries stand under comes along, wherever it ends.

Otherwise acts that a peer had before the line broke could be proved by nobody, and so passed on by
nobody, once the machine that wrote them is gone.
"""

from collections.abc import Sequence

from edge.domain.entry import read_head, sha256_hex
from edge.store import possession
from edge.store.changelog import statement_over
from edge.store.database import Connection
from edge.store.exchange import CID, TABLE, VAL, Change
from edge.store.keys import Keys
from edge.store.seals import parse_seal, put_statement, sign_seal

End = tuple[str, int, str]
_PREV = '"prev":"'


def open_ends(changes: Sequence[Change]) -> list[End]:
    """Box, number and hash of the entries that neither an entry nor a statement here is over."""
    heads: list[str] = []
    covered = set()
    for change in changes:
        if change[CID] == "head":
            heads.append(str(change[VAL]))
        elif change[TABLE] in ("seal", "receipt"):
            covered.add(parse_seal(str(change[VAL])).hash)
    for head in heads:
        # Canonical text: nothing but a number follows it.
        start = head.rindex(_PREV) + len(_PREV)
        covered.add(head[start : start + 64])
    ends = [(hash, head) for head in heads if (hash := sha256_hex(head)) not in covered]
    said = [(hash, read_head(head)) for hash, head in ends]
    return [(head.box, head.n, hash) for hash, head in said]


def closing(
    connection: Connection, ends: Sequence[End], version: int, keys: Keys, hub: str, at: int
) -> list[Change]:
    """A statement over each end, made where there is none yet, to be shipped with `version`.

    A box seals what is its own, the hub signs for everybody's; others' acts a box ships closed.
    """
    found: list[Change] = []
    for box, n, hash in ends:
        if statement_over(connection, hash) is None and keys.id in (box, hub):
            signed = sign_seal(box, n, hash, at, keys.id, keys.signing)
            put_statement(connection, "seal" if box == keys.id else "receipt", signed)
            if box != keys.id:
                possession.note(connection, [signed])
        statement = statement_over(connection, hash)
        if statement is not None:
            table, pk, cid, value, col_version, _, site, cl, seq = statement
            found.append((table, pk, cid, value, col_version, version, site, cl, seq))
    return found
