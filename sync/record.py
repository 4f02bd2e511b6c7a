"""What is held, as admission asks about it."""

from collections.abc import Collection, Sequence

from edge.store import exchange
from edge.store.branches import chain_head, heads_at
from edge.store.changelog import known_entries, texts_of
from edge.store.database import Connection


class Record:
    """`admission.Held` over one state of a space."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self) -> int:
        """Our last version."""
        return exchange.last_version(self._connection)

    def chain_head(self, box: str) -> tuple[int, str]:
        """As `branches.chain_head`."""
        return chain_head(self._connection, box)

    def entries(self, ids: Sequence[bytes]) -> Collection[bytes]:
        """As `changelog.known_entries`."""
        return known_entries(self._connection, ids)

    def texts(self, table: str, id: bytes | str) -> tuple[object, ...] | None:
        """As `changelog.texts_of`."""
        return texts_of(self._connection, table, id)

    def hashes_at(self, box: str, n: int) -> Collection[str]:
        """As the keys of `branches.heads_at`."""
        return heads_at(self._connection, box, n)
