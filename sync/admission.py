"""Admission: what must hold before a verified segment may touch the record.

Pure checks of every change against the roster and what is held; the first one that fails rejects
the whole segment. Order: header, shape of each change, entries and their chains, seals and
receipts, what of neighbours is under neither, box status.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Protocol

from edge.domain.conflict import is_for_county
from edge.domain.entry import (
    ACT_LIMIT,
    GENESIS,
    HEAD_LIMIT,
    TEXT_LIMIT,
    Entry,
    fits,
    mark_of,
    parse,
)
from edge.domain.errors import InvalidInput, SegmentRejected
from edge.domain.kinds import Kind
from edge.store.changelog import EntryRow
from edge.store.exchange import CID, DB_VERSION, ENTRY_KEY, PK, TABLE, VAL, Change
from edge.store.seals import Seal, parse_seal
from sync.roster import COUNTY, Roster
from sync.segment import PROTO, Header, Segment, text_in

COLUMNS = {"entry": {"head", "data"}, "seal": {"body"}, "receipt": {"body"}, "box_status": {"body"}}
SEAL_LIMIT = 2_048
VERSION_JUMP, VERSION_LIMIT = 1 << 28, 1 << 50
EPOCH_LIMIT = 64
STATUS_KEY = b"\x01\x0b\x20"  # one column, a text of 32 bytes, in the extension's key format
HUB_KINDS = frozenset(
    {
        Kind.TRANSFER_ARRIVED,
        Kind.TRANSFER_CONFIRMED,
        Kind.INSTITUTION_NAMED,
        Kind.USER_ENROLLED,
        Kind.USER_WITHDRAWN,
        Kind.BOX_ADMITTED,
        Kind.BOX_REVOKED,
        Kind.RULE_SET,
        Kind.SCHEME_PUBLISHED,
    }
)


class Held(Protocol):
    """What the receiver holds already."""

    def version(self) -> int:
        """Its last version."""

    def chain_head(self, box: str) -> tuple[int, str]:
        """Number and hash of the entry that a box extends."""

    def entries(self, ids: Sequence[bytes]) -> Collection[bytes]:
        """Those of some entries' ids that are held."""

    def texts(self, table: str, id: bytes | str) -> tuple[object, ...] | None:
        """The stored columns of a row, or None."""

    def hashes_at(self, box: str, n: int) -> Collection[str]:
        """The hashes of a box's n-th entry; more than one where its chain forked."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is new in a segment: changes and rows to merge, entries and receipts of the changes.

    `as_of`: the last version of ours when admission looked.
    """

    changes: Sequence[Change]
    rows: Sequence[EntryRow]
    entries: Sequence[Entry]
    receipts: Sequence[Seal]
    as_of: int


def admit(segment: Segment, me: str, space: str, roster: Roster, held: Held) -> Admitted:
    """Check a verified segment; raises SegmentRejected with the key of the rule it breaks."""
    _check_header(segment.header, me, space, roster)
    changes = _by_row(segment)
    _check_rows(segment)
    _check_acts(segment)
    visit = _Visit(segment.header.sender, space, roster, held)
    entries, rows = visit.entries(changes["entry"], segment.rows)
    visit.seals(changes["seal"])
    receipts = visit.receipts(changes["receipt"])
    visit.cover()
    visit.status(changes["box_status"])
    fresh = {bytes.fromhex(entry.id) for entry in entries}
    merged = [
        change
        for change in segment.plain
        if (
            change[PK][len(ENTRY_KEY) :] in fresh
            if change[TABLE] == "entry"
            else change[PK] not in visit.told_otherwise
        )
    ]
    return Admitted(merged, rows, entries, receipts, held.version())


def _check_header(header: Header, me: str, space: str, roster: Roster) -> None:
    _require(header.proto == PROTO, "segment.proto", proto=header.proto)
    _require(header.space == space, "segment.space", space=header.space)
    # Into the county's space a box brings only what the hub itself has written and lost.
    known = roster.may_write(header.sender, space) or space == COUNTY
    _require(header.sender != me and known and roster.is_active(header.sender), "segment.sender")
    _require(header.receiver in ("", me), "segment.receiver")
    _require(0 <= header.first < header.last < VERSION_LIMIT, "segment.version")
    _require(header.last - header.first <= VERSION_JUMP, "segment.version")
    # It is kept, and told to others.
    _require(len(header.epoch) <= EPOCH_LIMIT, "segment.version")


Rows = dict[bytes, dict[str, Change]]


def _by_row(segment: Segment) -> dict[str, Rows]:
    """The plain changes by table, key and column, once each has been found well-formed."""
    rows: dict[str, Rows] = {table: defaultdict(dict) for table in COLUMNS}
    first, last = segment.header.first, segment.header.last
    for change in segment.plain:
        _check_change(change, first, last)
        row = rows[change[TABLE]][change[PK]]
        _require(change[CID] not in row, "segment.twice")
        row[change[CID]] = change
    versions = (each[DB_VERSION] for each in segment.plain)
    greatest = max(chain(versions, (row.version for row in segment.rows)), default=0)
    _require(greatest == last, "segment.version")
    return rows


def _check_rows(segment: Segment) -> None:
    """Hold the clocks and the sizes of entries put together from columns to their bounds."""
    rows, first = segment.rows, segment.header.first
    if not rows:
        return
    # Last has been looked at.
    _require(min(row.version for row in rows) > first, "segment.version")
    sequences = [row.seq for row in rows]
    _require(0 <= min(sequences) <= max(sequences) < (1 << 32) - 1, "segment.version")
    _require(all(len(site) == 16 for site in {row.site for row in rows}), "segment.site")
    _require(all(fits(row.head, row.text) for row in rows), "segment.size")


def _check_acts(segment: Segment) -> None:
    """Hold what was written at once to its bound: nobody could pass on what is larger."""
    versions: dict[int, int] = defaultdict(int)
    for row in segment.rows:
        versions[row.version] += row.size
    for change in segment.plain:
        versions[change[DB_VERSION]] += text_in(change)
    _require(max(versions.values(), default=0) <= ACT_LIMIT, "segment.size")


def _check_change(change: Change, first: int, last: int) -> None:
    table, pk, cid, value, col_version, version, site, cl, seq = change
    _require(isinstance(table, str) and table in COLUMNS, "segment.table")
    _require(isinstance(cid, str) and cid in COLUMNS[table], "segment.column")
    _require(isinstance(pk, bytes) and _sound_key(table, pk), "segment.key")
    numbers = (col_version, version, cl, seq)
    _require(all(type(number) is int for number in numbers), "segment.type")
    _require(isinstance(value, str), "segment.type")
    _require(isinstance(site, bytes) and len(site) == 16, "segment.site")
    _require(first < version <= last, "segment.version")
    _require(0 <= seq < 1 << 32, "segment.version")
    _require(cl == 1, "segment.deletion")
    limit = 1 if table != "box_status" else (1 << 32) - 1
    _require(1 <= col_version <= limit, "segment.rewritten")
    size = len(str(value).encode())
    bound = HEAD_LIMIT if cid == "head" else TEXT_LIMIT if cid == "data" else SEAL_LIMIT
    _require(size <= (TEXT_LIMIT if table == "box_status" else bound), "segment.size")


def _sound_key(table: str, pk: bytes) -> bool:
    if table == "box_status":
        return len(pk) == 35 and pk.startswith(STATUS_KEY) and _hexadecimal(pk[3:])
    return len(pk) == 19 and pk.startswith(ENTRY_KEY)


def _hexadecimal(text: bytes) -> bool:
    return all(letter in b"0123456789abcdef" for letter in text)


class _Visit:
    def __init__(self, sender: str, space: str, roster: Roster, held: Held) -> None:
        self.sender, self.space, self.roster, self.held = sender, space, roster, held
        self.told_otherwise: set[bytes] = set()
        self._fresh: dict[str, Entry] = {}
        self._proven: set[str] = set()
        self._authors: dict[str, str] = {}

    def entries(
        self, rows: Rows, rebuilt: Sequence[EntryRow]
    ) -> tuple[list[Entry], list[EntryRow]]:
        """Those not held yet, each following one of its box that is held or comes along."""
        plain = {pk[len(ENTRY_KEY) :]: _texts(row) for pk, row in rows.items()}
        packed = {bytes.fromhex(row.entry.id): row for row in rebuilt}
        _require(len(packed) == len(rebuilt) and packed.keys().isdisjoint(plain), "segment.twice")
        for id in self.held.entries([*plain, *packed]):
            came = plain[id] if id in plain else (packed[id].head, packed[id].text)
            _require(self.held.texts("entry", id) == came, "segment.altered", entry=id.hex())
            plain.pop(id, None)
            packed.pop(id, None)
        entries = [_parse(id, *texts) for id, texts in plain.items()]
        by_box: dict[str, list[tuple[int, str, Entry]]] = defaultdict(list)
        for entry in entries:
            by_box[entry.box].append((entry.n, entry.hash, entry))
        for row in packed.values():
            by_box[row.entry.box].append((row.entry.n, row.hash, row.entry))
        for box in sorted(by_box):
            for _, _, entry in by_box[box]:
                self._check_author(entry)
            self._chain(box, by_box[box])
        return entries, [*packed.values()]

    def seals(self, rows: Rows) -> None:
        """Each by the box itself, over an entry that is held or comes along."""
        for pk, row in rows.items():
            seal = self._read_seal("seal", pk, row)
            if seal is None:
                continue
            _require(seal.signer == seal.box, "segment.seal", box=seal.box)
            self._check_seal(seal, "seal")

    def receipts(self, rows: Rows) -> list[Seal]:
        """Each by the hub, whoever brings it."""
        found = []
        for pk, row in rows.items():
            receipt = self._read_seal("receipt", pk, row)
            if receipt is None:
                continue
            by_hub = receipt.signer == self.roster.hub
            _require(by_hub, "segment.receipt", box=receipt.box)
            self._check_seal(receipt, "receipt")
            found.append(receipt)
        return found

    def cover(self) -> None:
        """What a box passes on of others is under their seal or the hub's receipt, brought along.

        A box's own acts, and all that the hub brings, stand under the segment's signature.
        """
        if self.sender == self.roster.hub:
            return
        bare = {hash for hash, entry in self._fresh.items() if entry.box != self.sender}
        for hash in self._proven:
            while hash in bare:
                bare.remove(hash)
                hash = self._fresh[hash].prev
        boxes = [self._fresh[hash].box for hash in bare]
        _require(not bare, "segment.author", box=min(boxes, default=""))

    def status(self, rows: Rows) -> None:
        """A box's own row only; the hub passes on what it holds."""
        for pk in rows:
            box = pk[len(STATUS_KEY) :].decode()
            _require(self.sender in (box, self.roster.hub), "segment.status", box=box)
            _require(self.roster.belongs(box, self.space), "segment.status", box=box)

    def _check_author(self, entry: Entry) -> None:
        hub = self.roster.hub
        if entry.box not in self._authors:
            _require(self.roster.belongs(entry.box, self.space), "segment.author", box=entry.box)
            _require(entry.box == hub or self.space != COUNTY, "segment.author", box=entry.box)
            self._authors[entry.box] = mark_of(entry.box)
        _require(entry.id.endswith(self._authors[entry.box]), "segment.key", entry=entry.id)
        if entry.kind in HUB_KINDS or is_for_county(entry.kind, entry.body):
            _require(entry.box == hub, "segment.kind", kind=entry.kind)

    def _chain(self, box: str, arrivals: list[tuple[int, str, Entry]]) -> None:
        last, tip = self.held.chain_head(box)
        arrivals.sort(key=itemgetter(0))
        for n, hash, entry in arrivals:
            if entry.prev != tip or n != last + 1:
                _require(self._follows(entry), "segment.chain", box=box, n=n)
            last, tip = n, hash
            self._fresh[hash] = entry

    def _follows(self, entry: Entry) -> bool:
        """Say whether an entry's predecessor is held, or has come along, of the same box."""
        if (entry.n, entry.prev) == (1, GENESIS):
            return True
        parent = self._fresh.get(entry.prev)
        if parent is not None and (parent.box, parent.n) == (entry.box, entry.n - 1):
            return True
        return entry.prev in self.held.hashes_at(entry.box, entry.n - 1)

    def _read_seal(self, table: str, pk: bytes, row: Mapping[str, Change]) -> Seal | None:
        body = row["body"][VAL]
        known = self.held.texts(table, pk[len(ENTRY_KEY) :])
        if known == (body,):
            return None
        try:
            seal = parse_seal(str(body))
        except ValueError as error:
            raise SegmentRejected(f"segment.{table}") from error
        _require(seal.body == body and seal.id == pk[len(ENTRY_KEY) :], f"segment.{table}")
        if known is None:
            return seal
        # A key may sign one statement in more ways than one. Whoever was handed another one than
        # we were must not be kept out for it; ours stays.
        key = self.roster.key_of(seal.signer)
        _require(key is not None and seal.verifies(key), "segment.altered")
        self.told_otherwise.add(pk)
        return None

    def _check_seal(self, seal: Seal, kind: str) -> None:
        key = self.roster.key_of(seal.signer)
        _require(self.roster.belongs(seal.box, self.space), f"segment.{kind}", box=seal.box)
        _require(key is not None and seal.verifies(key), f"segment.{kind}", box=seal.box)
        entry = self._fresh.get(seal.hash)
        came = entry is not None and (entry.box, entry.n) == (seal.box, seal.n)
        held = came or seal.hash in self.held.hashes_at(seal.box, seal.n)
        _require(held, f"segment.{kind}", box=seal.box)
        self._proven.add(seal.hash)


def _texts(row: Mapping[str, Change]) -> tuple[str, str]:
    _require(len(row) == 2, "segment.torn")
    return str(row["head"][VAL]), str(row["data"][VAL])


def _parse(id: bytes, head: str, text: str) -> Entry:
    try:
        entry = parse(head, text)
    except (InvalidInput, ValueError, RecursionError) as error:
        raise SegmentRejected("segment.entry") from error
    _require(isinstance(entry.data, Mapping), "segment.entry", entry=entry.id)
    _require(entry.id == id.hex(), "segment.key")
    return entry


def _require(holds: bool, key: str, **fields: object) -> None:
    if not holds:
        raise SegmentRejected(key, **fields)
