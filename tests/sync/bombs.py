"""Bodies that say to be vast, each unpacked in a process of its own: run as a module.

Prints by how many MiB each of these grew at most; -1 where it died. All bounds are those of the
product divided by `PART`.
"""

import gc
import json
import os
import resource
from collections.abc import Callable
from contextlib import suppress

import msgspec

from sync import quota
from sync.body import pack_body, unpack_body
from tests.sync.test_body import rows

# An eighth of what is allowed, for an eighth of the time.
PART = 8
quota.MAX_VALUES //= PART
quota.MAX_TEXT //= PART
quota.MAX_BODY //= PART
MOST = quota.MAX_VALUES - 10


def _array(count: int, items: bytes) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big") + items


def _plain_list(count: int, items: bytes) -> bytes:
    """A body whose plain rows are one long list."""
    head = msgspec.msgpack.encode({"entries": {"count": 0}, "plain": 0})[:-1]
    return head + _array(count, items)


def _nested(item: bytes) -> bytes:
    """As many items as a body holds, none of which is counted before all are there."""
    rest = b"\x90"
    for _ in range(quota.MAX_BODY // len(item) // MOST):
        rest = _array(MOST, item * (MOST - 1) + rest)
    return _plain_list(1, rest)


def _content(column: object, entries: int = 2) -> bytes:
    said = msgspec.msgpack.decode(pack_body(rows(entries)))
    said["entries"]["content"] = column
    return msgspec.msgpack.encode(said)


def _constants(count: int) -> bytes:
    """As many entries as constant columns make for next to nothing."""
    said = msgspec.msgpack.decode(pack_body(rows(2)))["entries"]
    numbers = {"at": 1, "n": 1, "v": 1, "version": 1, "seq": 0}
    texts = {"about": "d", "box": "b" * 32, "by": "u", "kind": "k", "site": "00" * 16}
    constant = {name: ["c", value] for name, value in (numbers | texts).items()}
    said |= constant | {
        "count": count,
        "after": ["l", ["c", 0], ["v", []]],
        "prev": ["c", "0" * 64],
        "content": ["m", ["x"], [["c", 1]]],
        "key": bytes(16 * count),
    }
    return msgspec.msgpack.encode({"entries": said, "plain": [0]})


BOMBS: dict[str, Callable[[], bytes]] = {
    "empty lists": lambda: _plain_list(MOST, b"\x90" * MOST),
    "empty maps": lambda: _plain_list(MOST, b"\x80" * MOST),
    "short texts, a list within a list": lambda: _nested(b"\xa2ab"),
    "numbers, a list within a list": lambda: _nested(b"\xcd\x7f\x00"),
    "lists that only say to be long": lambda: _plain_list(MOST, _array(MOST, b"") * 1_000),
    "many entries": lambda: _constants(100_000),
    "a long text many times": lambda: _content(["m", ["x"], [["c", "x" * (1 << 20)]]], 1_000),
    "a long text in one entry": lambda: _content(
        ["m", ["x"], [["l", ["c", 100_000], ["c", "x" * (1 << 20)]]]]
    ),
    "a long name many times": lambda: _content(["m", ["x" * (1 << 20)], [["c", 1]]], 1_000),
    "a choice of long texts": lambda: _content(
        ["m", ["x"], [["e", ["x" * (1 << 20)], bytes(1_000)]]], 1_000
    ),
    "lists in lists": lambda: _content(["m", ["x"], [["l", ["c", 1 << 40], ["c", 1]]]]),
    "maps without keys": lambda: _content(
        ["m", ["x"], [["l", ["c", MOST // 2 - 20], ["m", [], []]]]]
    ),
}


def grown(body: bytes) -> int:
    """By how many MiB a process grows at most that unpacks a body."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        gc.disable()  # what it takes is time, not memory
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            unpack_body(body)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        os.write(writing, str((after - before) >> 10).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return int(told.read()) if status == 0 else -1


if __name__ == "__main__":
    print(json.dumps({name: grown(make()) for name, make in BOMBS.items()}))
