"""What every driver owes: found, well, lost and told so, spoilt and told so, back again, closed.

A driver belongs here as soon as it exists; one rig makes it and takes its far end away and back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

import pytest
from PIL import Image

import devices
from devices import queues
from devices.barcode_gun import BarcodeGun
from devices.barcode_gun import Pace as GunPace
from devices.camera import DocumentCamera
from devices.card_reader import CardReader
from devices.card_reader import Pace as CardPace
from devices.climate import ClimateLine, Gateway, Pace
from devices.driver import Driver, Fault, Found, Health, State
from devices.hot_folder import HotFolder
from devices.label_printer import LabelPrinter, load_label_models
from devices.label_queue import QueuedLabelPrinter
from devices.printer import CupsPrinter
from devices.sane_scanner import SaneBackendScanner
from devices.scanner import SaneScanner
from devices.sensors import Sensor
from devices.simulators.barcode_gun import BarcodeGunFarEnd, GunFault
from devices.simulators.camera import SimulatedCamera
from devices.simulators.card_reader import CardReaderFarEnd, ReaderFault
from devices.simulators.label_printer import SimulatedLabelPrinter
from devices.simulators.modbus import LineFault, ModbusBus
from devices.simulators.printer import PrintRoom
from devices.simulators.scanner import SimulatedScanner
from devices.simulators.ups import UPS, UpsDaemon, UpsFault
from devices.ups import NutUps, UpsPace
from edge.web.locale import sentences

T = TypeVar("T")

# Every screen asks for health; under load, still at once for a person.
QUICK_S, PATIENCE_S = 5.0, 60.0


@dataclass
class Rig:
    """A driver, opened, and what can be done to its far end.

    `lost` and `spoilt` are the faults that may be told; a queue is `still_found` though its
    printer is gone.
    """

    driver: Driver
    close: Callable[[], object]
    lose: Callable[[], object]
    restore: Callable[[], object]
    spoil: Callable[[], object] | None = None
    mend: Callable[[], object] | None = None
    lost: frozenset[Fault] = frozenset({Fault.ABSENT})
    spoilt: frozenset[Fault] = frozenset()
    still_found: bool = False


class Powered(Generic[T]):
    """A far end that is switched off and on again by making it anew."""

    def __init__(self, ends: ExitStack, make: Callable[[], AbstractContextManager[T]]) -> None:
        self._make, self._running = make, ExitStack()
        ends.callback(self.off)
        self.far = self.on()

    def on(self) -> T:
        self.far = self._running.enter_context(self._make())
        return self.far

    def off(self) -> None:
        self._running.close()


def camera(ends: ExitStack, folder: Path) -> Rig:
    picture = folder / "desk.jpg"
    Image.new("RGB", (640, 480), "white").save(picture)
    far = Powered(ends, lambda: SimulatedCamera(folder / "camera", picture))
    driver = DocumentCamera(folder / "camera")
    return Rig(driver, lambda: None, far.off, far.on)


def card_reader(ends: ExitStack, folder: Path) -> Rig:
    far = ends.enter_context(CardReaderFarEnd(folder / "tty"))
    pace = CardPace(
        interval_s=0.05, answer_within_s=0.3, read_within_s=0.5, quiet_s=0.1, reopen_after_s=(0.05,)
    )
    driver = CardReader(folder / "tty", pace)
    driver.start()
    return Rig(
        driver,
        driver.close,
        far.unplug,
        far.replug,
        lambda: far.fault(ReaderFault.MUTE),
        lambda: far.fault(ReaderFault.OK),
        spoilt=frozenset({Fault.TIMEOUT}),
    )


def label_printer(ends: ExitStack, folder: Path) -> Rig:
    ports = [0]
    far = Powered(ends, lambda: SimulatedLabelPrinter(folder / "labels", ports[0]))
    ports[0] = far.far.port
    driver = LabelPrinter("127.0.0.1", load_label_models()["TSPL-203"], ports[0])
    return Rig(
        driver,
        lambda: None,
        far.off,
        far.on,
        lambda: far.far.fault("jam"),
        lambda: far.far.fault(""),
        spoilt=frozenset({Fault.JAM}),
    )


def barcode_gun(types: bool) -> Callable[[ExitStack, Path], Rig]:
    def rig(ends: ExitStack, folder: Path) -> Rig:
        far = ends.enter_context(BarcodeGunFarEnd(folder / "gun", types))
        pace = GunPace(half_s=0.1, absent_s=0.02, reopen_after_s=(0.05,))
        driver = BarcodeGun(folder / "gun", types, pace=pace)
        driver.start()

        def read(mode: GunFault) -> None:
            far.fault(mode)
            far.read("HNCD-430703-2023-00127")

        return Rig(
            driver,
            driver.close,
            far.unplug,
            far.replug,
            lambda: read(GunFault.NO_END),
            lambda: read(GunFault.OK),
            spoilt=frozenset({Fault.LINE}),
        )

    return rig


PACE = Pace(0.1, answer_within_s=0.3, quiet_s=0.2, tries=1, reopen_after_s=(0.05,))


def label_printer_queue(ends: ExitStack, folder: Path) -> Rig:
    room = ends.enter_context(PrintRoom(folder))
    queues.add_raw("labels", "socket://127.0.0.1:9", room.host, room.port)
    cups = CupsPrinter(room.host, room.port, "labels")
    driver = QueuedLabelPrinter(cups, load_label_models()["TSPL-203"])
    return Rig(
        driver,
        driver.close,
        # What ails the printer shows in a job: test_label_printer.py.
        lambda: queues.remove("labels", room.host, room.port),
        lambda: queues.add_raw("labels", "socket://127.0.0.1:9", room.host, room.port),
    )


def climate_rtu(ends: ExitStack, folder: Path) -> Rig:
    bus = ends.enter_context(ModbusBus(folder / "tty"))
    driver = ClimateLine(folder / "tty", [Sensor("东墙", 1)], count(1).__next__, PACE)
    driver.start()
    return Rig(
        driver,
        driver.close,
        bus.unplug,
        bus.replug,
        lambda: bus.fault(LineFault.CORRUPT),
        lambda: bus.fault(LineFault.OK),
        spoilt=frozenset({Fault.LINE}),
    )


def climate_tcp(ends: ExitStack, folder: Path) -> Rig:
    ports = [0]
    bus = Powered(ends, lambda: ModbusBus(folder / "tty", tcp_port=ports[0]))
    ports[0] = bus.far.tcp_port
    place = Gateway("127.0.0.1", ports[0])
    driver = ClimateLine(place, [Sensor("东墙", 1)], count(1).__next__, PACE)
    driver.start()
    return Rig(
        driver,
        driver.close,
        bus.off,
        bus.on,
        lambda: bus.far.fault(LineFault.SILENT),
        lambda: bus.far.fault(LineFault.OK),
        spoilt=frozenset({Fault.TIMEOUT}),
    )


def hot_folder(ends: ExitStack, folder: Path) -> Rig:
    inbox = folder / "inbox"
    driver = HotFolder(inbox, folder / "work", folder / "quarantine", quiet_seconds=0.1)
    driver.start()
    away = folder / "away"
    return Rig(driver, driver.stop, lambda: inbox.rename(away), lambda: away.rename(inbox))


def printer(ends: ExitStack, folder: Path) -> Rig:
    room = ends.enter_context(PrintRoom(folder))
    driver = CupsPrinter(room.host, room.port, room.queue, room.printer_uri)
    return Rig(
        driver,
        driver.close,
        lambda: room.set_fault("absent"),
        lambda: room.set_fault(None),
        # Paper and covers are told while a job runs: test_printer.py.
        still_found=True,
    )


def scanner_sane(ends: ExitStack, folder: Path) -> Rig:
    config = {"test.conf": "number_of_devices 1\n"}
    driver = SaneBackendScanner("test", config=config)
    return Rig(
        driver,
        driver.cancel,
        lambda: config.update({"test.conf": "number_of_devices 0\n"}),
        lambda: config.update({"test.conf": "number_of_devices 1\n"}),
    )


def scanner(ends: ExitStack, folder: Path) -> Rig:
    Image.new("RGB", (827, 1169), "white").save(folder / "1.jpg")
    far = ends.enter_context(SimulatedScanner(folder))
    driver = SaneScanner(far.url, patience=0.5)
    return Rig(driver, lambda: None, far.offline, lambda: far.offline(False))


def ups(ends: ExitStack, folder: Path) -> Rig:
    ports = [0]
    upsd = Powered(ends, lambda: UpsDaemon(folder / "ups", ports[0]))
    ports[0] = upsd.far.port
    driver = NutUps(
        UPS, "127.0.0.1", ports[0], count(1).__next__, UpsPace(0.1, 1.0, reopen_after_s=(0.05,))
    )
    driver.start()

    def fault(mode: UpsFault) -> None:
        upsd.far.fault = mode

    return Rig(
        driver,
        driver.close,
        upsd.off,
        upsd.on,
        lambda: fault(UpsFault.STALE),
        lambda: fault(UpsFault.OK),
        spoilt=frozenset({Fault.TIMEOUT}),
    )


MAKERS: dict[str, Callable[[ExitStack, Path], Rig]] = {
    "barcode_gun-serial": barcode_gun(types=False),
    "barcode_gun-keyboard": barcode_gun(types=True),
    "camera": camera,
    "card_reader": card_reader,
    "climate-rtu": climate_rtu,
    "climate-tcp": climate_tcp,
    "hot_folder": hot_folder,
    "label_printer": label_printer,
    "label_printer-queue": label_printer_queue,
    "printer": printer,
    "scanner": scanner,
    "scanner-sane": scanner_sane,
    "ups": ups,
}


@pytest.fixture(params=sorted(MAKERS))
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with ExitStack() as ends:
        made = MAKERS[request.param](ends, tmp_path)
        ends.callback(made.close)
        yield made


def asked(rig: Rig) -> Health:
    """Ask for health, which must not keep a screen waiting and speaks the one taxonomy."""
    begun = time.monotonic()
    health = rig.driver.health()
    assert time.monotonic() - begun < QUICK_S
    assert isinstance(health.state, State)
    assert (health.fault is None) is (health.state not in (State.FAULT, State.ABSENT))
    if health.fault is not None:
        assert f"device.{rig.driver.kind}.{health.fault}" in sentences(), "nothing to tell a clerk"
    return health


def until(rig: Rig, wanted: Callable[[Health], bool]) -> Health:
    deadline = time.monotonic() + PATIENCE_S
    while not wanted(health := asked(rig)):
        assert time.monotonic() < deadline, health
        time.sleep(0.05)
    return health


def until_ready(rig: Rig) -> None:
    until(rig, lambda health: health.state is State.READY)


def until_found(rig: Rig, wanted: bool) -> list[Found]:
    deadline = time.monotonic() + PATIENCE_S
    while bool(found := rig.driver.discover()) is not wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_it_is_found_by_its_kind_and_becomes_ready(rig: Rig) -> None:
    until_ready(rig)
    found = until_found(rig, True)
    for each in found:
        assert each.kind == rig.driver.kind
        assert each.stable_id
        assert each.address


def test_lost_it_is_told_so_and_back_it_is_the_same_one(rig: Rig) -> None:
    until_ready(rig)
    before = until_found(rig, True)
    rig.lose()
    health = until(rig, lambda health: health.state is not State.READY)
    assert health.fault in rig.lost
    if not rig.still_found:
        until_found(rig, False)
    rig.restore()
    until_ready(rig)
    after = until_found(rig, True)
    assert [each.stable_id for each in after] == [each.stable_id for each in before]


def test_spoilt_it_names_the_fault_and_mended_it_is_well_by_itself(rig: Rig) -> None:
    if rig.spoil is None or rig.mend is None:
        pytest.skip("nothing between well and lost at this far end")
    until_ready(rig)
    for _ in range(2):
        rig.spoil()
        health = until(rig, lambda health: health.state is not State.READY)
        assert health.fault in rig.spoilt
        rig.mend()
        until_ready(rig)


@pytest.mark.parametrize("state", ["well", "lost"])
def test_it_closes_at_once_whether_well_or_lost_and_may_be_closed_twice(
    rig: Rig, state: str
) -> None:
    until_ready(rig)
    if state == "lost":
        rig.lose()
        until(rig, lambda health: health.state is not State.READY)
    begun = time.monotonic()
    rig.close()
    rig.close()
    assert time.monotonic() - begun < 15


def test_every_driver_of_the_house_has_a_rig() -> None:
    kinds = set()
    for module in iter_modules(devices.__path__, "devices."):
        for each in vars(import_module(module.name)).values():
            defined: Any = getattr(each, "__module__", None)
            if isinstance(each, type) and defined == module.name and hasattr(each, "discover"):
                kinds.add(getattr(each, "kind", None))
    assert kinds - {None} == {name.partition("-")[0] for name in MAKERS}
