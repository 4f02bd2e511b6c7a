"""A quick proof at start-up that the loaded extension keeps keys and values whole.

Some builds of cr-sqlite corrupt every key whose length or integer has its top bit set, silently
(the crate `bytes` from 1.7.2 on). The check packs keys of the critical sizes, compares the bytes,
sends them through `crsql_changes` into a second database, and sees that the patches are in.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .extension import Connection, CrsqliteError, LoadingUnsupported, build_mark, finalize, load

PATCHED = "0.16.3+dangxia."

TEXT_LENGTHS = (0, 127, 128, 255, 256, 70_000)
INTEGERS = (0, 128, 255, 65_535, 2**32, -1)

# The packed form of a key: count of columns, then type and size, then size or integer, then bytes.
PACKED_LENGTHS = ("03", "0b7f", "0b80", "0bff", "130100", "1b011170")
PACKED_INTEGERS = ("01", "0980", "09ff", "11ffff", "290100000000", "41ffffffffffffffff")

_TABLES = {
    "golden_text": "create table golden_text (id text primary key not null, value text"
    " check (value is not 'refused'))",
    "golden_integer": "create table golden_integer (id integer primary key not null,"
    " value integer)",
}
_CHANGES = """select "table", pk, cid, val, col_version, db_version, site_id, cl, seq
from crsql_changes order by db_version, seq"""
_MERGE = """insert into crsql_changes
("table", pk, cid, val, col_version, db_version, site_id, cl, seq)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_MODULES = ("sqlcipher3.dbapi2", "pysqlite3.dbapi2", "sqlite3")


class GoldenMismatch(CrsqliteError):
    """The extension does not do what the archive relies on; nothing may be written with it."""


def check(connect: Callable[[], Connection] | None = None) -> None:
    """Raise GoldenMismatch unless the extension packs, merges and fails as it must.

    `connect` opens an empty database in memory in autocommit; without it the first SQLite module
    at hand that loads extensions is taken.
    """
    opener = connect or in_memory
    with _database(opener) as sender, _database(opener) as receiver:
        _check_mark(sender)
        _check_packing(sender)
        _check_round_trip(sender, receiver)
        _check_sync_bit(receiver)


def in_memory() -> Connection:
    """An empty database in memory, by the first module at hand that loads extensions."""
    for name in _MODULES:
        try:
            module: Any = importlib.import_module(name)
        except ImportError:
            continue
        if hasattr(module.Connection, "enable_load_extension"):
            connection: Connection = module.connect(":memory:", isolation_level=None)
            return connection
    raise LoadingUnsupported("crsqlite.unsupported", module=", ".join(_MODULES))


@contextmanager
def _database(opener: Callable[[], Connection]) -> Iterator[Connection]:
    connection = opener()
    try:
        load(connection)
        for table, sql in _TABLES.items():
            connection.execute(sql)
            connection.execute("select crsql_as_crr('main', ?)", (table,)).fetchone()
        yield connection
        finalize(connection)
    finally:
        connection.close()


def _check_mark(connection: Connection) -> None:
    mark = build_mark(connection)
    if not mark.startswith(PATCHED):
        raise GoldenMismatch("crsqlite.unpatched", mark=mark)


def _check_packing(connection: Connection) -> None:
    cases = [
        *((key, key.encode(), head) for key, head in zip(_texts(), PACKED_LENGTHS, strict=True)),
        *((key, b"", head) for key, head in zip(INTEGERS, PACKED_INTEGERS, strict=True)),
    ]
    for key, tail, head in cases:
        packed = connection.execute("select crsql_pack_columns(?)", (key,)).fetchone()[0]
        if packed != b"\x01" + bytes.fromhex(head) + tail:
            raise GoldenMismatch("crsqlite.packing", case=_named(key))


def _check_round_trip(sender: Connection, receiver: Connection) -> None:
    sender.executemany("insert into golden_text values (?1, ?1)", [(key,) for key in _texts()])
    sender.executemany("insert into golden_integer values (?1, ?1)", [(key,) for key in INTEGERS])
    receiver.executemany(_MERGE, sender.execute(_CHANGES).fetchall())
    merged = {
        row[0]: row[1]
        for row in receiver.execute(
            "select id, value from golden_text union all select id, value from golden_integer"
        ).fetchall()
    }
    expected = (*_texts(), *INTEGERS)
    for key in expected:
        if key not in merged or merged[key] != key:
            raise GoldenMismatch("crsqlite.round_trip", case=_named(key))
    if len(merged) != len(expected):
        raise GoldenMismatch("crsqlite.round_trip", case=f"{len(merged)} rows")


def _check_sync_bit(connection: Connection) -> None:
    """A merge that fails must leave the sync bit clear, or later local writes go untracked."""
    site = connection.execute("select crsql_site_id()").fetchone()[0]
    forged = ("golden_text", bytes.fromhex("010b0178"), "value", "refused", 1, 99, site, 1, 0)
    try:
        connection.execute(_MERGE, forged)
    except connection.DatabaseError:
        pass
    else:
        raise GoldenMismatch("crsqlite.constraint_ignored")
    if connection.execute("select crsql_internal_sync_bit()").fetchone()[0] != 0:
        raise GoldenMismatch("crsqlite.sync_bit")


def _texts() -> list[str]:
    return ["k" * length for length in TEXT_LENGTHS]


def _named(key: object) -> str:
    return f"text of {len(key)} bytes" if isinstance(key, str) else f"integer {key}"
