"""A replica that is looked at all along, for histories in which nobody refuses at the door.

What a broken rule leaves behind is found where it comes to be, before it comes apart in a reader.
"""

from collections.abc import Sequence

from edge.domain.entry import sha256_hex
from edge.store.database import Connection
from edge.store.exchange import Batch, Change
from edge.store.seals import parse_seal
from tests.sync.simulator.machine import Kind
from tests.sync.simulator.promises import Violation

STATEMENTS = ("seal", "receipt")


def watched(kind: Kind) -> Kind:
    """The same replica; raises Violation when a row is not whole, or stands on nothing."""

    class Watched(kind):  # type: ignore[misc, valid-type]  # a class known when it runs
        def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
            came = super()._merge(batch)
            with self.space.read() as connection:
                check_rows(connection)
            return came  # type: ignore[no-any-return]  # of a class known when it runs

        def _changes(
            self, connection: Connection, after: int, receiver: str, epoch: str
        ) -> list[Change]:
            check_rows(connection)
            found: list[Change] = super()._changes(connection, after, receiver, epoch)
            return found

    return Watched


def check_rows(connection: Connection) -> None:
    """Entries are whole; statements are whole, bear their own key, and their entries are held."""
    held = set()
    for head, data in connection.execute("select head, data from entry"):
        if head is None or data is None:
            raise Violation("a torn entry")
        held.add(sha256_hex(head))
    for table in STATEMENTS:
        for id, body in connection.execute(f"select id, body from {table}"):  # noqa: S608
            if body is None:
                raise Violation(f"a torn {table}")
            statement = parse_seal(body)
            if statement.id != id:
                raise Violation(f"a {table} under another's key")
            if statement.hash not in held:
                raise Violation(f"a {table} over an entry that is not held")
