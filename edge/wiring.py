"""The devices of a box, as its settings name them, and the loops that listen to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from devices.barcode_gun import BarcodeGun
from devices.camera import DocumentCamera
from devices.card_reader import CardReader, Unreadable
from devices.climate import ClimateLine, Gateway, Pace
from devices.driver import Health
from devices.hot_folder import Arrival, HotFolder
from devices.hotplug import PlugWatch
from devices.label_printer import LabelPrinter, load_label_models
from devices.label_queue import QueuedLabelPrinter
from devices.printer import CupsPrinter
from devices.sane_scanner import SaneBackendScanner
from devices.scanimage import ScannedPage
from devices.scanner import SaneScanner, ScanRequest
from devices.sensors import Sensor, Switch, load_models
from devices.ups import NutUps, UpsPace
from edge.documents.label import SIZES
from edge.domain.climate import HOUR_MS, Limits
from edge.domain.errors import InvalidInput
from edge.domain.interlock import Timing
from edge.domain.power import PowerRules, Stage
from edge.domain.room import SwitchKind
from edge.domain.room_watch import Plan
from edge.imaging.master import as_masters
from edge.settings import ClimateSettings, Settings, UpsSettings
from edge.store.captures import capture_by_device
from edge.store.persons import person_by_id_number
from edge.store.room import latest_readings
from edge.supervise import Loops
from edge.web.events import COUNTER, SELF, Stations
from edge.web.parts import Labels
from edge.web.read_codes import ReadCodes
from edge.web.swipes import Swipes
from edge.workflows.digitising import take_document
from edge.workflows.office import Office
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import KeptRoom, RoomKeeper


class Wiring:
    """The devices of one box; those that the settings do not name are None."""

    def __init__(self, settings: Settings, office: Office, stations: Stations) -> None:
        self._settings, self._office, self._stations = settings, office, stations
        self._well: Callable[[str], None] = lambda _: None
        self._untaken: Arrival | None = None
        self.scanner = scanner_of(settings)
        self.printer = _printer(settings)
        self.label_printer = label_printer_of(settings)
        self.card_reader = (
            CardReader(settings.card_reader.path, baud=settings.card_reader.baud)
            if settings.card_reader
            else None
        )
        self.swipes = Swipes(settings.card_reader.station if settings.card_reader else COUNTER)
        self.barcode_gun = _barcode_gun(settings)
        self.codes, self.cards = ReadCodes(), ReadCodes()
        self.climate = climate_line_of(settings, office.author.clock)
        self.keeper = _keeper(settings, office, self.climate)
        self.hot_folder = _hot_folder(settings)
        self.camera = DocumentCamera(settings.camera.path) if settings.camera else None
        self.ups = ups_of(settings.ups, office.author.clock) if settings.ups else None
        self.power = PowerKeeper(office, power_rules(settings.ups)) if settings.ups else None
        # Called once, from a loop of the box, when it must stop before the battery ends.
        self.when_power_ends: Callable[[], None] = lambda: None
        self.limits = settings.limits
        self._plugs = PlugWatch(self._pluggable())

    def start(self, loops: Loops) -> None:
        """Open every device and listen to it; one that is missing is taken up when it comes."""
        self._well = loops.well
        if self.card_reader:
            self.card_reader.start()
            loops.start("card-reader", self._listen_for_cards)
        if self.barcode_gun:
            self.barcode_gun.start()
            loops.start("barcode-gun", self._listen_for_codes)
        if self.climate:
            self.climate.start()
            loops.start("climate", self._listen_to_room)
        if self.hot_folder:
            loops.start("hot-folder", self._take_arrivals)
        if self.ups:
            self.ups.start()
            loops.start("ups", self._listen_to_power)
        self._plugs.start()

    def close(self) -> None:
        """Close every device; the loops that listen end."""
        self._plugs.close()
        for device in (
            self.card_reader, self.barcode_gun, self.climate, self.printer, self.label_printer,
            self.ups,
        ):  # fmt: skip
            if device is not None:
                device.close()
        if self.hot_folder:
            self.hot_folder.stop()

    def health(self) -> dict[str, Callable[[], Health]]:
        """What the screens may ask, by the name of the device."""
        named = {
            "scanner": self.scanner,
            "printer": self.printer,
            "label_printer": self.label_printer,
            "card_reader": self.card_reader,
            "barcode_gun": self.barcode_gun,
            "climate": self.climate,
            "ups": self.ups,
            "hot_folder": self.hot_folder,
            "camera": self.camera,
        }
        return {name: device.health for name, device in named.items() if device is not None}

    @property
    def labels(self) -> Labels | None:
        """What the screens need to print labels."""
        chosen = self._settings.label_printer
        if self.label_printer is None or chosen is None:
            return None
        model = self.label_printer.model
        return Labels(self.label_printer, model.dpi, chosen.size, model.name)

    def feed(self, folder: Path) -> Iterator[ScannedPage]:
        """Scan what lies in the feeder, or on the glass."""
        chosen = self._settings.scanner
        assert self.scanner is not None
        assert chosen is not None
        return self.scanner.scan(ScanRequest(duplex=chosen.duplex, wait=chosen.wait), folder)

    def stop_waiting(self) -> None:
        """Let a scan that waits for paper end; one that reads goes on."""
        if self.scanner is not None:
            self.scanner.stop_waiting()

    def _listen_for_cards(self) -> None:
        assert self.card_reader is not None
        for swipe in self.card_reader.swipes():
            self._well("card-reader")
            station = self.swipes.station
            if isinstance(swipe, Unreadable):
                self._stations.publish("card-unread", station)
                continue
            with self._office.space.read() as town:
                person = person_by_id_number(town, swipe.id_number)
            if station == SELF:
                self.swipes.lay(person.id if person else "")
                self._stations.publish("card", SELF)
            elif person is None:
                self._stations.publish("card-new", station, card=self.cards.keep(swipe.name))
            else:
                card = self.cards.keep(swipe.name)
                self._stations.publish("card", station, person=person.id, card=card)

    def _listen_for_codes(self) -> None:
        assert self.barcode_gun is not None
        for code in self.barcode_gun.codes():
            self._well("barcode-gun")
            self._stations.publish("code", code=self.codes.keep(code))

    def _pluggable(self) -> dict[Path, Callable[[], None]]:
        """Who waits for which path to be plugged in again."""
        chosen, waiting = self._settings, dict[Path, Callable[[], None]]()
        if self.card_reader and chosen.card_reader:
            waiting[chosen.card_reader.path] = self.card_reader.came
        if self.barcode_gun and chosen.barcode_gun:
            waiting[chosen.barcode_gun.path] = self.barcode_gun.came
        if self.climate and chosen.climate and chosen.climate.path:
            waiting[chosen.climate.path] = self.climate.came
        return waiting

    def _listen_to_room(self) -> None:
        assert self.climate is not None
        assert self.keeper is not None
        self.keeper.resume(self._last_hour())
        for records in self.climate.batches():
            self.keeper.take(records)
            self._stations.publish("climate")
            self._well("climate")

    def _listen_to_power(self) -> None:
        assert self.ups is not None
        assert self.power is not None
        for power in self.ups.powers():
            before = self.power.stage
            stage = self.power.take(power)
            # A banner shows the charge while it falls; on mains only a change is worth a word.
            if stage is not before or stage is not Stage.MAINS:
                self._stations.publish("climate")
            self._well("ups")
            if stage is Stage.ENDING and before is not Stage.ENDING:
                self.when_power_ends()

    def _last_hour(self) -> int:
        """The hour that a stop or a fault may have left open, 0 for none."""
        assert self._settings.climate is not None
        with self._office.space.read() as town:
            latest = latest_readings(town, self._settings.climate.room)
        return max((each.at_ms // HOUR_MS * HOUR_MS for each in latest), default=0)

    def _take_arrivals(self) -> None:
        assert self.hot_folder is not None
        if not self.hot_folder.watching:
            self.hot_folder.start()
        if self._untaken is not None:
            self._settle(self._untaken)
        for arrival in self.hot_folder.arrivals():
            # Kept until it is settled: on a full disk this loop begins again with it.
            self._untaken = arrival
            self._settle(arrival)

    def _settle(self, arrival: Arrival) -> None:
        assert self.hot_folder is not None
        try:
            self._take(arrival)
        except InvalidInput as error:
            self.hot_folder.refuse(arrival, error.key)
        else:
            self.hot_folder.release(arrival)
        self._untaken = None
        self._well("hot-folder")
        self._stations.publish("arrivals")

    def _take(self, arrival: Arrival) -> None:
        # A crash between filing and release brings the file again; its digest tells.
        mark = f"sha256:{arrival.sha256}"
        with self._office.space.read() as town:
            known = capture_by_device(town, mark)
        if known is None:
            masters = list(as_masters(arrival.path))
            take_document(self._office, self._office.itself, "hot_folder", mark, masters)


def scanner_of(settings: Settings) -> SaneScanner | SaneBackendScanner | None:
    """The scanner that the settings name."""
    chosen = settings.scanner
    if chosen is None:
        return None
    if chosen.url:
        return SaneScanner(chosen.url)
    return SaneBackendScanner(chosen.backend, chosen.match, options=chosen.options)


def _printer(settings: Settings) -> CupsPrinter | None:
    if settings.printer is None:
        return None
    chosen = settings.printer
    return CupsPrinter(chosen.host, chosen.port, chosen.queue, chosen.uri or None)


def label_printer_of(settings: Settings) -> LabelPrinter | QueuedLabelPrinter | None:
    """The label printer that the settings name; raises InvalidInput `settings.value`."""
    chosen = settings.label_printer
    if chosen is None:
        return None
    models = load_label_models()
    if chosen.model not in models:
        raise InvalidInput("settings.value", name="label_printer.model", kind=" ".join(models))
    if chosen.size not in SIZES:
        raise InvalidInput("settings.value", name="label_printer.size", kind=" ".join(SIZES))
    model = models[chosen.model]
    if chosen.queue:
        queue = CupsPrinter(chosen.cups_host, chosen.cups_port, chosen.queue)
        return QueuedLabelPrinter(queue, model)
    return LabelPrinter(chosen.path or chosen.host, model, chosen.port)


def _barcode_gun(settings: Settings) -> BarcodeGun | None:
    if settings.barcode_gun is None:
        return None
    chosen = settings.barcode_gun
    return BarcodeGun(chosen.path, chosen.keyboard, chosen.baud)


def climate_line_of(settings: Settings, clock: Callable[[], int]) -> ClimateLine | None:
    """The line of sensors and switches that the settings name; raises InvalidInput."""
    if settings.climate is None:
        return None
    chosen = settings.climate
    place = chosen.path or Gateway(chosen.host, chosen.port)
    sensors = [
        Sensor(each.name, each.address, each.model, each.channel, each.kind, each.closed)
        for each in chosen.sensors
    ]
    pace = Pace(interval_s=chosen.interval, watch_s=chosen.watch)
    return ClimateLine(place, sensors, clock, pace, switches=_switches(chosen))


def _switches(chosen: ClimateSettings) -> list[Switch]:
    kinds = {str(kind) for kind in SwitchKind}
    for each in chosen.switches:
        if each.kind not in kinds:
            raise InvalidInput("settings.value", name="climate.switches.kind", kind=" ".join(kinds))
    return [
        Switch(
            each.name,
            SwitchKind(each.kind),
            each.address,
            each.channel,
            each.model,
            each.guards,
            each.pulse,
        )
        for each in chosen.switches
    ]


def _keeper(settings: Settings, office: Office, line: ClimateLine | None) -> RoomKeeper | None:
    if settings.climate is None or line is None:
        return None
    chosen = settings.climate
    return RoomKeeper(office, kept_room(chosen, settings.limits), line)


def kept_room(chosen: ClimateSettings, limits: Limits) -> KeptRoom:
    """The storage room that the settings describe."""
    models, contacts, air = load_models(), {}, []
    for each in chosen.sensors:
        kind = models.meaning(Sensor(each.name, each.address, each.model, 0, each.kind))
        if kind is None:
            air.append(each.name)
        else:
            contacts[each.name] = kind
    switches = {each.name: SwitchKind(each.kind) for each in chosen.switches}
    # A reading is fresh for three rounds.
    timing = Timing(
        minimum_on_ms=round(chosen.minimum_on * 1000),
        minimum_off_ms=round(chosen.minimum_off * 1000),
        air_fresh_ms=round(3000 * max(chosen.interval, chosen.watch)),
        contact_fresh_ms=round(3000 * chosen.watch),
    )
    plan = Plan(tuple(air), contacts, switches)
    return KeptRoom(chosen.room, chosen.room_name, plan, limits, timing)


def ups_of(chosen: UpsSettings, clock: Callable[[], int]) -> NutUps:
    """The UPS that the settings name."""
    pace = UpsPace(interval_s=chosen.interval)
    return NutUps(chosen.name, chosen.host, chosen.port, clock, pace, chosen.user, chosen.password)


def power_rules(chosen: UpsSettings) -> PowerRules:
    """When the settings want the box to stop."""
    return PowerRules(
        least_charge=chosen.least_charge,
        least_runtime_ms=round(chosen.least_runtime * 1000),
        longest_ms=round(chosen.longest * 1000),
        lost_ms=round(max(30.0, 3 * chosen.interval) * 1000),
    )


def _hot_folder(settings: Settings) -> HotFolder | None:
    if settings.hot_folder is None:
        return None
    inbox = settings.hot_folder.inbox
    return HotFolder(
        inbox,
        inbox.with_name(inbox.name + ".work"),
        inbox.with_name(inbox.name + ".quarantine"),
        quiet_seconds=settings.hot_folder.quiet,
    )
