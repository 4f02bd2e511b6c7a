"""The body of a segment: entries column by column, everything else as plain rows.

What the receiver can compute of an entry is left out: the id in the head, the digest, the hash of
the previous entry. Whatever would not come back byte for byte travels as a plain row. An entry that
was put together from columns needs no second look: its two texts were rendered here, canonical,
from values whose types are checked column by column, and its digest and hash are those of the
texts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec

from edge.domain.entry import (
    Entry,
    Head,
    Id,
    Number,
    Ordinal,
    read,
    read_head,
    render,
    sha256_hex,
)
from edge.domain.errors import InvalidInput
from edge.store.changelog import EntryRow
from edge.store.exchange import CID, ENTRY_KEY, PK, TABLE, Change
from sync.columns import MalformedColumn, pack, unpack
from sync.quota import Quota, TooMuch, decode, is_readable

_CLOCK = {int, bytes}
# The columns of heads as they are packed, and what each value must be.
_HEAD: dict[str, Any] = {
    "about": str,
    "after": list[Id],
    "at": Number,
    "box": str,
    "by": str,
    "kind": str,
    "n": Ordinal,
    "v": Number,
}
_PREV = Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")]


class _Packable(NamedTuple):
    """An entry as it is packed; `hash` is that of its head."""

    pk: bytes
    head: Head
    content: dict[str, Any]
    hash: str
    version: int
    site: bytes
    seq: int


def pack_body(changes: Sequence[Change]) -> bytes:
    """Pack changes; `unpack_body` gives the same ones back, in another order."""
    with suppress(OverflowError, TooMuch):
        body = _pack_as(changes, _packable(changes))
        if is_readable(body):
            return body
    # An integer of JSON beyond 63 bits, or millions of values: their text travels as plain rows.
    return _pack_as(changes, [])


def unpack_body(body: bytes) -> tuple[list[EntryRow], list[Change]]:
    """The entries put together from columns, and the plain rows.

    Raises ValueError (MalformedColumn, msgspec.ValidationError), TypeError, KeyError,
    OverflowError or RecursionError.
    """
    said = decode(body)
    return _unpack_entries(said["entries"]), _unpack_plain(said["plain"])


def _pack_as(changes: Sequence[Change], packable: Sequence[_Packable]) -> bytes:
    packed_keys = {row.pk for row in packable}
    plain = [each for each in changes if each[TABLE] != "entry" or each[PK] not in packed_keys]
    return msgspec.msgpack.encode({"entries": _pack_entries(packable), "plain": _pack_plain(plain)})


def _packable(changes: Sequence[Change]) -> list[_Packable]:
    heads = {
        change[PK]: change
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head"
    }
    found = []
    for change in changes:
        if change[TABLE] == "entry" and change[CID] == "data" and change[PK] in heads:
            row = _row(heads[change[PK]], change)
            if row is not None:
                found.append(row)
    found.sort(key=lambda row: (row.head.box, row.head.n))
    return found


def _row(head: Change, text: Change) -> _Packable | None:
    """An entry that the receiver can put together exactly, or None."""
    _, pk, _, said, col_version, version, site, cl, seq = head
    _, _, _, told, *clock = text
    if (
        not isinstance(said, str)
        or not isinstance(told, str)
        or clock != [1, version, site, 1, seq + 1]
        or (col_version, cl) != (1, 1)
        or {*map(type, clock), type(version), type(col_version), type(cl), type(seq)} != _CLOCK
        or pk[:3] != ENTRY_KEY
    ):
        return None
    try:
        fields, content = read_head(said), read(told)
        exact = (
            isinstance(content, dict)
            and fields.id == pk[3:].hex()
            and fields.digest == sha256_hex(told)
            and render(content) == told.encode()
        )
    except (InvalidInput, ValueError, RecursionError):
        return None
    return _Packable(pk, fields, content, sha256_hex(said), version, site, seq) if exact else None


def _pack_entries(rows: Sequence[_Packable]) -> dict[str, Any]:
    if not rows:
        return {"count": 0}
    prevs = ["" if row.head.prev == last.hash else row.head.prev for last, row in pairwise(rows)]
    keys = b"".join(row.pk[3:] for row in rows)
    heads = [row.head for row in rows]
    quota = Quota()
    columns = {name: pack([*map(attrgetter(name), heads)], quota) for name in _HEAD}
    return {
        "count": len(rows),
        **columns,
        "content": pack([row.content for row in rows], quota),
        "prev": pack([rows[0].head.prev, *prevs], quota),
        # Byte by byte, since ids made one after another share most of their bytes.
        "key": b"".join(keys[place::16] for place in range(16)),
        "version": pack([row.version for row in rows], quota),
        "site": pack([row.site.hex() for row in rows], quota),
        "seq": pack([row.seq for row in rows], quota),
    }


def _unpack_entries(packed: Mapping[str, Any]) -> list[EntryRow]:
    count = packed["count"]
    if count == 0:
        return []
    quota = Quota()

    def column(name: str) -> list[Any]:
        return unpack(packed[name], count, quota)

    heads = [
        # A type that is known when it runs only.
        msgspec.convert(column(name), list[kind])  # type: ignore[valid-type]
        for name, kind in _HEAD.items()
    ]
    prevs = msgspec.convert(column("prev"), list[_PREV])
    contents, sites = column("content"), column("site")
    clocks = [msgspec.convert(column(name), list[int]) for name in ("version", "seq")]
    strips = packed["key"]
    if type(strips) is not bytes or len(strips) != 16 * count:
        raise MalformedColumn("keys of another length")
    if {*map(type, contents)} != {dict}:
        raise MalformedColumn("data that is no object")
    origins = {site: bytes.fromhex(site) for site in set(sites)}
    rows: list[EntryRow] = []
    last = ""
    for place, row in enumerate(zip(contents, prevs, sites, *clocks, *heads, strict=True)):
        content, prev, site, version, seq, about, after, at, box, by, kind, n, v = row
        id = strips[place::count].hex()
        text = render(content)
        digest = hashlib.sha256(text).hexdigest()
        prev = prev or last
        head = render(Head(about, after, at, box, by, digest, id, kind, n, prev, v))
        quota.take(rendered=len(head) + len(text))
        last = hashlib.sha256(head).hexdigest()
        entry = Entry(id, kind, v, about, tuple(after), at, by, box, n, prev, digest, content)
        rows.append(
            EntryRow(
                *(entry, last, head.decode(), text.decode(), version, origins[site], seq),
                len(head) + len(text),
            )
        )
    if not prevs[0]:
        raise MalformedColumn("a first entry without its predecessor's hash")
    return rows


def _pack_plain(changes: Sequence[Change]) -> list[Any]:
    return [len(changes), *(list(column) for column in zip(*changes, strict=True))]


def _unpack_plain(packed: Sequence[Any]) -> list[Change]:
    count, *columns = packed
    if count == 0:
        return []
    if len(columns) != 9 or any(len(column) != count for column in columns):
        raise MalformedColumn("plain rows of unequal columns")
    return list(zip(*columns, strict=True))
