"""Proving a record: chains, seals, receipts, digests, files; what does not hold is named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.domain.entry import Entry, first_break, forks, parse
from edge.domain.errors import ArchiveError, InvalidInput
from edge.store.blobs import Blobs
from edge.store.database import Connection
from edge.store.entries import entries_of_box
from edge.store.present import make_anew
from edge.store.projection import dump
from edge.store.seals import Seal, receipts, seals


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: `kind` is entry, chain, seal, receipt, file or projection."""

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was walked and what was found; sound when nothing was.

    `forks`: box and number wherever a box's entries part, as after a restored backup; no finding.
    """

    entries: int
    seals: int
    receipts: int
    files: int
    awaiting: int
    findings: tuple[Finding, ...]
    forks: tuple[tuple[str, int], ...] = ()


def verify(connection: Connection, blobs: Blobs, public_keys: Mapping[str, str]) -> Report:
    """Walk a whole space; `public_keys` are the boxes' by id, the hub's among them.

    Changes nothing. A file that has not arrived is counted as awaiting, not as a finding.
    """
    findings = list(_damaged_entries(connection))
    count = connection.execute("select count(*) from entry").fetchone()[0]
    parted: list[tuple[str, int]] = []
    hashes: set[tuple[str, int, str]] | None = None
    if not findings:
        hashes = set()
        for box in _boxes(connection):
            chain = list(entries_of_box(connection, box))
            hashes.update((box, entry.n, entry.hash) for entry in chain)
            findings += _broken(box, chain)
            parted += [(box, n) for n in forks(chain)]
    sealed, received = list(seals(connection)), list(receipts(connection))
    for kind, statements in (("seal", sealed), ("receipt", received)):
        for statement in statements:
            findings += _doubted(kind, statement, hashes, public_keys)
    files, awaiting, damaged = _files(connection, blobs)
    findings += damaged
    counts = (count, len(sealed), len(received), files, awaiting)
    return Report(*counts, tuple(findings), tuple(parted))


def remake(connection: Connection) -> bool:
    """Compute the projection again; False when it differed from what stood before."""
    before = dump(connection)
    make_anew(connection)
    return dump(connection) == before


def _boxes(connection: Connection) -> list[str]:
    return [box for (box,) in connection.execute("select distinct box from history order by box")]


def _damaged_entries(connection: Connection) -> Iterator[Finding]:
    for id, head, data in connection.execute("select hex(id), head, data from entry order by id"):
        try:
            entry = parse(head, data)
        except InvalidInput as error:
            yield Finding("entry", id.lower(), error.key)
            continue
        if entry.id != id.lower():
            yield Finding("entry", id.lower(), "entry.id")


def _broken(box: str, chain: list[Entry]) -> list[Finding]:
    broken = first_break(chain)
    return [] if broken is None else [Finding("chain", box, f"n={broken.n} entry={broken.id}")]


def _doubted(
    kind: str,
    statement: Seal,
    hashes: set[tuple[str, int, str]] | None,
    public_keys: Mapping[str, str],
) -> list[Finding]:
    subject = f"{statement.box}/{statement.n}"
    key = public_keys.get(statement.signer)
    if key is None:
        return [Finding(kind, subject, f"signer unknown: {statement.signer}")]
    if not statement.verifies(key):
        return [Finding(kind, subject, "signature does not verify")]
    if hashes is not None and (statement.box, statement.n, statement.hash) not in hashes:
        # The tail of a chain is gone, or its past was written anew.
        return [Finding(kind, subject, "signed for and not held")]
    return []


def _files(connection: Connection, blobs: Blobs) -> tuple[int, int, list[Finding]]:
    count = awaiting = 0
    findings = []
    for (digest,) in connection.execute("select lower(hex(digest)) from blob order by digest"):
        if not blobs.has(digest):
            awaiting += 1
            continue
        count += 1
        try:
            blobs.examine(digest)
        except ArchiveError as error:
            at = error.fields.get("at", 0)
            findings.append(Finding("file", digest, f"{blobs.place(digest)} byte {at}"))
    return count, awaiting, findings
