"""Seals: a box's signature over its own chain. Receipts: the hub's over what it holds."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge.domain.entry import canonical
from edge.store.database import Connection
from edge.store.entries import chain_head


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
        """One seal per box and number."""
        return hashlib.sha256(f"{self.box}/{self.n}".encode()).digest()[:16]

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
    fields = json.loads(body)
    if not isinstance(fields, list) or len(fields) != 6:
        raise ValueError("not a seal")
    box, n, hash, at, signer, signature = fields
    texts = (box, hash, signer, signature)
    if (
        not all(isinstance(text, str) for text in texts)
        or type(n) is not int
        or type(at) is not int
    ):
        raise ValueError("not a seal")
    return Seal(box, n, hash, at, signer, signature)


def sign_seal(box: str, n: int, hash: str, at: int, signer: str, key: Ed25519PrivateKey) -> Seal:
    """Sign a statement about a chain's head."""
    unsigned = Seal(box, n, hash, at, signer, "")
    return Seal(box, n, hash, at, signer, key.sign(unsigned.statement).hex())


def seal_own_chain(
    connection: Connection, box: str, at: int, key: Ed25519PrivateKey
) -> Seal | None:
    """Seal this box's chain where it stands; None when that is done already."""
    n, hash = chain_head(connection, box)
    if n == 0:
        return None
    seal = sign_seal(box, n, hash, at, box, key)
    if connection.execute("select 1 from seal where id = ?", (seal.id,)).fetchone():
        return None
    connection.execute("insert into seal (id, body) values (?, ?)", (seal.id, seal.body))
    return seal


def give_receipts(
    connection: Connection, boxes: Iterable[str], at: int, hub: str, key: Ed25519PrivateKey
) -> None:
    """Sign for the head of each box's chain as it is durably held here."""
    for box in boxes:
        n, hash = chain_head(connection, box)
        if n == 0:
            continue
        receipt = sign_seal(box, n, hash, at, hub, key)
        connection.execute(
            "insert or ignore into receipt (id, body) values (?, ?)", (receipt.id, receipt.body)
        )


def seals(connection: Connection) -> Iterator[Seal]:
    """Read every seal."""
    for (body,) in connection.execute("select body from seal order by id"):
        yield parse_seal(body)


def receipts(connection: Connection) -> Iterator[Seal]:
    """Read every receipt."""
    for (body,) in connection.execute("select body from receipt order by id"):
        yield parse_seal(body)
