"""One box put together: its record, its office, its devices, its exchange, its screens."""

import logging
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import crsqlite
from litestar import Litestar
from zeroconf import InterfaceChoice

from edge.domain.errors import ArchiveError, InvalidInput, StorageFull, SyncError
from edge.imaging.reader import Reader
from edge.settings import Settings
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.entries import Author, now_ms
from edge.store.folder import close_to_others, hold, set_aside
from edge.store.keys import Keys
from edge.store.present import bring_up_to_date
from edge.store.seals import seal_own_chain
from edge.store.staff import name_of_institution
from edge.supervise import Loops
from edge.web.activity import Activity
from edge.web.app import create_app
from edge.web.damage import damage_in_words
from edge.web.events import Stations
from edge.web.latest_health import LatestHealth
from edge.web.parts import NeighbourStanding, Parts, Room, SyncStanding
from edge.web.scanning import Scanning
from edge.web.sticks import Sticks
from edge.web.viewfinder import Viewfinder
from edge.wiring import Wiring
from edge.workflows.digitising import close_abandoned_batches
from edge.workflows.gaps import judge_some
from edge.workflows.office import Office
from edge.workflows.reading import read_next
from edge.workflows.seal_keeping import OfficeSeal
from sync.bandwidth import Allowance, allowance_of
from sync.carry import site_of_box
from sync.carry_acts import acts_of_box
from sync.client import ReplicationLoop, Status
from sync.discovery import Interfaces
from sync.lan.neighbourhood import Neighbourhood, Place
from sync.roster import COUNTY, space_of
from sync.session import Session
from sync.wire import Pins

log = logging.getLogger(__name__)

SEAL_EVERY_S = 60.0
SIGNAL_EVERY_S = 2.0
LOOK_AGAIN_S = 30.0
SCAN_PATIENCE_S = 15.0
READ_PAUSE_S = 1.0
JUDGE_EVERY_S = 10.0


class Record:
    """What an enrolled box keeps in its folder; opened by the box and by the technician's tools.

    Raises InvalidInput `box.not_enrolled` (folder) before enrolment.
    """

    def __init__(self, folder: Path, clock: Callable[[], int] = now_ms) -> None:
        require_enrolled(folder)
        close_to_others(folder)
        crsqlite.check()
        self.folder, self.clock = folder, clock
        self.pins = Pins.load(pins_path(folder))
        self.keys = Keys.load(key_path(folder))
        database = self.keys.derive("database")
        self.county = Space(folder / f"{COUNTY}.db", database, COUNTY)
        town = space_of(self.pins.town)
        self.town = Space(folder / f"{town}.db", database, town)
        self.blobs = Blobs(folder / "blobs", self.keys)
        self.county_blobs = Blobs(folder / "county-blobs", self.keys)
        with self.county.read() as connection:
            name = name_of_institution(connection, self.pins.town)
        self.office = Office(
            code=self.pins.town,
            name=name,
            space=self.town,
            county=self.county,
            blobs=self.blobs,
            author=Author(self.keys.id, clock),
            seal=office_seal(folder, self.keys, self.county),
            verify_url=f"{self.pins.url}/verify",
        )

    def session(self, allowance: Allowance | None = None) -> Session:
        """An exchange with the hub, not begun."""
        spaces = {space.name: space for space in (self.county, self.town)}
        blobs = {COUNTY: self.county_blobs, self.town.name: self.blobs}
        return Session.with_hub(
            spaces, blobs, self.keys, self.pins, self.folder, self.clock, allowance=allowance
        )

    def close(self) -> None:
        """Close the databases."""
        self.town.close()
        self.county.close()


class Box:
    """A running box; `app` is what the kiosk's browser sees."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        require_enrolled(settings.folder)
        with ExitStack() as ends:
            ends.enter_context(hold_folder(settings.folder))
            self.record = _opened(settings)
            ends.callback(self.record.close)
            for space in (self.record.county, self.record.town):
                bring_up_to_date(space)
            self._assemble()
            self._ends = ends.pop_all()

    def _assemble(self) -> None:
        settings, office = self.settings, self.record.office
        self.stations, self._loops = Stations(), Loops()
        self.wiring = Wiring(settings, office, self.stations)
        self._work = settings.folder / "work"
        feed = self.wiring.feed if self.wiring.scanner else None
        self._scanning = Scanning(office, self.stations, self._work, feed)
        session = self.record.session(allowance_in(settings))
        self.neighbourhood = Neighbourhood(
            session.side, _place(settings), _interfaces(settings), lambda: self.replication.away
        )
        self.replication = ReplicationLoop(
            session,
            self.record.keys.id,
            find=self.neighbourhood.hub,
            neighbours=self.neighbourhood.neighbours,
        )
        carry = settings.carry
        self._sticks = Sticks(
            [Path(each) for each in carry.mounts],
            [Path(each) for each in carry.folders],
            acts_of_box(site_of_box(session.side)),
            lambda: self.stations.publish("sync"),
        )
        self._health = LatestHealth(self.wiring.health())
        self._told: Status | None = None
        self._damaged: tuple[str, ...] = ()
        self._activity = Activity()
        self._reader = Reader(self._counter_works, self._loops.stopping.is_set)
        self.app = self._screens(office, self._work)

    def start(self) -> None:
        """Take up what a crash left, open the devices, begin to replicate."""
        self.record.blobs.discard_unfinished()
        self.record.county_blobs.discard_unfinished()
        # Papers on their way, in the clear; what counts of them is kept already.
        shutil.rmtree(self._work, ignore_errors=True)
        self._close_batches()
        self.wiring.start(self._loops)
        self._loops.every("seal", SEAL_EVERY_S, self._seal)
        self._loops.every("sync-signal", SIGNAL_EVERY_S, self._tell_sync)
        self._health.start()
        self._loops.every("gaps", JUDGE_EVERY_S, self._judge_gaps)
        self._loops.start("reading", self._read_pages)
        self._loops.start("examination", self._examine)
        self.replication.start()
        if self.settings.announce:
            self.neighbourhood.start()
            self._loops.start("discovery", self._look_around)

    def _close_batches(self) -> None:
        try:
            close_abandoned_batches(self.record.office)
        except StorageFull:
            # Looking up must go on; the drafts stay for the next start.
            log.warning("the disk is full: batches left open stay drafts")
        except ArchiveError as error:
            if error.key != "storage.unreadable":
                raise
            # What else can be read is to be read.
            log.error("%s has damaged pages: batches left open stay drafts", self.record.town.path)

    def stop(self) -> None:
        """Finish the scan under way, close devices and databases, whichever of them fails."""
        with self._ends as ends:
            ends.callback(self._seal)
            # The next start may be far: the power is about to end.
            ends.callback(self._close_batches)
            ends.callback(self.neighbourhood.stop)
            ends.callback(self._loops.stop)
            ends.callback(self.wiring.close)
            ends.callback(self.replication.stop)
            ends.callback(self._scanning.stop, SCAN_PATIENCE_S)
            ends.callback(self.wiring.stop_waiting)
            ends.callback(self._health.stop)
            ends.callback(self._sticks.stop)

    def _seal(self) -> None:
        record = self.record
        record.town.write(
            lambda c: seal_own_chain(c, record.keys.id, record.clock(), record.keys.signing),
            urgent=False,
        )

    def _counter_works(self) -> bool:
        return self._activity.busy or self._scanning.reading

    def _left_alone(self) -> bool:
        """Wait until nobody is at work; False when the box stops."""
        while self._counter_works() and not self._loops.stopping.wait(READ_PAUSE_S):
            pass
        return not self._loops.stopping.is_set()

    def _read_pages(self) -> None:
        """Read what waits to be read whenever nobody is at work."""
        try:
            while not self._loops.stopping.is_set():
                if self._counter_works() or not read_next(self.record.office, self._reader):
                    self._loops.stopping.wait(READ_PAUSE_S)
                    continue
                self._loops.well("reading")
                self.stations.publish("pages")
        finally:
            self._reader.stop()

    def _examine(self) -> None:
        """Look at every page of the databases once, so that damage is told before it is met."""
        for space in (self.record.town, self.record.county):
            pages = space.damaged_pages(self._left_alone)
            if pages:
                self._damaged = (*self._damaged, space.path.name)
                log.error("%s %s", *damage_in_words(space.path, pages))
        self.stations.publish("sync")

    def _judge_gaps(self) -> None:
        """Judge dossiers that changed, a piece at a time, while nobody is at work."""
        while not self._loops.stopping.is_set() and not self._counter_works():
            if not judge_some(self.record.office):
                return

    def _look_around(self) -> None:
        """Find hub and neighbours, and be found; tried again until there is a net."""
        self.neighbourhood.look_around()
        self._loops.well("discovery")
        while not self._loops.stopping.wait(LOOK_AGAIN_S):
            self.neighbourhood.look_around()

    @property
    def standing(self) -> SyncStanding:
        """How the exchange stands, as the screens say it."""
        chosen = self.settings.exchange
        return standing_on_screen(self.replication.status(), chosen.masters_from, self._damaged)

    def _tell_sync(self) -> None:
        status = self.replication.status()
        if status != self._told:
            self._told = status
            self.stations.publish("sync")

    def _screens(self, office: Office, work: Path) -> Litestar:
        climate = self.settings.climate
        parts = Parts(
            office=office,
            stations=self.stations,
            work=work,
            sync=lambda: self.standing,
            scanning=self._scanning,
            printer=self.wiring.printer,
            labels=self.wiring.labels,
            rooms=(Room(climate.room, climate.room_name),) if climate else (),
            limits=self.wiring.limits,
            keeper=self.wiring.keeper,
            power=self.wiring.power,
            drivers=self._health.told(),
            loops=lambda: {each.name: each.trouble for each in self._loops.health()},
            sticks=self._sticks,
            activity=self._activity,
            camera=Viewfinder(self.wiring.camera.pictures) if self.wiring.camera else None,
            codes=self.wiring.codes,
            cards=self.wiring.cards,
            swipes=self.wiring.swipes,
        )
        return create_app(parts, self.record.keys.derive("web").hex())


def _opened(settings: Settings) -> Record:
    """Open a box's record; a damaged copy of what the county alone writes is brought anew first."""
    try:
        return Record(settings.folder)
    except ArchiveError as error:
        path = settings.folder / f"{COUNTY}.db"
        if (error.key, error.fields.get("name")) != ("storage.unreadable", path.name):
            raise
        log.error("%s is damaged and is brought anew from the county", path.name)
        with set_aside(path) as stays_aside:
            record = Record(settings.folder)
            try:
                session = record.session(allowance_in(settings))
                session.run_once(lambda: False)
                session.close()
            except SyncError as trouble:
                raise error from trouble
            finally:
                record.close()
            stays_aside()
        return Record(settings.folder)


def standing_on_screen(
    status: Status, masters_from: str = "", damaged: tuple[str, ...] = ()
) -> SyncStanding:
    """Say in the screens' terms how the exchange stands; `damaged` names databases."""
    return SyncStanding(
        online=status.reachable,
        confirmed_at=status.last_confirmed,
        unsent=status.unsent,
        oldest_unsent_at=status.oldest_unsent,
        blobs_pending=sum(status.blobs_unsent.values()),
        sending=status.sending,
        quarantined=status.quarantined,
        reasons=tuple((each.reason, dict(each.fields), each.at) for each in status.refusals),
        files=status.files,
        masters_wait="" if status.masters_travel else masters_from,
        healed_at=status.healed,
        county_at=status.county_taken,
        error=status.error,
        error_fields=status.error_fields,
        clock_ahead=status.clock_ahead,
        twin_at=status.twin,
        damaged=damaged,
        neighbours=tuple(
            NeighbourStanding(each.ordinal, each.at, each.near, each.error)
            for each in status.neighbours
        ),
    )


def allowance_in(settings: Settings) -> Allowance:
    """What of the line the settings allow."""
    chosen = settings.exchange
    return allowance_of(chosen.limit_kbps, chosen.masters_from, chosen.masters_until)


def require_enrolled(folder: Path) -> None:
    """Raise InvalidInput `box.not_enrolled` (folder) unless a county has taken the box in."""
    if not pins_path(folder).exists():
        raise InvalidInput("box.not_enrolled", folder=str(folder))


def hold_folder(folder: Path) -> AbstractContextManager[None]:
    """Be the only program that works in a box's folder; raises Conflict `folder.in_use`."""
    return hold(folder / "box.lock")


def _place(settings: Settings) -> Place | None:
    chosen = settings.neighbours
    return Place(chosen.host, chosen.port) if chosen.exchange else None


def _interfaces(settings: Settings) -> Interfaces:
    return settings.interfaces or InterfaceChoice.All


def key_path(folder: Path) -> Path:
    """Where the box key lies."""
    return folder / "box.key"


def pins_path(folder: Path) -> Path:
    """Where enrolment keeps what it learned of the hub."""
    return folder / "pins.json"


def office_seal(folder: Path, keys: Keys, county: Space) -> OfficeSeal:
    """The office seal kept in a box's folder."""
    return OfficeSeal(folder / "seal.pem", keys.derive("seal").hex().encode(), county, keys.id)
