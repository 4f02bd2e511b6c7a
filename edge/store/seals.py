"""Seals: a box's signature over its own chain. Receipts: the hub's over what it holds."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge.domain.entry import canonical
from edge.store.branches import tips
from edge.store.database import Connection

# As in the migration, so that its index serves.
HASH_OF = "case when json_valid(body) then json_extract(body, '$[2]') end"
# As in heads: the largest number that a database and every reader of JSON hold exactly.
_BEYOND = 1 << 53


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed statement that box's entry `n` has this hash; `signer` made it at `at` (ms)."""

    box: str
    n: int
    hash: str
    at: int
    signer: str
    signature: str

    @property
    def id(self) -> bytes:
        """Named by what it states: a machine that was set back may seal one entry twice."""
        return hashlib.sha256(self.statement).digest()[:16]

    @property
    def statement(self) -> bytes:
        """What is signed."""
        return canonical(["seal", self.box, self.n, self.hash, self.at, self.signer]).encode()

    @property
    def body(self) -> str:
        """The replicated text."""
        return canonical([self.box, self.n, self.hash, self.at, self.signer, self.signature])

    def verifies(self, public_key: str) -> bool:
        """Say whether the signature is by this key."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(bytes.fromhex(self.signature), self.statement)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_seal(body: str) -> Seal:
    """Read a seal or receipt; raises ValueError when it is not one."""
    try:
        fields = json.loads(body)
    except RecursionError as error:
        raise ValueError("not a seal") from error
    if not isinstance(fields, list) or len(fields) != 6:
        raise ValueError("not a seal")
    box, n, hash, at, signer, signature = fields
    texts = (box, hash, signer, signature)
    if (
        not all(isinstance(text, str) for text in texts)
        or type(n) is not int
        or type(at) is not int
        or not 1 <= n < _BEYOND
        or not 0 <= at < _BEYOND
    ):
        raise ValueError("not a seal")
    return Seal(box, n, hash, at, signer, signature)


def sign_seal(box: str, n: int, hash: str, at: int, signer: str, key: Ed25519PrivateKey) -> Seal:
    """Sign a statement about a chain's head."""
    unsigned = Seal(box, n, hash, at, signer, "")
    return Seal(box, n, hash, at, signer, key.sign(unsigned.statement).hex())


def put_statement(connection: Connection, table: str, statement: Seal) -> None:
    """Store a seal or receipt of our own making, as `table` says."""
    connection.execute(
        f"insert into {table} (id, body) values (?, ?)", (statement.id, statement.body)
    )


def unsealed(connection: Connection, box: str) -> list[tuple[int, str]]:
    """The ends of a box's chain that are not under its seal."""
    return [end for end in tips(connection, box) if not is_stated(connection, "seal", end[1])]


def is_stated(connection: Connection, table: str, hash: str) -> bool:
    """Say whether the entry of that hash is itself under a seal or receipt, as `table` says."""
    row = connection.execute(
        f"select 1 from {table} where {HASH_OF} = ? limit 1",
        (hash,),
    ).fetchone()
    return row is not None


def seal_own_chain(
    connection: Connection, box: str, at: int, key: Ed25519PrivateKey
) -> Seal | None:
    """Seal every end of this box's chain; its head's seal, or None when nothing was to be done."""
    made = [sign_seal(box, n, hash, at, box, key) for n, hash in unsealed(connection, box)]
    connection.executemany(
        "insert into seal (id, body) values (?, ?)", [(seal.id, seal.body) for seal in made]
    )
    return made[0] if made else None


def give_receipts(
    connection: Connection, boxes: Iterable[str], at: int, hub: str, key: Ed25519PrivateKey
) -> list[Seal]:
    """Sign for every end of each box's chain as it is durably held here; those signed now."""
    given = [
        sign_seal(box, n, hash, at, hub, key)
        for box in boxes
        for n, hash in tips(connection, box)
        if not is_stated(connection, "receipt", hash)
    ]
    connection.executemany(
        "insert into receipt (id, body) values (?, ?)", [(seal.id, seal.body) for seal in given]
    )
    return given


def receipts_over(connection: Connection, box: str, most: int) -> list[str]:
    """The receipts held over the ends of a box's chain, that over its head first; as stored."""
    found = []
    for _, hash in tips(connection, box)[:most]:
        row = connection.execute(
            f"select body from receipt where {HASH_OF} = ? limit 1", (hash,)
        ).fetchone()
        found += [str(row[0])] if row else []
    return found


def seals(connection: Connection) -> Iterator[Seal]:
    """Read every seal."""
    for (body,) in connection.execute("select body from seal order by id"):
        yield parse_seal(body)


def receipts(connection: Connection) -> Iterator[Seal]:
    """Read every receipt."""
    for (body,) in connection.execute("select body from receipt order by id"):
        yield parse_seal(body)
