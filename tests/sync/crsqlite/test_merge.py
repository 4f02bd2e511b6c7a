"""Two encrypted files exchange their changes."""

from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from tests.sync.crsqlite.conftest import Opener

CHANGES = (
    'select "table", pk, cid, val, col_version, db_version, site_id, cl, seq from crsql_changes'
)
MERGE = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq)'
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ROWS = "select id, head, data from entry order by id"
INSERT = "insert into entry values (?, ?, ?)"


def exchange(sender: Any, receiver: Any) -> None:
    receiver.execute("begin")
    receiver.executemany(MERGE, sender.execute(CHANGES).fetchall())
    receiver.execute("commit")


def test_two_files_hold_the_same_rows_after_exchange(open_database: Opener) -> None:
    town, county = open_database("town"), open_database("county")
    town.executemany(INSERT, [(bytes([n]) * 16, f"头{n}", "正文") for n in range(50)])
    county.executemany(INSERT, [(bytes([n]) * 16, f"县{n}", None) for n in range(50, 90)])
    exchange(town, county)
    exchange(county, town)
    rows = town.execute(ROWS).fetchall()
    assert len(rows) == 90
    assert county.execute(ROWS).fetchall() == rows


def test_repeated_merge_writes_nothing(open_database: Opener) -> None:
    town, county = open_database("town"), open_database("county")
    town.execute(INSERT, (b"\x01" * 16, "h", "d"))
    exchange(town, county)
    before = county.execute("select max(db_version) from crsql_changes").fetchone()
    exchange(town, county)
    assert county.execute("select max(db_version) from crsql_changes").fetchone() == before


def test_file_on_disk_is_encrypted(open_database: Opener, tmp_path: Path) -> None:
    town = open_database("town")
    town.execute(INSERT, (b"\x01" * 16, "籍贯", "birthplace"))
    town.execute("pragma wal_checkpoint(truncate)")
    body = (tmp_path / "town.db").read_bytes()
    assert not body.startswith(b"SQLite format 3")
    assert b"birthplace" not in body
    stranger = sqlcipher.connect(str(tmp_path / "town.db"))
    with pytest.raises(sqlcipher.DatabaseError):
        stranger.execute("select count(*) from entry")
    stranger.close()
