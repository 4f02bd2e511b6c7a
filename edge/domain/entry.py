"""The entry: one act by one person at one box, and the chain that binds a box's entries.

`head` holds everything but `data`; it carries the digest of `data`, so that `data` may be
emptied by lawful destruction while the chain still verifies. Heads hold ids and digests only,
never personal data; `data` carries a salt, so that its digest gives nothing away afterwards.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

import msgspec

from edge.domain.errors import InvalidInput

GENESIS = "0" * 64
# The largest number that a database and every reader of JSON hold exactly.
_BEYOND = 1 << 53
Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Number = Annotated[int, msgspec.Meta(ge=0, lt=_BEYOND)]
Ordinal = Annotated[int, msgspec.Meta(ge=1, lt=_BEYOND)]
# In bytes: what is larger no peer takes in.
HEAD_LIMIT, TEXT_LIMIT = 8_192, 4 << 20
# Of the entries of one transaction together, which no peer can take in by halves.
ACT_LIMIT = 5 << 20
# How many of an id's digits tell whose it is.
MARK = 12
HEAD_FIELDS = ("id", "kind", "v", "about", "after", "at", "by", "box", "n", "prev", "digest")


def canonical(value: object) -> str:
    """Render JSON in the one form that is hashed: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_hex(text: str) -> str:
    """Hash a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def mark_of(box: str) -> str:
    """The digits in which the ids of a box's entries and subjects end.

    So nobody can take an id beforehand that another's entry will bear, nor another's subject.
    """
    return box[:MARK]


# Ten times as fast as `canonical`, and the same but for floats with an exponent and for what is no
# JSON: who relies on it compares what it gives with the text that is held.
render = msgspec.json.Encoder(order="deterministic").encode
read = msgspec.json.Decoder().decode


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a head holds, in the canonical order of its fields: `render` of it is its text."""

    about: str
    after: list[Id]
    at: Number
    box: str
    by: str
    digest: Hash
    id: Id
    kind: str
    n: Ordinal
    prev: Hash
    v: Number


_decode_head = msgspec.json.Decoder(Head).decode


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One immutable act.

    `id` is a UUIDv7 (32 hexadecimal digits); `about` the subject's id; `after` the entries that
    this one supersedes; `at` milliseconds since 1970 by the box's clock; `n` counts from 1 within
    box and space; `prev` is the hash of the box's previous head. `data` is None once destroyed.
    """

    id: str
    kind: str
    v: int
    about: str
    after: tuple[str, ...]
    at: int
    by: str
    box: str
    n: int
    prev: str
    digest: str
    data: Mapping[str, Any] | None

    @property
    def head(self) -> str:
        """The canonical text that the chain hashes."""
        head = Head(
            self.about,
            list(self.after),
            self.at,
            self.box,
            self.by,
            self.digest,
            self.id,
            self.kind,
            self.n,
            self.prev,
            self.v,
        )
        return render(head).decode()

    @property
    def hash(self) -> str:
        """The hash that the next entry of the same box carries as `prev`."""
        return sha256_hex(self.head)

    @property
    def body(self) -> Mapping[str, Any]:
        """The data, empty after lawful destruction."""
        return self.data if self.data is not None else {}


def compose(
    *,
    id: str,
    kind: str,
    about: str,
    at: int,
    by: str,
    box: str,
    n: int,
    prev: str,
    data: Mapping[str, Any],
    salt: str,
    after: Sequence[str] = (),
    v: int = 1,
) -> tuple[Entry, str]:
    """Make an entry and the canonical text of its salted data.

    Raises ValueError for data that is no JSON, as infinite numbers.
    """
    text = canonical({**data, "salt": salt})
    entry = Entry(
        id=id,
        kind=kind,
        v=v,
        about=about,
        after=tuple(sorted(after)),
        at=at,
        by=by,
        box=box,
        n=n,
        prev=prev,
        digest=sha256_hex(text),
        data=read(text),
    )
    return entry, text


def size_of(text: str) -> int:
    """How many bytes a text takes."""
    return len(text) if text.isascii() else len(text.encode())


def fits(head: str, data: str) -> bool:
    """Say whether peers take in an entry of these two texts, and so what follows it."""
    # No character takes more than four bytes.
    return all(
        4 * len(text) <= limit or len(text.encode()) <= limit
        for text, limit in ((head, HEAD_LIMIT), (data, TEXT_LIMIT))
    )


def parse(head: str, data: str | None) -> Entry:
    """Read an entry back from its two stored texts.

    Raises InvalidInput `entry.malformed` when the head is not canonical or lacks a field, or the
    data is no JSON object, and `entry.digest` when the data is not what the head says.
    """
    said = read_head(head)
    body = None
    if data:
        if sha256_hex(data) != said.digest:
            raise InvalidInput("entry.digest", id=said.id)
        body = _loaded(data)
        if not isinstance(body, dict):
            raise InvalidInput("entry.malformed")
    return Entry(
        said.id,
        said.kind,
        said.v,
        said.about,
        tuple(said.after),
        said.at,
        said.by,
        said.box,
        said.n,
        said.prev,
        said.digest,
        body,
    )


def read_head(head: str) -> Head:
    """Read a head; raises InvalidInput `entry.malformed` unless it is canonical and complete."""
    try:
        said = _decode_head(head)
        if render(said).decode() != head:
            raise InvalidInput("entry.malformed")
    # A hostile text may be nested deeper than the reader can follow.
    except (ValueError, RecursionError) as error:
        raise InvalidInput("entry.malformed") from error
    return said


def _loaded(text: str) -> Any:
    try:
        return read(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("entry.malformed") from error


def first_break(entries: Iterable[Entry]) -> Entry | None:
    """Find the first entry of one box whose predecessor is missing, or that stands there twice.

    `entries` are all of the box's entries in the order of `n`; None means that the tree holds: a
    line normally, with a fork where the box was set back in time.
    """
    n, level, below = 0, {GENESIS}, set[str]()
    for entry in entries:
        if entry.n == n + 1:
            n, below, level = entry.n, level, set()
        hash = entry.hash
        if entry.n != n or entry.prev not in below or hash in level:
            return entry
        level.add(hash)
    return None


def forks(entries: Iterable[Entry]) -> list[int]:
    """List the numbers that more than one of a box's entries bear; `entries` in the order of n."""
    numbers = [entry.n for entry in entries]
    return sorted({n for n, following in pairwise(numbers) if n == following})
