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
    """A network scanner at an eSCL address, such as http://192.0.2.7/eSCL."""

    url: str


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """A CUPS queue; `uri` is the printer's own IPP address, asked for its true state."""

    queue: str
    host: str = "localhost"
    port: int = 631
    uri: str = ""


@dataclass(frozen=True, slots=True)
class CardReaderSettings:
    """A card reader on a serial line, by its stable path."""

    path: Path
    baud: int = 115_200


@dataclass(frozen=True, slots=True)
class SensorSettings:
    """One sensor on the climate line."""

    name: str
    address: int
    model: str = "XY-MD02"


@dataclass(frozen=True, slots=True)
class ClimateSettings:
    """The sensors of one storage room on one line; `interval` in seconds."""

    path: Path
    sensors: tuple[SensorSettings, ...]
    room: str = "1"
    room_name: str = "库房"
    interval: float = 60.0


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
class Settings:
    """All of a box; a device that is not named is not there."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8100
    announce: bool = True
    interfaces: tuple[str, ...] = ()
    scanner: ScannerSettings | None = None
    printer: PrinterSettings | None = None
    card_reader: CardReaderSettings | None = None
    climate: ClimateSettings | None = None
    hot_folder: HotFolderSettings | None = None
    exchange: ExchangeSettings = ExchangeSettings()
    neighbours: NeighbourSettings = NeighbourSettings()
    limits: Limits = field(default_factory=Limits)


_SECTIONS: dict[str, type] = {
    "scanner": ScannerSettings,
    "printer": PrinterSettings,
    "card_reader": CardReaderSettings,
    "climate": ClimateSettings,
    "hot_folder": HotFolderSettings,
    "exchange": ExchangeSettings,
    "neighbours": NeighbourSettings,
    "limits": Limits,
}
# How a value of each type is written, to be shown where another was found.
_SPELLINGS: dict[Any, str] = {str: '"…"', Path: '"…"', int: "12", float: "1.5", bool: "true"}
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
    if name == "interfaces":
        return tuple(_plain(str, name, each, folder) for each in _listed(name, value))
    if name == "climate.sensors":
        return tuple(_section(SensorSettings, each, folder, name) for each in _listed(name, value))
    return value


def _plain(kind: Any, name: str, value: Any, folder: Path) -> Any:
    wanted: Any = {Path: str, float: (int, float)}.get(kind, kind)
    fits = isinstance(value, wanted) and isinstance(value, bool) == (kind is bool)
    if not fits or (name.endswith("port") and not 0 <= value <= _LAST_PORT):
        raise InvalidInput("settings.value", name=name, kind=_SPELLINGS[kind])
    return folder / value if kind is Path else value


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInput("settings.value", name=name, kind="[…]")
    return value
