"""A whole record copied for another machine.

The record and what is computed from it travel; what belongs to one machine alone (drafts, attempts,
cursors, tickets, readings, who it is to its peers) starts empty.
"""

import os
from pathlib import Path

from edge.store.database import COPY_CACHE_KIB, Connection, open_plain
from edge.store.projection import TABLES as PRESENT

RECORD = ("entry", "seal", "receipt", "box_status")
SEARCHES = ("person_search", "phrase_search")
# What machines read on pages stays with the machine that read it.
OWN_SEARCH = "page_search"
# What the hub has signed for is as true at the new machine as it was at the old.
_TRAVELS = frozenset(
    (
        *(*RECORD, *PRESENT, "computed", "phrase", "possession"),
        *("migration", "crsql_master", "crsql_site_id"),
    )
)
_SEARCH_INNER = tuple(f"{search}_" for search in SEARCHES)
_CLOCK, _PKS = "__crsql_clock", "__crsql_pks"


def copy_record(source: Path, key: bytes, target: Path, target_key: bytes) -> None:
    """Copy record and present as they stand at one moment into a new file under another key.

    A file at `target` is replaced; durable when it returns.
    """
    for leftover in target.parent.glob(target.name + "*"):
        leftover.unlink()
    with open_plain(target, target_key) as connection:
        connection.execute("pragma journal_mode=off")
        connection.execute("pragma synchronous=off")
        connection.execute(f"attach ? as source key \"x'{key.hex()}'\"", (str(source),))
        connection.execute(f"pragma source.cache_size=-{COPY_CACHE_KIB}")
        connection.execute("begin")
        _copy(connection)
        connection.execute("commit")
        connection.execute("detach source")
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _copy(connection: Connection) -> None:
    """Copy schema and rows; indexes stand before the rows, so that pages are copied as they are."""
    schema = connection.execute(
        "select type, name, tbl_name, sql from source.sqlite_master "
        "where sql is not null and name not like 'sqlite\\_%' escape '\\'"
    ).fetchall()
    inner = (*_SEARCH_INNER, OWN_SEARCH + "_")
    shadows = [name for _, name, _, _ in schema if name.startswith(inner)]
    for wanted in ("table", "index"):
        for kind, name, table, sql in schema:
            if kind == wanted and name not in shadows and table not in shadows:
                connection.execute(sql)
    for kind, name, _, _ in schema:
        if kind != "table" or name in SEARCHES or not _travels(name):
            continue
        if name in shadows:
            connection.execute(f'delete from main."{name}"')
        connection.execute(f'insert into main."{name}" select * from source."{name}"')
    for kind, _, _, sql in schema:
        if kind in ("trigger", "view"):
            connection.execute(sql)


def _travels(table: str) -> bool:
    stem = table.removesuffix(_CLOCK).removesuffix(_PKS)
    return table in _TRAVELS or stem in RECORD or table.startswith(_SEARCH_INNER)
