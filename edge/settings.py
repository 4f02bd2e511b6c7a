"""The settings of a box: one TOML file, read once, into frozen dataclasses.

Only what differs from machine to machine stands here; what the county decides comes with the
county space, and what enrolment gave lies in the box's folder.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

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
    limits: Mapping[str, Any] = field(default_factory=dict)


_SECTIONS: dict[str, type] = {
    "scanner": ScannerSettings,
    "printer": PrinterSettings,
    "card_reader": CardReaderSettings,
    "climate": ClimateSettings,
    "hot_folder": HotFolderSettings,
    "exchange": ExchangeSettings,
}


def read_settings(path: Path) -> Settings:
    """Read a box's settings; relative paths are taken from the file's folder.

    Raises InvalidInput `settings.missing` (path), `settings.broken` (path, detail) or
    `settings.unknown` (name).
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
            table[name] = _section(shape, table[name], found)
    settings: Settings = _section(Settings, table, found)
    return settings


def _section(shape: type, table: Mapping[str, Any], folder: Path) -> Any:
    known = {each.name: each for each in fields(shape)}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise InvalidInput("settings.unknown", name=name)
        values[name] = _value(known[name].type, name, value, folder)
    try:
        return shape(**values)
    except TypeError as error:
        raise InvalidInput("settings.broken", path=str(folder), detail=str(error)) from error


def _value(kind: Any, name: str, value: Any, folder: Path) -> Any:
    if kind is Path:
        return folder / Path(value)
    if name == "sensors":
        return tuple(_section(SensorSettings, each, folder) for each in value)
    if name == "interfaces":
        return tuple(value)
    return value
