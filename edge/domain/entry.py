"""The entry: one act by one person at one box, and the chain that binds a box's entries.

`head` holds everything but `data`; it carries the digest of `data`, so that `data` may be
emptied by lawful destruction while the chain still verifies. Heads hold ids and digests only,
never personal data; `data` carries a salt, so that its digest gives nothing away afterwards.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.domain.errors import InvalidInput

GENESIS = "0" * 64
_ID, _HASH = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{64}")
# The largest number that a database and every reader of JSON hold exactly.
_BEYOND = 1 << 53
HEAD_FIELDS = ("id", "kind", "v", "about", "after", "at", "by", "box", "n", "prev", "digest")


def canonical(value: object) -> str:
    """Render JSON in the one form that is hashed: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_hex(text: str) -> str:
    """Hash a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
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
        return canonical(
            {
                "id": self.id,
                "kind": self.kind,
                "v": self.v,
                "about": self.about,
                "after": list(self.after),
                "at": self.at,
                "by": self.by,
                "box": self.box,
                "n": self.n,
                "prev": self.prev,
                "digest": self.digest,
            }
        )

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
    """Make an entry and the canonical text of its salted data."""
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
        data=json.loads(text),
    )
    return entry, text


def parse(head: str, data: str | None) -> Entry:
    """Read an entry back from its two stored texts.

    Raises InvalidInput `entry.malformed` when the head is not canonical or lacks a field, or the
    data is no JSON object, and `entry.digest` when the data is not what the head says.
    """
    fields = _loaded(head)
    if not isinstance(fields, dict) or tuple(sorted(fields)) != tuple(sorted(HEAD_FIELDS)):
        raise InvalidInput("entry.malformed")
    if canonical(fields) != head:
        raise InvalidInput("entry.malformed")
    _check_types(fields)
    body = None
    if data:
        if sha256_hex(data) != fields["digest"]:
            raise InvalidInput("entry.digest", id=fields["id"])
        body = _loaded(data)
        if not isinstance(body, dict):
            raise InvalidInput("entry.malformed")
    return Entry(**{**fields, "after": tuple(fields["after"])}, data=body)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    # A hostile text may be nested deeper than the reader can follow.
    except (ValueError, RecursionError) as error:
        raise InvalidInput("entry.malformed") from error


def _check_types(fields: Mapping[str, Any]) -> None:
    texts = ("id", "kind", "about", "by", "box", "prev", "digest")
    numbers = ("v", "at", "n")
    sound = (
        all(isinstance(fields[name], str) for name in texts)
        and all(type(fields[name]) is int for name in numbers)
        and isinstance(fields["after"], list)
        and all(isinstance(id, str) for id in fields["after"])
        and _ID.fullmatch(fields["id"])
        and all(_ID.fullmatch(id) for id in fields["after"])
        and _HASH.fullmatch(fields["prev"])
        and _HASH.fullmatch(fields["digest"])
        and 1 <= fields["n"] < _BEYOND
        and 0 <= fields["at"] < _BEYOND
        and 0 <= fields["v"] < _BEYOND
    )
    if not sound:
        raise InvalidInput("entry.malformed")


def first_break(entries: Iterable[Entry]) -> Entry | None:
    """Find the first entry of one box that does not follow from the one before.

    `entries` are all of the box's entries in the order of `n`; None means that the chain holds.
    """
    expected, prev = 1, GENESIS
    for entry in entries:
        if entry.n != expected or entry.prev != prev:
            return entry
        expected, prev = entry.n + 1, entry.hash
    return None
