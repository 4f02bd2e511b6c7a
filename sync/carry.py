"""Exchange by stick: where things lie on it, and who may carry what.

    dangxia-carry/<sender>-<receiver>/manifest, 000001.part, 000002.part, …

The same segments and files as over the line. A box carries to and from its hub, the hub to and
from each box.
"""

import errno
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge.domain.errors import InvalidInput, PeerRefused, StorageFull
from edge.store import exchange
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from sync.carry_manifest import read_heading
from sync.replica import Replica, Taken
from sync.roster import Roster
from sync.side import Side
from sync.spool import Spool

ROOT = "dangxia-carry"
MEGABYTE = 1_000_000
Watch = Callable[[int, int], None]
Taker = Callable[[bytes, str, Collection[Cursor]], Taken]


@dataclass(frozen=True, slots=True)
class Store:
    """The files of a space; `spool` keeps what was cut off half-way."""

    blobs: Blobs
    spool: Spool


@dataclass(frozen=True, slots=True)
class Lane:
    """One space between two machines; `take` is how its segments come in."""

    replica: Replica
    take: Taker
    store: Store | None = None

    @property
    def name(self) -> str:
        """The space's name."""
        return self.replica.space.name


@dataclass(frozen=True, slots=True)
class Site:
    """A machine that carries: itself, its county, and its lanes to a peer, the county's first.

    `lanes` raises PeerRefused for a machine with which nothing may be exchanged. `set_back` is the
    error key for a record of ours that a peer holds and we do not. `heard` is told of a peer whose
    stick was taken in whole, and of the time at which the stick was made.
    """

    keys: Keys
    hub: str
    clock: Callable[[], int]
    roster: Callable[[], Roster]
    lanes: Callable[[str], Sequence[Lane]]
    set_back: str
    heard: Callable[[str, int], None]


def site_of_box(side: Side) -> Site:
    """A box, as its other exchanges know it."""
    pins = side.pins

    def lanes(peer: str) -> Sequence[Lane]:
        if peer != pins.hub:
            raise PeerRefused("carry.not_the_hub", peer=peer[:8])
        own, ours = side.replicas[side.county.name], side.replicas[side.town.name]
        store = Store(side.blobs, Spool(side.folder / "carry-spool", side.blobs))
        return [Lane(own, own.take), Lane(ours, ours.take, store)]

    def heard(peer: str, at: int) -> None:
        note_heard(side.town, peer, at)

    return Site(side.keys, pins.hub, side.clock, side.roster, lanes, "sync.box_set_back", heard)


def note_heard(space: Space, peer: str, at: int) -> None:
    """Note that a peer was heard to the end at that time, unless it was later too."""
    with space.read() as connection:
        known = exchange.contacts(connection).get(peer, 0)
    if at > known:
        space.write(lambda c: exchange.note_contact(c, peer, at), urgent=False)


def parcel_folder(stick: Path, sender: str, receiver: str) -> Path:
    """Where on a stick one machine puts what is for another."""
    return stick / ROOT / f"{sender[:16]}-{receiver[:16]}"


def part_path(folder: Path, number: int) -> Path:
    """Where a part lies."""
    return folder / f"{number:06}.part"


def free_bytes(folder: Path) -> int:
    """The room left where a folder lies."""
    return shutil.disk_usage(folder).free


@contextmanager
def on_stick() -> Iterator[None]:
    """Say plainly what is wrong with the stick.

    Raises StorageFull `carry.stick_full`, InvalidInput `carry.read_only` or `carry.stick_gone`.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("carry.stick_full") from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise InvalidInput("carry.read_only") from error
        raise InvalidInput("carry.stick_gone", detail=os.strerror(error.errno or 0)) from error


def megabytes(size: int) -> int:
    """Bytes as whole megabytes, rounded up, for a sentence."""
    return -(-size // MEGABYTE)


def senders_on(stick: Path, site: Site) -> list[str]:
    """Who has put something for this machine on the stick, as the stick says; each once."""
    found = dict[str, None]()
    with on_stick():
        for folder in sorted((stick / ROOT).glob(f"*-{site.keys.id[:16]}")):
            with suppress(InvalidInput):
                heading, _ = read_heading(folder)
                if (heading.hub, heading.receiver) == (site.hub, site.keys.id):
                    found[heading.sender] = None
    return list(found)
