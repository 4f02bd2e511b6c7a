"""cr-sqlite's change log of entries, read and written in bulk: the same rows, far sooner.

`crsql_changes` costs some 15 µs a change both ways. Entries are never changed nor deleted, so their
log is plain: head and data, each of version 1. What is written here equals, row for row, what the
extension writes when it merges the same changes (held by a test); the extension's version is
pinned, and whatever is not plain goes through `crsql_changes` as ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from edge.domain.entry import Entry
from edge.store.bulk import insert_many
from edge.store.database import Connection
from edge.store.seals import HASH_OF

# table, pk, cid, val, col_version, db_version, site_id, cl, seq
Change = tuple[str, bytes, str, object, int, int, bytes, int, int]
# Each replicated table's key and columns.
_COLUMNS = {
    "entry": ("id", ("head", "data")),
    "seal": ("id", ("body",)),
    "receipt": ("id", ("body",)),
    "box_status": ("box", ("body",)),
}
TABLES = tuple(_COLUMNS)
_KEY = b"\x01\x0c\x10"  # one column, a blob of 16 bytes
_ASKED = 500


class EntryRow(NamedTuple):
    """A whole entry in the log: its head, of sequence `seq`, and its data, of the next one.

    `hash` is that of the head; both texts are what `entry` says, in the canonical form, together
    `size` bytes.
    """

    entry: Entry
    hash: str
    head: str
    text: str
    version: int
    site: bytes
    seq: int
    size: int

    @property
    def changes(self) -> tuple[Change, Change]:
        """The same as two changes."""
        pk = _KEY + bytes.fromhex(self.entry.id)
        version, site, seq = self.version, self.site, self.seq
        return (
            ("entry", pk, "data", self.text, 1, version, site, 1, seq + 1),
            ("entry", pk, "head", self.head, 1, version, site, 1, seq),
        )


def _select(table: str, where: str = "c.db_version > ?1 and c.db_version <= ?2") -> str:
    key, columns = _COLUMNS[table]
    values = " ".join(f"when '{column}' then t.{column}" for column in columns)
    return (
        f"select '{table}', crsql_pack_columns(t.{key}), c.col_name, "
        f"case c.col_name {values} end, c.col_version, c.db_version, s.site_id, 1, c.seq "
        f"from {table}__crsql_clock c join {table}__crsql_pks p on p.__crsql_key = c.key "
        f"join {table} t on t.{key} = p.{key} join crsql_site_id s on s.ordinal = c.site_id "
        f"where {where}"
    )


_EXTRACT = " union all ".join(_select(table) for table in TABLES) + " order by 6, 1, 2, 3"


def extract(connection: Connection, low: int, high: int) -> Iterable[Change]:
    """Read the changes of the versions in (low, high], by version, table, key and column.

    As `crsql_changes` gives them; nothing is ever deleted, so every causal length is 1.
    """
    found: Iterable[Change] = connection.execute(_EXTRACT, (low, high))
    return found


def statement_over(connection: Connection, hash: str) -> Change | None:
    """The seal or receipt over the entry of that hash itself, as it would be shipped."""
    for table in ("seal", "receipt"):
        row: Change | None = connection.execute(
            f"{_select(table, HASH_OF + ' = ?')} limit 1", (hash,)
        ).fetchone()
        if row is not None:
            return row
    return None


def texts_of(connection: Connection, table: str, id: bytes | str) -> tuple[object, ...] | None:
    """The stored columns of one replicated row, without its key."""
    key, columns = _COLUMNS[table]
    row = connection.execute(
        f"select {', '.join(columns)} from {table} where {key} = ?", (id,)
    ).fetchone()
    return tuple(row) if row else None


def insert_new(
    connection: Connection,
    changes: Sequence[Change],
    rows: Sequence[EntryRow] = (),
    unheld: bool = False,
) -> Sequence[Change]:
    """Merge whole entries that are not held; gives back what must go through `crsql_changes`.

    `unheld`: none of them is for certain.
    """
    pairs, others = _pairs(changes)
    fresh = {bytes.fromhex(row.entry.id): row for row in rows}
    for id in [] if unheld else sorted(known_entries(connection, [*pairs, *fresh])):
        others += pairs.pop(id, ())
        others += fresh.pop(id).changes if id in fresh else ()
    if pairs or fresh:
        connection.execute("select crsql_internal_sync_bit(1)")
        try:
            _insert(connection, pairs, fresh)
        finally:
            connection.execute("select crsql_internal_sync_bit(0)")
    return others


def known_entries(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of some entries' ids that are held."""
    (greatest,) = connection.execute("select max(id) from entry__crsql_pks").fetchone()
    # Ids grow: most of what comes is beyond all that is held.
    old = [id for id in ids if greatest is not None and id <= greatest]
    found: list[tuple[bytes]] = []
    for start in range(0, len(old), _ASKED):
        some = old[start : start + _ASKED]
        marks = ", ".join("?" * len(some))
        found += connection.execute(
            f"select id from entry__crsql_pks where id in ({marks})", some
        ).fetchall()
    return {id for (id,) in found}


def _pairs(
    changes: Sequence[Change],
) -> tuple[dict[bytes, tuple[Change, Change]], list[Change]]:
    heads: dict[bytes, Change] = {}
    texts: dict[bytes, Change] = {}
    others: list[Change] = []
    for change in changes:
        table, pk, cid, _, col_version, _, _, cl, _ = change
        plain = table == "entry" and col_version == 1 == cl and pk[:3] == _KEY and len(pk) == 19
        half = heads if cid == "head" else texts
        if plain and pk not in half:
            half[pk] = change
        else:
            others.append(change)
    pairs = {pk[3:]: (head, texts[pk]) for pk, head in heads.items() if pk in texts}
    others += [each for half in (heads, texts) for pk, each in half.items() if pk[3:] not in pairs]
    return pairs, others


def _insert(
    connection: Connection,
    pairs: Mapping[bytes, tuple[Change, Change]],
    rows: Mapping[bytes, EntryRow],
) -> None:
    (version,) = connection.execute("select crsql_next_db_version()").fetchone()
    (last,) = connection.execute(
        "select coalesce(max(__crsql_key), 0) from entry__crsql_pks"
    ).fetchone()
    sites = dict.fromkeys(change[6] for pair in pairs.values() for change in pair)
    ordinals = _ordinals(connection, sites | dict.fromkeys(row.site for row in rows.values()))
    insert_many(
        connection,
        "insert into entry (id, head, data)",
        3,
        chain(
            ((id, head[3], text[3]) for id, (head, text) in pairs.items()),
            ((id, row.head, row.text) for id, row in rows.items()),
        ),
    )
    insert_many(
        connection,
        "insert into entry__crsql_pks (__crsql_key, id)",
        2,
        enumerate(chain(pairs, rows), last + 1),
    )
    clocks = chain(
        (
            (key, cid, 1, version, ordinals[site], seq)
            for key, pair in enumerate(pairs.values(), last + 1)
            for _, _, cid, _, _, _, site, _, seq in pair
        ),
        (
            clock
            for key, row in enumerate(rows.values(), last + 1 + len(pairs))
            for clock in (
                (key, "data", 1, version, ordinals[row.site], row.seq + 1),
                (key, "head", 1, version, ordinals[row.site], row.seq),
            )
        ),
    )
    insert_many(
        connection,
        "insert into entry__crsql_clock (key, col_name, col_version, db_version, site_id, seq)",
        6,
        clocks,
    )


def _ordinals(connection: Connection, sites: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of sites in this database; unknown ones get the next."""
    found = {}
    for site in sites:
        connection.execute("insert or ignore into crsql_site_id (site_id) values (?)", (site,))
        (found[site],) = connection.execute(
            "select ordinal from crsql_site_id where site_id = ?", (site,)
        ).fetchone()
    return found
