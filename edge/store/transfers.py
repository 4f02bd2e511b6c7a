"""Dossiers on their way between towns."""

from dataclasses import dataclass
from typing import Any

from edge.store.database import Connection
from edge.store.entries import entry_of


@dataclass(frozen=True, slots=True)
class Transfer:
    """One dossier's way; `steps` on record here: sent, arrived, received, confirmed."""

    id: str
    steps: frozenset[str]
    dossier: str
    origin: str
    destination: str
    reason: str
    at: int


_TRANSFER = (
    "select transfer, group_concat(step), max(dossier), max(origin), max(destination), "
    "max(reason), min(at) from transfer "
)


def transfers(connection: Connection, limit: int = 200) -> list[Transfer]:
    """List transfers in and out, the newest first."""
    rows = connection.execute(
        _TRANSFER + "group by transfer order by transfer desc limit ?", (limit,)
    )
    return [_transfer(*row) for row in rows]


def transfer_of(connection: Connection, id: str) -> Transfer | None:
    """Read one transfer."""
    row = connection.execute(_TRANSFER + "where transfer = ? group by transfer", (id,)).fetchone()
    return _transfer(*row) if row else None


def _transfer(
    id: str, steps: str, dossier: str, origin: str, destination: str, reason: str, at: int
) -> Transfer:
    return Transfer(id, frozenset(steps.split(",")), dossier, origin, destination, reason, at)


def arrival_of(connection: Connection, transfer: str) -> dict[str, Any] | None:
    """Give what the hub sent along: person, dossier and materials."""
    row = connection.execute(
        "select entry from transfer where transfer = ? and step = 'arrived' order by entry limit 1",
        (transfer,),
    ).fetchone()
    return dict(entry_of(connection, row[0]).body) if row else None
