"""The settings of a box: one TOML file, read once, into frozen dataclasses.

Only what differs from machine to machine stands here; what the county decides comes with the
county space, and what enrolment gave lies in the box's folder.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from edge.domain.climate import Limits
from edge.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """A network scanner at an eSCL address (http://192.0.2.7/eSCL), or one of a SANE backend.

    `backend` names the backend, `match` (a regular expression) the make and model; `options` go to
    scanimage as they are. `duplex` reads both sides where the feeder can; `wait` seconds are given
    for paper to be laid into an empty feeder.
    """

    url: str = ""
    backend: str = ""
    match: str = "."
    options: tuple[str, ...] = ()
    duplex: bool = False
    wait: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a scanner that is nowhere; raises InvalidInput `settings.lacking`."""
        if not self.url and not self.backend:
            raise InvalidInput("settings.lacking", name="scanner.url")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """A CUPS queue; `uri` is the printer's own IPP address, asked for its true state."""

    queue: str
    host: str = "localhost"
    port: int = 631
    uri: str = ""


@dataclass(frozen=True, slots=True)
class LabelPrinterSettings:
    """A label printer at a `host`, a character device at a stable `path`, or a raw CUPS `queue`.

    `size` names the paper that is in it, as in `edge.documents.label.SIZES`. The queue is of the
    CUPS at `cups_host`, `cups_port`.
    """

    model: str
    path: Path | None = None
    host: str = ""
    port: int = 9100
    size: str = "60x40"
    queue: str = ""
    cups_host: str = "localhost"
    cups_port: int = 631

    def __post_init__(self) -> None:
        """Refuse a printer that is nowhere; raises InvalidInput `settings.lacking`."""
        if self.path is None and not self.host and not self.queue:
            raise InvalidInput("settings.lacking", name="label_printer.path")


@dataclass(frozen=True, slots=True)
class CardReaderSettings:
    """A card reader on a serial line, by its stable path.

    `station` is whom it serves: the counter, or `self`, the screen where citizens serve themselves.
    """

    path: Path
    baud: int = 115_200
    station: str = "counter"


@dataclass(frozen=True, slots=True)
class BarcodeGunSettings:
    """A bar code gun by its stable path: on a serial line, or a `keyboard` below /dev/input/by-id.

    A keyboard is taken for the box alone: what it types reaches no other program.
    """

    path: Path
    keyboard: bool = False
    baud: int = 9_600


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """One sensor on the climate line; see `devices.sensors.Sensor`."""

    name: str
    address: int
    model: str = "XY-MD02"
    channel: int = 0
    kind: str = ""
    closed: str = "on"


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """One switch on the climate line; see `devices.sensors.Switch`."""

    name: str
    kind: str
    address: int
    channel: int = 0
    model: str = "WAVESHARE-8"
    guards: tuple[str, ...] = ()
    pulse: float = 8.0


@dataclass(frozen=True, slots=True)
class ClimateSettings:
    """The sensors and switches of one storage room on one line; times in seconds.

    The line is a tty (`path`) or a Modbus TCP gateway (`host`, `port`). The air is read every
    `interval`, contacts and switches every `watch`; a machine runs and rests for `minimum_on` and
    `minimum_off` at least.
    """

    sensors: tuple[SensorSettings, ...]
    path: Path | None = None
    host: str = ""
    port: int = 502
    room: str = "1"
    room_name: str = "库房"
    interval: float = 60.0
    watch: float = 5.0
    minimum_on: float = 300.0
    minimum_off: float = 300.0
    switches: tuple[SwitchSettings, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a line that is nowhere; raises InvalidInput `settings.lacking`."""
        if self.path is None and not self.host:
            raise InvalidInput("settings.lacking", name="climate.path")


@dataclass(frozen=True, slots=True)
class UpsSettings:
    """A UPS behind NUT's upsd; times in seconds.

    The box stops cleanly at a battery charge of `least_charge` percent, with `least_runtime` left,
    after `longest` on battery, or when the UPS is lost while on battery. `shutdown` is the command
    that then switches the machine off; without it the box waits for the mains and starts again.
    """

    name: str = "ups"
    host: str = "127.0.0.1"
    port: int = 3493
    user: str = ""
    password: str = ""
    interval: float = 5.0
    least_charge: float = 20.0
    least_runtime: float = 180.0
    longest: float = 0.0
    shutdown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """A document camera, by its stable path under /dev/v4l/by-id."""

    path: Path


@dataclass(frozen=True, slots=True)
class HotFolderSettings:
    """Where other machines drop documents; `quiet` seconds without change make a file whole."""

    inbox: Path
    quiet: float = 5.0


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """What of the line the exchange may use.

    `limit_kbps` in kilobits a second, 0 for all of it; page masters travel from `masters_from`
    until `masters_until` (HH:MM, over midnight too), always when both are empty.
    """

    limit_kbps: int = 0
    masters_from: str = ""
    masters_until: str = ""


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """Where the other boxes of the town are answered while the hub is away; port 0 for any.

    Without `exchange` they are neither answered nor asked.
    """

    exchange: bool = True
    host: str = "0.0.0.0"
    port: int = 8141


@dataclass(frozen=True, slots=True)
class CarrySettings:
    """Where USB sticks are: below `mounts` the system mounts them; `folders` each stand for one."""

    mounts: tuple[str, ...] = ("/media", "/run/media")
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All of a box; a device that is not named is not there."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8100
    announce: bool = True
    interfaces: tuple[str, ...] = ()
    scanner: ScannerSettings | None = None
    printer: PrinterSettings | None = None
    label_printer: LabelPrinterSettings | None = None
    card_reader: CardReaderSettings | None = None
    barcode_gun: BarcodeGunSettings | None = None
    climate: ClimateSettings | None = None
    ups: UpsSettings | None = None
    hot_folder: HotFolderSettings | None = None
    camera: CameraSettings | None = None
    exchange: ExchangeSettings = ExchangeSettings()
    neighbours: NeighbourSettings = NeighbourSettings()
    carry: CarrySettings = CarrySettings()
    limits: Limits = field(default_factory=Limits)


_SECTIONS: dict[str, type] = {
    "scanner": ScannerSettings,
    "printer": PrinterSettings,
    "label_printer": LabelPrinterSettings,
    "card_reader": CardReaderSettings,
    "barcode_gun": BarcodeGunSettings,
    "climate": ClimateSettings,
    "ups": UpsSettings,
    "hot_folder": HotFolderSettings,
    "camera": CameraSettings,
    "exchange": ExchangeSettings,
    "neighbours": NeighbourSettings,
    "carry": CarrySettings,
    "limits": Limits,
}
# How a value of each type is written, to be shown where another was found.
_SPELLINGS: dict[Any, str] = {
    str: '"…"', Path: '"…"', Path | None: '"…"', int: "12", float: "1.5", bool: "true",
}  # fmt: skip
# Lists: of texts, or of sections of their own.
_TEXTS = (
    "interfaces", "scanner.options", "ups.shutdown", "climate.switches.guards", "carry.mounts",
    "carry.folders",
)  # fmt: skip
_PARTS: dict[str, type] = {
    "climate.sensors": SensorSettings,
    "climate.switches": SwitchSettings,
}
_LAST_PORT = 65_535


def read_settings(path: Path) -> Settings:
    """Read a box's settings; relative paths are taken from the file's folder.

    Raises InvalidInput `settings.missing` (path), `settings.broken` (path, detail),
    `settings.unknown` (name), `settings.lacking` (name), `settings.value` (name, kind), or what is
    wrong with the limits.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InvalidInput("settings.missing", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("settings.broken", path=str(path), detail=str(error)) from error
    found = path.resolve().parent
    for name, shape in _SECTIONS.items():
        if name in table:
            table[name] = _section(shape, table[name], found, name)
    settings: Settings = _section(Settings, table, found)
    return settings


def _section(shape: type, table: Any, folder: Path, section: str = "") -> Any:
    if not isinstance(table, Mapping):
        raise InvalidInput("settings.value", name=section, kind=f"[{section}]")
    known = {each.name: each for each in fields(shape)}
    place = f"{section}." if section else ""
    for name in table:
        if name not in known:
            raise InvalidInput("settings.unknown", name=place + name)
    for name, each in known.items():
        if name not in table and each.default is MISSING and each.default_factory is MISSING:
            raise InvalidInput("settings.lacking", name=place + name)
    values = {
        name: _value(known[name].type, place + name, value, folder) for name, value in table.items()
    }
    return shape(**values)


def _value(kind: Any, name: str, value: Any, folder: Path) -> Any:
    if kind in _SPELLINGS:
        return _plain(kind, name, value, folder)
    if name in _TEXTS:
        return tuple(_plain(str, name, each, folder) for each in _listed(name, value))
    if name in _PARTS:
        return tuple(_section(_PARTS[name], each, folder, name) for each in _listed(name, value))
    return value


def _plain(kind: Any, name: str, value: Any, folder: Path) -> Any:
    wanted: Any = {Path: str, Path | None: str, float: (int, float)}.get(kind, kind)
    fits = isinstance(value, wanted) and isinstance(value, bool) == (kind is bool)
    if not fits or (name.endswith("port") and not 0 <= value <= _LAST_PORT):
        raise InvalidInput("settings.value", name=name, kind=_SPELLINGS[kind])
    return folder / value if kind in (Path, Path | None) else value


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInput("settings.value", name=name, kind="[…]")
    return value
