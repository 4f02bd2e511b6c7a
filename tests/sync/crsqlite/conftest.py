"""Databases as the archive opens them: files under SQLCipher with a raw key."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import crsqlite
import pytest
import sqlcipher3.dbapi2 as sqlcipher

Opener = Callable[[str], Any]

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def binding_folder() -> Path:
    return REPOSITORY / "sync/crsqlite"


@pytest.fixture
def open_database(tmp_path: Path) -> Iterator[Opener]:
    """Opens keyed files by name, each with a replicated table `entry`; closes them at the end."""
    key = secrets.token_hex(32)
    opened = []

    def opener(name: str) -> Any:
        path = tmp_path / f"{name}.db"
        fresh = not path.exists()
        connection = sqlcipher.connect(str(path), isolation_level=None)
        connection.execute(f"pragma key=\"x'{key}'\"")
        connection.execute("pragma journal_mode=wal")
        crsqlite.load(connection)
        if fresh:
            connection.execute(
                "create table entry (id blob primary key not null, head text, data text,"
                " check (data is not 'refused'))"
            )
            connection.execute("select crsql_as_crr('main', 'entry')").fetchone()
        opened.append(connection)
        return connection

    yield opener
    for connection in opened:
        crsqlite.finalize(connection)
        connection.close()
