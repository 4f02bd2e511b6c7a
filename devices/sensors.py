"""The models of what hangs on a room's line, and which of their answers are believed."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices.driver import Fault
from edge.domain.climate import Reading
from edge.domain.errors import BadFrame
from edge.domain.room import ContactKind, SwitchKind

_PROFILES = Path(__file__).parent / "profiles"
# Two answers of a minute apart differ by less; a real change is believed once it has been repeated.
JUMP_TEMPERATURE, JUMP_HUMIDITY = 12.0, 35.0
BELIEVED_AFTER = 3


@dataclass(frozen=True, slots=True)
class Register:
    """One quantity within a model's block and the values that can be believed."""

    at: int
    scale: float
    signed: bool
    lowest: float
    highest: float

    def value(self, block: Sequence[int]) -> float:
        """Scale the register to one decimal; raises `BadFrame` on a value beyond belief."""
        raw = block[self.at]
        if self.signed and raw >= 0x8000:
            raw -= 0x10000
        value = round(raw * self.scale, 1)
        if not self.lowest <= value <= self.highest:
            raise implausible(f"implausible {value}")
        return value

    def raw(self, value: float) -> int:
        """Spell a value as the sensor would."""
        return round(value / self.scale) & 0xFFFF


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of sensor of the air, a table of profiles/climate.toml."""

    name: str
    baud: int
    function: int
    start: int
    count: int
    temperature: Register
    humidity: Register


@dataclass(frozen=True, slots=True)
class ContactModel:
    """A kind of contact, a table of profiles/contacts.toml; `kind` is empty for any."""

    name: str
    baud: int
    function: int
    start: int
    on: tuple[int, ...]
    off: tuple[int, ...]
    kind: str = ""

    def value(self, raw: int) -> bool:
        """Say whether a value means on; raises `BadFrame` on one that means nothing."""
        if raw in self.on:
            return True
        if raw in self.off:
            return False
        raise implausible(f"implausible {raw}")


@dataclass(frozen=True, slots=True)
class RelayModel:
    """A kind of relay module, a table of profiles/relays.toml; without `hold_start` it holds on."""

    name: str
    baud: int
    channels: int
    hold_start: int | None = None
    hold_unit_ms: int = 100
    hold_most: int = 0


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor on the line: its name in the readings, its Modbus address, its model's key.

    `channel` tells contacts of one module apart; `kind` says what a module's contact means;
    `closed` "off" turns a contact round that opens in alarm.
    """

    name: str
    address: int
    model: str = "XY-MD02"
    channel: int = 0
    kind: str = ""
    closed: str = "on"


@dataclass(frozen=True, slots=True)
class Switch:
    """A relay on the line and what it drives.

    `guards` names the contacts that must answer off right before and while it is on; `pulse_s` is
    the length of one movement of an aisle.
    """

    name: str
    kind: SwitchKind
    address: int
    channel: int
    model: str = "WAVESHARE-8"
    guards: tuple[str, ...] = ()
    pulse_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Models:
    """Every model that is known, by key."""

    air: Mapping[str, Model]
    contacts: Mapping[str, ContactModel]
    relays: Mapping[str, RelayModel]

    def of(self, key: str) -> Model | ContactModel | None:
        """The sensor model of that key, None where there is none."""
        return self.air.get(key) or self.contacts.get(key)

    def meaning(self, sensor: Sensor) -> ContactKind | None:
        """What a contact tells; None for a sensor of the air. Raises ValueError on another word."""
        model = self.contacts.get(sensor.model)
        return None if model is None else ContactKind(sensor.kind or model.kind)


def load_models(folder: Path = _PROFILES) -> Models:
    """Read the models that are known."""
    air = {key: _model(table) for key, table in _tables(folder / "climate.toml").items()}
    contacts = {
        key: ContactModel(**{**table, "on": tuple(table["on"]), "off": tuple(table["off"])})
        for key, table in _tables(folder / "contacts.toml").items()
    }
    relays = {key: RelayModel(**table) for key, table in _tables(folder / "relays.toml").items()}
    return Models(air, contacts, relays)


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    return tomllib.loads(path.read_text("utf-8"))


def _model(table: Mapping[str, Any]) -> Model:
    quantities = {key: Register(**table[key]) for key in ("temperature", "humidity")}
    return Model(**{**table, **quantities})


def implausible(detail: str) -> BadFrame:
    """What is raised on an answer that came whole and cannot be believed."""
    return BadFrame("device.climate.line", fault=Fault.LINE, detail=detail)


@dataclass(slots=True)
class Belief:
    """What one sensor of the air is believed to say: a jump must repeat itself first."""

    last: Reading | None = None
    _doubted: list[Reading] = field(default_factory=list)

    def weigh(self, reading: Reading) -> Reading:
        """Give the reading back; raises `BadFrame` while it is a jump that has not repeated."""
        if self.last is not None and _jump(self.last, reading):
            agreeing = bool(self._doubted) and not _jump(self._doubted[-1], reading)
            self._doubted = [*self._doubted, reading] if agreeing else [reading]
            if len(self._doubted) < BELIEVED_AFTER:
                said = f"{reading.temperature} °C {reading.humidity} %"
                raise implausible(f"jump to {said}")
        self.last, self._doubted = reading, []
        return reading


def _jump(before: Reading, after: Reading) -> bool:
    return (
        abs(after.temperature - before.temperature) > JUMP_TEMPERATURE
        or abs(after.humidity - before.humidity) > JUMP_HUMIDITY
    )
