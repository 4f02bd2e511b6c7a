"""cr-sqlite for Python: a loadable SQLite extension that merges databases.

    connection = sqlcipher3.dbapi2.connect(path)
    crsqlite.load(connection)

Works with sqlcipher3, pysqlite3 and any sqlite3 module built to load extensions.
"""

from .extension import (
    CrsqliteError,
    ExtensionMissing,
    LoadFailed,
    LoadingUnsupported,
    build_mark,
    finalize,
    load,
    loadable_path,
)
from .golden import GoldenMismatch, check

__version__ = "0.16.3"

__all__ = [
    "CrsqliteError",
    "ExtensionMissing",
    "GoldenMismatch",
    "LoadFailed",
    "LoadingUnsupported",
    "build_mark",
    "check",
    "finalize",
    "load",
    "loadable_path",
]
