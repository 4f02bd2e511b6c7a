"""Room sensors on a Modbus RTU line: one owner thread asks each sensor in its turn."""

import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import minimalmodbus
import serial

from devices.driver import Fault, Found, Health, State
from devices.line import REOPEN_AFTER_S, Outbox, SerialLine, Standing, Wiring
from edge.domain.climate import Missing, Reading
from edge.domain.errors import BadFrame, DeviceError, DeviceFault, DeviceUnavailable, InvalidInput

_PROFILES = Path(__file__).parent / "profiles" / "climate.toml"
# A day of one-minute readings of three sensors, should nobody read for so long.
_KEPT = 4320


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
            raise BadFrame("device.climate.line", fault=Fault.LINE, detail=f"implausible {value}")
        return value

    def raw(self, value: float) -> int:
        """Spell a value as the sensor would."""
        return round(value / self.scale) & 0xFFFF


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of sensor, a table of profiles/climate.toml."""

    name: str
    baud: int
    function: int
    start: int
    count: int
    temperature: Register
    humidity: Register


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor on the line: its name in the readings, its Modbus address, its model's key."""

    name: str
    address: int
    model: str = "XY-MD02"


def load_models(path: Path = _PROFILES) -> dict[str, Model]:
    """Read the known sensor models by key."""
    return {key: _model(table) for key, table in tomllib.loads(path.read_text("utf-8")).items()}


def _model(table: Mapping[str, Any]) -> Model:
    quantities = {key: Register(**table[key]) for key in ("temperature", "humidity")}
    return Model(**{**table, **quantities})


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a line, in seconds.

    `quiet_s` must cover the slowest sensor: a Modbus RTU answer does not name its question, so
    after a failure the line is kept quiet until a late answer has passed.
    """

    interval_s: float = 60.0
    answer_within_s: float = 0.5
    quiet_s: float = 1.0
    tries: int = 2
    reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S


class ClimateLine:
    """The driver of all sensors on one line; `clock` gives milliseconds since the epoch, UTC.

    `baud` overrides the models' own. Raises `InvalidInput` where a model is unknown, two sensors
    share a name or an address, or their models want different speeds.
    """

    kind = "climate"

    def __init__(
        self,
        path: Path,
        sensors: Sequence[Sensor],
        clock: Callable[[], int],
        pace: Pace | None = None,
        baud: int | None = None,
        models: Mapping[str, Model] | None = None,
    ) -> None:
        self._models = load_models() if models is None else models
        self._sensors = tuple(sensors)
        self._clock = clock
        self._pace = pace or Pace()
        self._standings = {sensor.name: Standing(f"sensor {sensor.name}") for sensor in sensors}
        wiring = Wiring(baud or self._agreed_baud(), read_within_s=self._pace.answer_within_s)
        self._line = SerialLine(path, self.kind, wiring, self._pace.reopen_after_s)
        self._outbox: Outbox[Reading | Missing] = Outbox(_KEPT)

    def __enter__(self) -> Self:
        """Start polling."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop polling."""
        self.close()

    def start(self) -> None:
        """Start the owner thread, which polls at once and then every interval."""
        self._line.start(self._turn)

    def close(self) -> None:
        """Stop the owner thread, close the tty, end `readings`."""
        self._line.close()
        self._outbox.close()

    def readings(self) -> Iterator[Reading | Missing]:
        """Wait for what each poll gave, one record a sensor, until the driver is closed."""
        return iter(self._outbox)

    def discover(self) -> list[Found]:
        """List the sensors whose line is plugged in."""
        if not self._line.path.exists():
            return []
        return [
            Found(
                f"{self._line.path.name}:{sensor.address}",
                self.kind,
                self._models[sensor.model].name,
                str(self._line.path),
            )
            for sensor in self._sensors
        ]

    def health(self) -> Health:
        """Say how the line is, or else the first sensor that does not answer."""
        if self._line.health.state is not State.READY:
            return self._line.health
        for standing in self._standings.values():
            if standing.health.fault is not None:
                return standing.health
        return self._line.health

    def _agreed_baud(self) -> int:
        for sensor in self._sensors:
            if sensor.model not in self._models:
                raise InvalidInput("climate.model", sensor=sensor.name, model=sensor.model)
        names = {sensor.name for sensor in self._sensors}
        addresses = {sensor.address for sensor in self._sensors}
        if not len(names) == len(addresses) == len(self._sensors) > 0:
            raise InvalidInput("climate.sensors")
        bauds = {self._models[sensor.model].baud for sensor in self._sensors}
        if len(bauds) != 1:
            raise InvalidInput("climate.baud", bauds=sorted(bauds))
        return bauds.pop()

    def _turn(self) -> float:
        started = time.monotonic()
        for sensor in self._sensors:
            if self._line.closing:
                break
            self._outbox.put(self._poll(sensor))
        return self._pace.interval_s - (time.monotonic() - started)

    def _poll(self, sensor: Sensor) -> Reading | Missing:
        fault = Fault.TIMEOUT
        detail = ""
        for _ in range(self._pace.tries):
            try:
                reading = self._read(sensor)
            except DeviceError as error:
                fault = Fault(str(error.fields["fault"]))
                detail = str(error.fields["detail"])
                if self._line.health.state is not State.READY:
                    return Missing(sensor.name, self._clock(), fault)
            else:
                self._standings[sensor.name].good()
                return reading
        self._standings[sensor.name].bad(fault, f"{sensor.name}: {detail}")
        return Missing(sensor.name, self._clock(), fault)

    def _read(self, sensor: Sensor) -> Reading:
        model = self._models[sensor.model]
        failure: DeviceError | None = None
        block: list[int] = []
        with self._line.use() as port:
            try:
                block = _ask(port, sensor.address, model)
            except DeviceError as error:
                failure = error
                self._line.drain(port, self._pace.quiet_s)
        if failure is not None:
            raise failure
        temperature, humidity = model.temperature.value(block), model.humidity.value(block)
        return Reading(sensor.name, self._clock(), temperature, humidity)


def _ask(port: serial.Serial, address: int, model: Model) -> list[int]:
    """Read a model's block; minimalmodbus verifies address, function, length and checksum."""
    instrument = minimalmodbus.Instrument(port, address)
    try:
        block = instrument.read_registers(model.start, model.count, model.function)
    except minimalmodbus.NoResponseError as error:
        raise _failure(DeviceUnavailable, Fault.TIMEOUT, error) from error
    except minimalmodbus.SlaveDeviceBusyError as error:
        raise _failure(DeviceUnavailable, Fault.BUSY, error) from error
    except minimalmodbus.SlaveReportedException as error:
        raise _failure(DeviceFault, Fault.LINE, error) from error
    except (minimalmodbus.ModbusException, ValueError) as error:
        raise _failure(BadFrame, Fault.LINE, error) from error
    return [int(register) for register in block]


def _failure(form: type[DeviceError], fault: Fault, error: Exception) -> DeviceError:
    return form(f"device.climate.{fault}", fault=fault, detail=str(error))
