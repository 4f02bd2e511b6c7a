"""The connections of a space: one writer thread, many readers, and nothing else opens the file.

A space is one encrypted cr-sqlite database and one scope of replication. The rules kept here come
from losses that were reproduced: a row that fails during a merge leaves the sync bit set, after
which local writes go untracked; so the bit is asserted at every checkout and a connection that
saw an error is thrown away. A kill during the first initialisation bricks a file; so a database
is made under a temporary name and renamed.
"""

import errno
import gc
import itertools
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import crsqlite
import sqlcipher3
import sqlcipher3.dbapi2

# sqlite-utils catches the errors of the module it finds; it must find this one.
sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)

from edge.domain.errors import ArchiveError, StorageFull  # noqa: E402  (after the alias above)
from edge.store.checkpoint import Checkpoints  # noqa: E402  (likewise)
from edge.store.durable import fsync_file, fsync_folder  # noqa: E402  (likewise)
from edge.store.folder import put_stale_log_aside  # noqa: E402  (likewise)
from edge.store.migrations import migrate  # noqa: E402  (likewise)
from edge.store.pages import damaged_pages  # noqa: E402  (likewise)
from edge.store.readers import Readers, close, never_wait  # noqa: E402  (likewise)

if TYPE_CHECKING:
    # sqlcipher3 has no types; it keeps the interface of the standard library.
    from sqlite3 import Connection as Connection
else:
    Connection = sqlcipher3.dbapi2.Connection
T = TypeVar("T")
_LOG = logging.getLogger(__name__)

URGENT, ORDINARY = 0, 1
# A thread lets go of the interpreter with every statement, and gets it back when whoever computes
# next to it has had this long. Of a score of statements is an act of the counter made.
SWITCH_S = 0.000_5
# A segment is a hundred thousand containers without a cycle among them; looking for cycles as often
# as the interpreter would takes a tenth of a merge.
COLLECTIONS = (50_000, 20, 50)
# The shared index of the log grows by 32 KiB; on a full disk that shows as an I/O error only.
LEAST_ROOM = 65_536
# A page that is not what was written, and one that the disk does not give back.
UNREADABLE = (
    *("SQLITE_NOTADB", "SQLITE_CORRUPT"),
    *("SQLITE_IOERR", "SQLITE_IOERR_READ", "SQLITE_IOERR_CORRUPTFS"),
)
WRITER_CACHE_KIB, READER_CACHE_KIB, COPY_CACHE_KIB = 32_768, 16_384, 65_536


class SyncBitLeaked(RuntimeError):
    """A merge left the connection unable to track writes; the connection is thrown away."""


@dataclass(order=True)
class _Task:
    urgency: int
    order: int
    work: Callable[[Connection], Any] = field(compare=False)
    future: "Future[Any]" = field(compare=False)
    renewing: bool = field(compare=False, default=False)
    durable: bool = field(compare=False, default=True)


class Space:
    """One open space: `write` runs transactions in the writer thread, `read` lends a reader.

    `name` is `county` or `town-<code>`; `key` is the raw 32-byte database key. Raises ArchiveError
    `storage.unreadable` (name) when the file is damaged or the key is another's, and StorageFull;
    `damaged` says that damage was met since.
    """

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self.path, self.name = path, name
        self.damaged = False
        self._key = key
        self._order = itertools.count()
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._readers = Readers(self._open_reader)
        self._listeners: list[Callable[[], None]] = []
        self._closed = False
        self._gate = threading.Lock()
        self._checkpoints = Checkpoints(path, lambda: open_plain(path, key))
        if not path.exists():
            _create(path, key)
        sys.setswitchinterval(SWITCH_S)
        gc.set_threshold(*COLLECTIONS)
        self._writer: Connection | None = self._open_writer()
        try:
            migrate(self._writer)
        except BaseException as error:
            self._drop_writer()
            self._raise_translated(error)
        self._thread = threading.Thread(target=self._run, name=f"writer-{name}", daemon=True)
        self._thread.start()

    def write(
        self, work: Callable[[Connection], T], *, urgent: bool = True, durable: bool = True
    ) -> T:
        """Run `work` in one transaction on the writer thread and wait for its result.

        The counter is urgent and goes before merging. What is not `durable` does not wait for the
        disk: until the next durable write, a power cut may undo it with all written after it.
        Any error undoes the whole transaction; a full disk raises StorageFull `storage.full`. Not
        to be called from within `work` or a listener, nor after `close`: RuntimeError.
        """
        return self._ask(work, URGENT if urgent else ORDINARY, durable=durable)

    def renew(self, work: Callable[[Connection], T]) -> T:
        """Run `work` as `write` does, then open every connection anew.

        For what connections remember from their opening: who this database is to its peers.
        """
        return self._ask(work, URGENT, renewing=True)

    def settle(self) -> None:
        """Wait in this thread until the disk holds all that was written, durable or not.

        For whoever writes much and often: the counter's next durable write has less to wait for.
        """
        try:
            self._checkpoints.settle()
        except OSError as error:
            self._raise_translated(error)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend this thread a read-only connection that sees one consistent state.

        Within another such block the same one, in the same state.
        """
        try:
            with self._readers.lend() as connection:
                yield connection
        except BaseException as error:
            self._raise_translated(error)

    def copy(self, copying: Callable[[Path, bytes], None]) -> None:
        """Run `copying` with the file's path and key: it may read by a connection of its own.

        For copies that take long; raises StorageFull and ArchiveError as `read` does.
        """
        try:
            copying(self.path, self._key)
        except BaseException as error:
            self._raise_translated(error)

    def damaged_pages(self, going_on: Callable[[], bool]) -> list[int]:
        """The numbers of the pages on the disk that are damaged; reads the whole file.

        `going_on` is asked before each piece, and may wait.
        """
        return damaged_pages(self.path, self._key, going_on)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each committed write, in the writer thread; it must be quick."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish the queued writes and close every connection."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            done: Future[None] = Future()
            self._tasks.put(_Task(ORDINARY + 1, next(self._order), lambda _: None, done))
        self._thread.join()
        self._checkpoints.finish()
        self._drop_writer()
        self._readers.close()

    def _ask(
        self,
        work: Callable[[Connection], T],
        urgency: int,
        *,
        renewing: bool = False,
        durable: bool = True,
    ) -> T:
        if threading.current_thread() is self._thread:
            raise RuntimeError("a transaction within a transaction")
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError(f"space {self.name} is closed")
            self._tasks.put(_Task(urgency, next(self._order), work, future, renewing, durable))
        return future.result()

    def _run(self) -> None:
        never_wait()
        while True:
            task = self._tasks.get()
            if task.urgency > ORDINARY:
                return
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                result = self._transact(task.work, task.durable)
                if task.renewing:
                    self._drop_writer()
                    self._readers.renew()
            except BaseException as error:
                task.future.set_exception(self._translated(error))
            else:
                task.future.set_result(result)
                self._tell()
                self._follow_log()

    def _raise_translated(self, error: BaseException) -> NoReturn:
        _raise_as(self._translated(error), error)

    def _translated(self, error: BaseException) -> BaseException:
        translated = _translated(error, self.path)
        if isinstance(translated, ArchiveError) and translated.key == "storage.unreadable":
            # Another space may be asked while this one is read.
            own = translated.fields.get("name") == self.path.name
            if own and not self.damaged:
                _LOG.error("%s has damaged pages: stop the program and run `verify`", self.path)
            self.damaged |= own
        return translated

    def _tell(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                # The writer's thread serves everybody; a listener's fault must not end it.
                _LOG.exception("listener of space %s failed", self.name)

    def _follow_log(self) -> None:
        if self._writer is not None:
            try:
                self._checkpoints.follow(self._writer)
            except sqlcipher3.dbapi2.Error as error:
                # Locked: a row of what was done is still being read; the next commit looks again.
                # Its code may be another by now, where the reader goes on in a thread of its own.
                if "locked" not in str(error):
                    _LOG.exception("log of space %s could not be moved", self.name)
                    self._drop_writer()

    def _open_writer(self) -> Connection:
        connection = _connect(self.path, self._key, WRITER_CACHE_KIB)
        self._checkpoints.prepare(connection)
        return connection

    def _open_reader(self) -> Connection:
        try:
            connection = _connect(self.path, self._key, READER_CACHE_KIB)
        except ArchiveError as error:
            self._raise_translated(error)
        connection.execute("pragma query_only=on")
        return connection

    def _transact(self, work: Callable[[Connection], T], durable: bool) -> T:
        # On a full disk even opening fails: the next write tries again.
        if self._writer is None:
            self._writer = self._open_writer()
        connection = self._writer
        try:
            connection.execute(f"pragma synchronous={'full' if durable else 'normal'}")
            _check_sync_bit(connection)
            connection.execute("begin immediate")
            result = work(connection)
            # Before the commit too: it is the leaking work that must fail, not the next.
            _check_sync_bit(connection)
            connection.execute("commit")
        except BaseException:
            self._drop_writer()
            raise
        return result

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        if connection is not None:
            try:
                if connection.in_transaction:
                    connection.execute("rollback")
            finally:
                close(connection)


def _check_sync_bit(connection: Connection) -> None:
    if connection.execute("select crsql_internal_sync_bit()").fetchone()[0]:
        raise SyncBitLeaked


def _raise_as(translated: BaseException, error: BaseException) -> NoReturn:
    if translated is error:
        raise error
    raise translated from error


def _translated(error: BaseException, path: Path) -> BaseException:
    translated: BaseException = error
    name = getattr(error, "sqlite_errorname", "")
    full = name == "SQLITE_FULL" or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
    if name in ("SQLITE_IOERR", "SQLITE_CANTOPEN"):
        room = os.statvfs(path.parent)
        full = room.f_bavail * room.f_frsize < LEAST_ROOM
    if full:
        translated = StorageFull("storage.full")
    elif name in UNREADABLE:
        translated = ArchiveError("storage.unreadable", name=path.name)
    if translated is not error:
        translated.__cause__ = error
    return translated


@contextmanager
def open_plain(path: Path, key: bytes) -> Iterator[Connection]:
    """Lend a connection without the extension, for a copy in the making that no space has opened.

    None of the extension's triggers run on it: tables that replicate must not be written to.
    """
    connection: Connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.execute("pragma cipher_log_level=none")
        connection.execute(f"pragma key=\"x'{key.hex()}'\"")
        connection.execute(f"pragma cache_size=-{COPY_CACHE_KIB}")
        connection.execute("pragma temp_store=memory")
        yield connection
    finally:
        connection.close()


def _connect(path: Path, key: bytes, cache_kib: int) -> Connection:
    try:
        connection: Connection = sqlcipher3.dbapi2.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlcipher3.dbapi2.Error as error:
        _raise_as(_translated(error, path), error)
    try:
        _prepare(connection, path, key, cache_kib)
    except BaseException as error:
        connection.close()
        _raise_as(_translated(error, path), error)
    return connection


def _prepare(connection: Connection, path: Path, key: bytes, cache_kib: int) -> None:
    connection.execute("pragma cipher_log_level=none")
    connection.execute(f"pragma key=\"x'{key.hex()}'\"")
    connection.execute(f"pragma cache_size=-{cache_kib}")
    connection.execute("pragma temp_store=memory")
    connection.execute("pragma busy_timeout=5000")
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    try:
        crsqlite.load(connection)
    except crsqlite.CrsqliteError as error:
        # It says of a damaged page of its own only that it cannot begin.
        if damaged_pages(path, key):
            raise ArchiveError("storage.unreadable", name=path.name) from error
        raise


def _create(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    for leftover in path.parent.glob(temporary.name + "*"):
        leftover.unlink()
    connection = _connect(temporary, key, WRITER_CACHE_KIB)
    migrate(connection)
    connection.execute("pragma wal_checkpoint(truncate)")
    close(connection)
    fsync_file(temporary)
    put_stale_log_aside(path)
    temporary.rename(path)
    fsync_folder(path.parent)
