"""Checks left out on purpose; the inputs must tell each from the real thing."""

from collections.abc import Callable, Sequence
from typing import Any

from edge.domain.entry import Entry, read, read_head
from edge.domain.errors import InvalidInput, SegmentRejected
from edge.store.exchange import Batch, merge
from sync import admission, quota, segment
from sync.replica import Replica


def forget_digests() -> None:
    """Take an entry whose data is not what its head says."""

    def parse(id: bytes, head: str, text: str) -> Entry:
        try:
            said = read_head(head)
            body = read(text)
        except (InvalidInput, ValueError, RecursionError) as error:
            raise SegmentRejected("segment.entry") from error
        if not isinstance(body, dict) or said.id != id.hex():
            raise SegmentRejected("segment.entry")
        told: dict[str, Any] = {name: getattr(said, name) for name in said.__struct_fields__}
        return Entry(**{**told, "after": tuple(said.after), "data": body})

    _replace(admission, "_parse", parse)


def forget_chains() -> None:
    """Take an entry that follows none."""
    _replace(admission._Visit, "_follows", lambda *_: True)


def forget_cover() -> None:
    """Let a box speak for its neighbour."""
    _replace(admission._Visit, "cover", lambda _: None)


def forget_signatures() -> None:
    """Believe every statement."""
    _replace(admission._Visit, "_check_seal", lambda visit, seal, _: visit._proven.add(seal.hash))


def forget_shapes() -> None:
    """Let the extension see any row."""
    _replace(admission, "_check_change", lambda *_: None)


def forget_sizes() -> None:
    """Unpack whatever it takes."""
    _replace(segment, "MAX_BODY", 1 << 60)
    _replace(quota, "MAX_BODY", 1 << 60)
    _replace(quota, "MAX_VALUES", 1 << 30)
    _replace(quota, "MAX_TEXT", 1 << 60)


def forget_to_undo() -> None:
    """Leave what was merged before an unreadable entry."""

    def merged(replica: Replica, batch: Batch) -> Sequence[tuple[int, int]]:
        def work(connection: Any) -> Sequence[tuple[int, int]] | None:
            try:
                return merge(connection, batch)
            except (KeyError, TypeError, AttributeError, ValueError):
                return None

        came = replica.space.write(work)
        if came is None:
            raise SegmentRejected("segment.content")
        return came

    _replace(Replica, "_merge", merged)


def _replace(owner: Any, name: str, other: object) -> None:
    assert hasattr(owner, name)
    setattr(owner, name, other)


MUTANTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        forget_digests,
        forget_chains,
        forget_cover,
        forget_signatures,
        forget_shapes,
        forget_sizes,
        forget_to_undo,
    )
}
