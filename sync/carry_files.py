"""Files on their way to a stick: which are held, how they fill parts, their contents by pieces."""

from collections.abc import Iterator, Sequence
from functools import partial

from edge.domain.errors import Conflict, NotFound
from edge.store import carriage, holdings
from sync.carry import Lane, Store
from sync.carry_part import PIECE

# A file by digest, and its bytes.
Sized = tuple[bytes, int]
_PAGE = 4_096


class Unreadable(Exception):
    """A file of our own that is damaged or gone."""

    def __init__(self, digest: bytes) -> None:
        super().__init__(digest.hex())
        self.digest = digest


def take_stock(lane: Lane) -> None:
    """Notice files that were stored since the last time."""
    space, after = lane.replica.space, b""
    assert lane.store is not None
    while True:
        with space.read() as connection:
            page = carriage.missing_files(connection, after, _PAGE)
        if not page:
            return
        after = page[-1]
        blobs = lane.store.blobs
        found = [(each, blobs.size(each.hex())) for each in page if blobs.has(each.hex())]
        if found:
            space.write(partial(holdings.note_held, files=found), urgent=False)


def in_parts(page: Sequence[Sized], most: int) -> Iterator[Sequence[Sized]]:
    """Divide files into parts of about `most` bytes."""
    batch: list[Sized] = []
    room = most
    for digest, size in page:
        if batch and size > room:
            yield batch
            batch, room = [], most
        batch.append((digest, size))
        room -= size
    if batch:
        yield batch


def contents_of(store: Store, files: Sequence[Sized]) -> Iterator[bytes]:
    """The contents of files one after another, by pieces; raises Unreadable."""
    for digest, size in files:
        for offset in range(0, size, PIECE):
            try:
                piece = store.blobs.read_range(digest.hex(), offset, PIECE)
            except (Conflict, NotFound) as error:
                raise Unreadable(digest) from error
            if len(piece) != min(PIECE, size - offset):
                raise Unreadable(digest)
            yield piece
