"""How much a segment's body may come to in memory, whoever packed it.

A few hundred bytes can be spelt that unpack to any number of values. Both sides count alike, so
what a sender packs by columns is never refused for its size: beyond the quota it sends the rows
plainly. Measured: tests/sync/test_quota.py.
"""

from typing import Any

import msgpack

# In bytes: two acts as large as may be, a box's status and what their rows weigh besides.
MAX_BODY = 20 << 20
# A segment of 10,000 changes comes to some two hundred thousand.
MAX_VALUES = 2_000_000
MAX_TEXT = 16 << 20


class TooMuch(ValueError):
    """A body of more values or text than any honest one needs."""


class Quota:
    """What is left of it for one body: values of columns, letters that columns repeat, texts."""

    def __init__(self) -> None:
        self._values, self._text, self._rendered = MAX_VALUES, MAX_TEXT, MAX_BODY

    def take(self, values: int = 0, text: int = 0, rendered: int = 0) -> None:
        """Count something; raises TooMuch."""
        self._values -= values
        self._text -= text
        self._rendered -= rendered
        if min(self._values, self._text, self._rendered) < 0:
            raise TooMuch


def is_readable(body: bytes) -> bool:
    """Say whether `decode` would read a body that was made here."""
    if len(body) <= MAX_VALUES:  # no item takes less than a byte
        return True
    try:
        decode(body)
    except TooMuch:
        return False
    return len(body) <= MAX_BODY


def decode(body: bytes) -> Any:
    """Read MessagePack of at most MAX_VALUES items, or raise ValueError."""
    quota = Quota()

    def listed(items: list[Any]) -> list[Any]:
        quota.take(len(items))
        return items

    def mapped(items: dict[Any, Any]) -> dict[Any, Any]:
        quota.take(2 * len(items))
        return items

    try:
        return msgpack.unpackb(
            body,
            list_hook=listed,
            object_hook=mapped,
            max_array_len=MAX_VALUES,
            max_map_len=MAX_VALUES,
        )
    # Lists within lists may each say to be as long as may be, before any item is there.
    except MemoryError as error:
        raise TooMuch from error
