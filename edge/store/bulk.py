"""Inserting many rows: several to a statement, since each statement costs as much as a row."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from edge.store.database import Connection

ROWS = 16


def insert_many(
    connection: Connection, into: str, width: int, rows: Iterable[tuple[Any, ...]], then: str = ""
) -> None:
    """Insert rows of `width` columns, one after another, as `executemany` does.

    `into` and `then`: the statement before the word `values`, and after the row.
    """
    marks = f"({', '.join('?' * width)})"
    left, rest = iter(rows), list[tuple[Any, ...]]()

    def pieces() -> Iterable[tuple[Any, ...]]:
        while len(piece := tuple(islice(left, ROWS))) == ROWS:
            yield tuple(chain.from_iterable(piece))
        rest.extend(piece)

    connection.executemany(f"{into} values {', '.join([marks] * ROWS)} {then}", pieces())
    connection.executemany(f"{into} values {marks} {then}", rest)
