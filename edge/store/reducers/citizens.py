"""What citizens confirmed on the screen that faces them."""

import json
from collections.abc import Sequence

from edge.domain.entry import Entry
from edge.store.database import Connection


def confirmed(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `citizen.confirmed`."""
    connection.executemany(
        "insert or ignore into confirmation values (?, ?, ?, ?, ?, ?)",
        [
            (
                entry.id,
                entry.about,
                str(entry.body.get("what", "")),
                json.dumps(_stated(entry), ensure_ascii=False),
                entry.at,
                entry.by,
            )
            for entry in entries
        ],
    )


def _stated(entry: Entry) -> list[tuple[str, str]]:
    return [(str(label), str(value)) for label, value in entry.body.get("stated") or ()]
