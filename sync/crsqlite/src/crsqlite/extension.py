"""Finding the extension file and loading it into a connection."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

ENTRY_POINT = "sqlite3_crsqlite_init"
READY_MADE = "DANGXIA_CRSQLITE"


class Cursor(Protocol):
    """What is read of a DB-API cursor."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What is used of a DB-API connection to SQLite."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor: ...
    def enable_load_extension(self, enabled: bool, /) -> None: ...
    def close(self) -> None: ...

    # DB-API modules have unrelated error classes; a connection knows its own.
    @property
    def DatabaseError(self) -> type[Exception]: ...


class CrsqliteError(Exception):
    """The extension cannot be used: `key` names the sentence to show, `fields` fill its places."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields

    def __str__(self) -> str:
        places = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"{self.key}({places})"


class ExtensionMissing(CrsqliteError):
    """No extension file where one should be."""


class LoadingUnsupported(CrsqliteError):
    """This SQLite module was built without loading of extensions."""


class LoadFailed(CrsqliteError):
    """SQLite refused the extension file."""


def loadable_path() -> str:
    """The extension file: the one `DANGXIA_CRSQLITE` names, else the one of this package."""
    named = os.environ.get(READY_MADE)
    path = Path(named) if named else Path(__file__).parent / "crsqlite.so"
    if not path.is_file():
        raise ExtensionMissing("crsqlite.missing", path=str(path))
    return str(path.resolve())


def load(connection: Connection) -> None:
    """Load cr-sqlite into a connection; loading is switched off again before returning.

    An encrypted connection must have its key set before.
    """
    path = loadable_path()
    if not hasattr(connection, "enable_load_extension"):
        raise LoadingUnsupported("crsqlite.unsupported", module=type(connection).__module__)
    connection.enable_load_extension(True)
    try:
        # The keyword for the entry point differs between modules; the SQL function does not.
        connection.execute("select load_extension(?, ?)", (path, ENTRY_POINT)).fetchone()
    except connection.DatabaseError as error:
        raise LoadFailed("crsqlite.refused", path=path, reason=str(error)) from error
    finally:
        connection.enable_load_extension(False)


def finalize(connection: Connection) -> None:
    """Release the statements cr-sqlite holds; call it before `close`, or file handles leak."""
    connection.execute("select crsql_finalize()").fetchone()


def build_mark(connection: Connection) -> str:
    """The upstream version and the digest of the patches the loaded extension was built with."""
    return str(connection.execute("select crsql_sha()").fetchone()[0])
