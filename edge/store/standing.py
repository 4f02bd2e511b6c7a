"""How replication stands, for people: what was set aside and why, what a silent box may lack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edge.store.branches import chain_head
from edge.store.database import Connection
from edge.store.exchange import contacts
from edge.store.seals import Seal, receipts, seals


@dataclass(frozen=True, slots=True)
class Refusal:
    """A segment set aside: `reason` is an error's key, `fields` its places; `at` in ms."""

    sender: str
    reason: str
    fields: tuple[tuple[str, object], ...]
    at: int


def refusals(connection: Connection) -> list[Refusal]:
    """List the refused segments that still hold a cursor, the oldest first."""
    rows = connection.execute(
        "select sender, reason, fields, at from quarantine where not resolved order by at, hash"
    )
    return [
        Refusal(sender, reason, tuple(sorted(_fields(fields).items())), at)
        for sender, reason, fields, at in rows
    ]


def _fields(text: str) -> Mapping[str, object]:
    said = json.loads(text)
    return said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a space holds of one box: `held`, `signed` and `sealed` are numbers of entries.

    `signed_at` is the time of the newest receipt and `heard` that of the last exchange that ended
    well, in ms; `thumbnails`, `papers` and `masters` count files that the box named and that have
    not arrived; `dossiers` are the numbers of those whose pages are among them.
    """

    held: int
    signed: int
    signed_at: int | None
    sealed: int
    heard: int | None
    thumbnails: int
    papers: int
    masters: int
    dossiers: tuple[str, ...]

    @property
    def known(self) -> int:
        """The number of the last entry that the box is known to have written."""
        return max(self.held, self.signed, self.sealed)


_OWNED = (
    "with owned (id, dossier) as ("
    "select c.id, c.dossier from capture c join history h on h.entry = c.entry where h.box = ?1 "
    "union select m.id, m.dossier from material m join history h on h.entry = m.entry "
    "where h.box = ?1) "
)
_MISSING = "exists (select 1 from file_missing m where m.class in (0, 1, 2) and m.digest = {file})"


def delivered(connection: Connection, box: str) -> Delivered:
    """Say what has come of one box, from entries, seals and receipts."""
    signed = max((each for each in receipts(connection) if each.box == box), key=_n, default=None)
    sealed = max((each.n for each in seals(connection) if each.box == box), default=0)
    thumbnails, masters = connection.execute(
        f"{_OWNED} select count(distinct iif({_MISSING.format(file='p.thumb')}, p.thumb, null)), "
        f"count(distinct iif({_MISSING.format(file='p.blob')}, p.blob, null)) "
        "from owned o join page p on p.owner = o.id",
        (box,),
    ).fetchone()
    (papers,) = connection.execute(
        f"select count(*) from proof p where p.box = ? and {_MISSING.format(file='p.blob')}", (box,)
    ).fetchone()
    dossiers = connection.execute(
        f"{_OWNED} select distinct d.number from owned o join page p on p.owner = o.id "
        f"join dossier d on d.id = o.dossier where {_MISSING.format(file='p.blob')} "
        f"or {_MISSING.format(file='p.thumb')} order by d.number",
        (box,),
    ).fetchall()
    return Delivered(
        chain_head(connection, box)[0],
        signed.n if signed else 0,
        signed.at if signed else None,
        sealed,
        contacts(connection).get(box),
        thumbnails,
        papers,
        masters,
        tuple(number for (number,) in dossiers),
    )


def renewals_proved_by(connection: Connection, peer: str, since: int) -> int:
    """How often since then a peer has proved that this database was set back."""
    row = connection.execute(
        "select count(*) from renewal where peer = ? and at >= ?", (peer, since)
    ).fetchone()
    return int(row[0])


def renewals_by_peer(connection: Connection) -> dict[str, int]:
    """When each peer last proved that this database was set back; "" where its own file told."""
    return dict(connection.execute("select peer, max(at) from renewal group by peer").fetchall())


def renewals(connection: Connection) -> list[int]:
    """When this database became another after it had been set back in time, in ms."""
    return [at for (at,) in connection.execute("select at from renewal order by at")]


def last_taken(connection: Connection) -> int | None:
    """When something was last taken in from a peer, in ms."""
    row = connection.execute("select max(at) from cursor").fetchone()
    return int(row[0]) if row[0] is not None else None


def _n(seal: Seal) -> int:
    return seal.n
