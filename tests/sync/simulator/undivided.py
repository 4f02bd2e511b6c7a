"""A space on one connection and in the caller's thread: the histories have nobody else to wait for.

Opening is most of what a history costs, and threads, readers and encryption are no part of what it
asks; so one in twenty has the product's own spaces, and the others these, which keep the rules of a
transaction: the sync bit is asserted at every checkout, and a connection that saw an error is
thrown away.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import crsqlite
import sqlcipher3.dbapi2

from edge.store.database import Connection, Space, SyncBitLeaked
from edge.store.migrations import migrate

T = TypeVar("T")


class Undivided(Space):
    """A plain file on one connection; what a `Space` promises to a single caller.

    `durable_log` is the length of the log that an honest disk keeps when the power fails.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self.path, self.name = path, name
        self._connection: Connection | None = None
        self._log = f"{path}-wal"
        if not path.exists():
            migrate(self._open())
        self.durable_log = self._log_size()

    def write(
        self, work: Callable[[Connection], T], *, urgent: bool = True, durable: bool = True
    ) -> T:
        connection = self._open()
        try:
            self._check_sync_bit(connection)
            connection.execute("begin immediate")
            result = work(connection)
            self._check_sync_bit(connection)
            connection.execute("commit")
        except BaseException:
            self.close()
            raise
        if durable:
            self.durable_log = self._log_size()
        return result

    def settle(self) -> None:
        self.durable_log = self._log_size()

    def renew(self, work: Callable[[Connection], T]) -> T:
        result = self.write(work)
        self.close()
        return result

    @contextmanager
    def read(self) -> Iterator[Connection]:
        connection = self._open()
        if connection.in_transaction:
            yield connection
            return
        connection.execute("begin")
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("rollback")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if connection.in_transaction:
                connection.execute("rollback")
            crsqlite.finalize(connection)
            connection.close()

    def _open(self) -> Connection:
        if self._connection is None:
            connection: Connection = sqlcipher3.dbapi2.connect(
                str(self.path), isolation_level=None, cached_statements=256
            )
            connection.execute("pragma journal_mode=wal")
            # The power cuts are simulated from what was written, not from what was synced.
            connection.execute("pragma synchronous=off")
            crsqlite.load(connection)
            self._connection = connection
        return self._connection

    def _log_size(self) -> int:
        try:
            return os.stat(self._log).st_size  # noqa: PTH116  (after every write: a path costs more)
        except FileNotFoundError:
            return 0

    def _check_sync_bit(self, connection: Connection) -> None:
        if connection.execute("select crsql_internal_sync_bit()").fetchone()[0]:
            raise SyncBitLeaked
