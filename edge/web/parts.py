"""What the composition root hands to the screens: store, devices, and how the exchange stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from devices.driver import Health
from edge.domain.bitmap import Bitmap
from edge.domain.climate import Limits
from edge.store.holdings import Tally
from edge.web.activity import Activity
from edge.web.events import Stations
from edge.web.facing import Facing
from edge.web.read_codes import ReadCodes
from edge.web.scanning import Scanning
from edge.web.sticks import Sticks
from edge.web.swipes import Swipes
from edge.web.undos import Undos
from edge.web.viewfinder import Viewfinder
from edge.workflows.office import Office
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import RoomKeeper


class PrintJob(Protocol):
    """A print job now; `state` is queued, printing, held, done, failed or cancelled."""

    @property
    def state(self) -> str:
        """How far the job has come."""
        ...

    @property
    def fault(self) -> str | None:
        """What the job waits for: a value of `devices.driver.Fault`."""
        ...

    @property
    def final(self) -> bool:
        """Whether this job will not change any more."""
        ...


class Printer(Protocol):
    """What the screens need of a printer; errors as in `devices.driver.Driver`."""

    def submit(self, pdf: Path, title: str, copies: int = 1) -> int:
        """Queue a PDF and return the job's number."""
        ...

    def job(self, job_id: int) -> PrintJob:
        """Return the job as it is now."""
        ...

    def health(self) -> Health:
        """Say how queue and printer are."""
        ...


class LabelPrinter(Protocol):
    """What the screens need of a label printer; errors as in `devices.driver.Driver`."""

    def print_label(self, picture: Bitmap, copies: int = 1) -> None:
        """Print a picture; returns once it came out, or was taken."""
        ...


@dataclass(frozen=True, slots=True)
class Labels:
    """The label printer, its resolution, the size of the paper in it, and what it is."""

    printer: LabelPrinter
    dpi: int
    size: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class NeighbourStanding:
    """Another box of the town, by its number there; `at` (ms) is the last good exchange with it.

    `near` says that it is heard on the local net; `error` is the key of what went wrong last.
    """

    ordinal: int
    at: int | None
    near: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class SyncStanding:
    """How the exchange with the county stands; moments in milliseconds.

    `confirmed_at` is the last exchange that the county has confirmed, not the last attempt.
    `unsent` counts entries that the county is not known to hold. `sending` is (done, all) while
    an exchange runs. `quarantined` counts segments set aside; `reasons` says why: key, fields,
    time. `files` by class; `masters_wait` is the hour (HH:MM) until which page masters wait, empty
    when they travel. `healed_at` is when this box was found to be set back, and mended itself.
    `county_at` is when the county's own record last came; `error` is the key of what went wrong
    last, `error_fields` its places. What `neighbours` hold the county may still lack. `clock_ahead`
    is by how much this machine's clock is ahead of the county's, 0 while they agree. `twin_at` is
    since when the county sees another machine use this one's key. `damaged` names the databases
    here that have damaged pages.
    """

    online: bool
    confirmed_at: int | None
    unsent: int = 0
    oldest_unsent_at: int | None = None
    blobs_pending: int = 0
    sending: tuple[int, int] | None = None
    quarantined: int = 0
    reasons: tuple[tuple[str, Mapping[str, object], int], ...] = ()
    files: tuple[Tally, ...] = ()
    masters_wait: str = ""
    healed_at: int | None = None
    county_at: int | None = None
    error: str = ""
    error_fields: Mapping[str, object] = field(default_factory=dict)
    neighbours: tuple[NeighbourStanding, ...] = ()
    clock_ahead: int = 0
    twin_at: int | None = None
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """One storage room of this box."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The composed box as its screens see it.

    `work` is a folder for papers on their way to the printer. `drivers` tell the health known last,
    at once, by the names shown on the screen; `loops` what ails each of the box's own loops, empty
    where it is well. A device that the office has not got is None. `codes` were read last, and
    names on `cards`.
    """

    office: Office
    stations: Stations
    work: Path
    sync: Callable[[], SyncStanding]
    scanning: Scanning
    printer: Printer | None = None
    labels: Labels | None = None
    rooms: tuple[Room, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keeper: RoomKeeper | None = None
    power: PowerKeeper | None = None
    drivers: Mapping[str, Callable[[], Health]] = field(default_factory=dict)
    loops: Callable[[], Mapping[str, str]] = dict
    sticks: Sticks = field(default_factory=lambda: Sticks((), (), {}))
    activity: Activity = field(default_factory=Activity)
    camera: Viewfinder | None = None
    codes: ReadCodes = field(default_factory=ReadCodes)
    cards: ReadCodes = field(default_factory=ReadCodes)
    undos: Undos = field(default_factory=Undos)
    swipes: Swipes = field(default_factory=Swipes)
    facing: Facing = field(default_factory=Facing)

    @property
    def now(self) -> int:
        """The box's clock, in milliseconds."""
        return self.office.author.clock()
