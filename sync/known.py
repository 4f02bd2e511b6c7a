"""What a peer says it holds of each box's chain, so that it is not brought the same twice.

Another box of the town may have brought it already. A chain is told by landmarks: number and half
of the hash of its head and of entries 1, 2, 4, 8 … before it. Whoever holds one of them holds all
before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

import msgspec

from edge.domain.errors import PeerRefused
from edge.store.branches import chain_head, chains, forks, heads_at
from edge.store.database import Connection
from edge.store.exchange import CID, DB_VERSION, PK, TABLE, VAL, Change
from sync.greeting import LAST_VERSION, MAX_NAME

Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Number = Annotated[int, msgspec.Meta(ge=0, lt=LAST_VERSION)]
Known = Mapping[str, Sequence[tuple[int, str]]]
NOTHING: Known = MappingProxyType({})
MOST_BOXES, MOST_LANDMARKS = 1_000, 64
# In hexadecimal digits; nobody finds two acts of one chain that share so many.
TOLD = 32


class _Head(msgspec.Struct):
    box: str
    n: int


_HEAD = msgspec.json.Decoder(_Head)


def known_chains(connection: Connection) -> Known:
    """The landmarks of every chain held here; a number that is held twice is none."""
    return {box: _landmarks(connection, box, last) for box, last in chains(connection)}


def _landmarks(connection: Connection, box: str, last: int) -> list[tuple[int, str]]:
    held = [(n, list(heads_at(connection, box, n))) for n in _numbers(last)]
    return [(n, hashes[0][:TOLD]) for n, hashes in held if len(hashes) == 1]


def read_known(said: object) -> Known:
    """Read what a peer says; raises PeerRefused `sync.malformed`."""
    try:
        told = msgspec.convert(said, dict[Name, list[tuple[Number, Name]]])
    except msgspec.ValidationError as error:
        raise PeerRefused("sync.malformed") from error
    if len(told) > MOST_BOXES or any(len(each) > MOST_LANDMARKS for each in told.values()):
        raise PeerRefused("sync.malformed")
    return told


def news(connection: Connection, changes: list[Change], told: Known) -> list[Change]:
    """Of the versions about to be shipped, leave out the entries that the receiver holds.

    The last version stays if nothing else does, so that the receiver's cursor comes to it.
    """
    reached = _reached(connection, told)
    if not reached or not changes:
        return changes
    held = {
        change[PK]
        for change in changes
        if change[TABLE] == "entry" and change[CID] == "head" and _is_held(change, reached)
    }
    if not held:
        return changes
    left = [each for each in changes if each[TABLE] != "entry" or each[PK] not in held]
    last = changes[-1][DB_VERSION]
    return left or [each for each in changes if each[DB_VERSION] == last]


def _reached(connection: Connection, told: Known) -> dict[str, int]:
    """Up to which number the receiver holds what is held here of each box."""
    found = {}
    for box, marks in told.items():
        # Of two branches a number alone does not tell which.
        if not chain_head(connection, box)[0] or forks(connection, box):
            continue
        for n, hash in sorted(marks, reverse=True):
            if len(hash) >= TOLD and any(
                each.startswith(hash) for each in heads_at(connection, box, n)
            ):
                found[box] = n
                break
    return found


def _is_held(change: Change, reached: Mapping[str, int]) -> bool:
    head = _HEAD.decode(str(change[VAL]))
    return head.n <= reached.get(head.box, 0)


def _numbers(last: int) -> Iterator[int]:
    step = 0
    while last - step > 0:
        yield last - step
        step = step * 2 or 1
