"""Replicas with one rule broken each: the histories must tell them from the real one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edge.store import exchange
from edge.store.database import Connection
from edge.store.exchange import Batch, Change, Cursor
from sync.admission import Admitted
from sync.known import NOTHING, Known
from sync.segment import Header
from tests.sync.simulator.machine import Replicating


class SplitsVersions(Replicating):
    """Ships some rows of a version and lets the cursor pass it."""

    def _changes(
        self, connection: Connection, after: int, receiver: str, epoch: str
    ) -> list[Change]:
        return super()._changes(connection, after, receiver, epoch)[:2]


class TrustsTheCounter(Replicating):
    """Takes the cursor from the extension's counter, which an idle update raises in memory only."""

    def _reached(self, changes: Sequence[Change]) -> int:
        last = self.space.write(lambda c: c.execute("select crsql_db_version()").fetchone()[0])
        return max(int(last), super()._reached(changes))


class KeepsItsEpoch(Replicating):
    """Goes on as the same peer after it was set back."""

    def remembers(self, receiver: str, cursor: Cursor) -> bool:
        return True

    def renew(self, peer: str = "") -> None:
        pass


class ComparesVersionsOnly(Replicating):
    """Believes that it remembers whatever is not above its greatest version."""

    def remembers(self, receiver: str, cursor: Cursor) -> bool:
        with self.space.read() as connection:
            return cursor.upto <= exchange.last_version(connection)


class MovesTheCursorFirst(Replicating):
    """Lets the cursor pass a segment with the first of its transactions."""

    def _batches(
        self, header: Header, admitted: Admitted, reached: Cursor, proof: bytes
    ) -> Iterator[Batch]:
        for batch in super()._batches(header, admitted, reached, proof):
            yield replace(batch, cursor=reached)

    def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
        return super()._merge(replace(batch, came=()))


class RewritesKeys(Replicating):
    """Changes a key now and then: the columns moved keep versions that peers have passed."""

    def outgoing(
        self, receiver: str, receiver_epoch: str, after: Cursor, told: Known = NOTHING
    ) -> bytes | None:
        self.space.write(
            lambda c: (
                c.execute(
                    "update seal set id = zeroblob(16) where id = (select min(id) from seal) "
                    "and (select count(*) from seal) > 1"
                )
                and None
            )
        )
        return super().outgoing(receiver, receiver_epoch, after, told)


MUTANTS = (
    SplitsVersions,
    TrustsTheCounter,
    KeepsItsEpoch,
    ComparesVersionsOnly,
    MovesTheCursorFirst,
    RewritesKeys,
)
