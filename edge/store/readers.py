"""The read-only connections of one space, each lent to one thread at a time.

Only a thread that holds nothing waits for one, and no writer does: were it otherwise, as many
requests as there are connections could each hold one and wait for a second, or for a writer that
waits for one itself, and the box would stand still for ever.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The encrypted library keeps the interface of the standard one.
    from sqlite3 import Connection

READERS = 4


class _Held(threading.local):
    """What this thread has been lent, over all spaces, and whether it writes for others."""

    def __init__(self) -> None:
        self.by_pool: dict[Readers, Connection] = {}
        self.writes = False


_HELD = _Held()


def never_wait() -> None:
    """Have this thread, for which others wait, be lent connections at once from now on."""
    _HELD.writes = True


def close(connection: "Connection") -> None:
    """Close a connection that has the extension."""
    try:
        connection.execute("select crsql_finalize()")
    finally:
        connection.close()


class Readers:
    """Lends about four connections, which `open` makes; `renew` has all of them made anew."""

    def __init__(self, open: Callable[[], "Connection"]) -> None:
        self._open = open
        self._idle: queue.LifoQueue[tuple[int, Connection]] = queue.LifoQueue()
        self._lent = threading.Semaphore(READERS)
        self._generation = 0
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator["Connection"]:
        """Lend one for a block, in which it sees one state.

        Within another such block of this thread it is the same one, in the same state.
        """
        held = _HELD.by_pool
        if self in held:
            yield held[self]
            return
        # Beyond the four rather than wait.
        with nullcontext() if held or _HELD.writes else self._lent:
            generation, connection = self._take()
            held[self] = connection
            sound = False
            try:
                connection.execute("begin")
                yield connection
                sound = True
            finally:
                del held[self]
                if connection.in_transaction:
                    connection.execute("rollback")
                keeps = sound and generation == self._generation and not self._closed
                if keeps and self._idle.qsize() < READERS:
                    self._idle.put((generation, connection))
                else:
                    close(connection)

    def renew(self) -> None:
        """Keep none that was opened before."""
        self._generation += 1
        self._drop()

    def close(self) -> None:
        """Keep none any more."""
        self._closed = True
        self._drop()

    def _take(self) -> tuple[int, "Connection"]:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._generation, self._open()

    def _drop(self) -> None:
        with suppress(queue.Empty):
            while True:
                close(self._idle.get_nowait()[1])
