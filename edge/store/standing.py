"""How replication stands, for people: what was set aside and why, what a silent box may lack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edge.store.database import Connection


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
