"""A merge that fails leaves local writes tracked (patch 0002)."""

import secrets
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from tests.sync.crsqlite.conftest import Opener

MERGE = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq)'
    " values ('entry', ?, ?, ?, ?, 9, ?, ?, 0)"
)
PEER = secrets.token_bytes(16)
KNOWN = b"\x07" * 16
PACKED = b"\x01\x0c\x10" + KNOWN


def local_write_is_tracked(connection: Any) -> bool:
    key = secrets.token_bytes(16)
    connection.execute("insert into entry values (?, 'h', 'd')", (key,))
    tracked = connection.execute(
        "select count(*) from crsql_changes where pk = crsql_pack_columns(?)", (key,)
    ).fetchone()[0]
    return bool(tracked > 0)


@pytest.mark.parametrize(
    ("guard", "change"),
    [
        ("select 1", (PACKED, "data", "refused", 5, PEER, 1)),
        (
            "create trigger guard before update on entry begin select raise(abort, 'no'); end",
            (PACKED, "data", "other", 5, PEER, 1),
        ),
        (
            "create trigger guard before update on entry begin select raise(rollback, 'no'); end",
            (PACKED, "data", "other", 5, PEER, 1),
        ),
        (
            "create trigger guard before delete on entry begin select raise(abort, 'no'); end",
            (PACKED, "-1", None, 2, PEER, 2),
        ),
    ],
    ids=["check", "abort in update", "rollback in update", "abort in delete"],
)
def test_refused_change_leaves_local_writes_tracked(
    open_database: Opener, guard: str, change: tuple[object, ...]
) -> None:
    town = open_database("town")
    town.execute("insert into entry values (?, 'h', 'd')", (KNOWN,))
    town.execute(guard)
    with pytest.raises(sqlcipher.DatabaseError):
        town.execute(MERGE, change)
    assert town.execute("select crsql_internal_sync_bit()").fetchone() == (0,)
    assert town.execute("select data from entry").fetchall() == [("d",)]
    assert local_write_is_tracked(town)


def test_refused_change_in_a_transaction_leaves_local_writes_tracked(open_database: Opener) -> None:
    town = open_database("town")
    town.execute("begin")
    with pytest.raises(sqlcipher.DatabaseError):
        town.execute(MERGE, (PACKED, "data", "refused", 1, PEER, 1))
    town.execute("rollback")
    assert local_write_is_tracked(town)
