"""The line of a storage room: one owner thread asks its sensors and sets its switches in turn."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.actuators import SwitchDesk, refuse_unworkable
from devices.driver import Fault, Found, Health, State
from devices.line import REOPEN_AFTER_S, SerialLine, SocketLine, Standing, Wiring
from devices.listener import Listener
from devices.modbus import Bus, RtuBus, TcpBus
from devices.sensors import Belief, ContactModel, Model, Models, Sensor, Switch, load_models
from edge.domain.climate import Missing, Reading
from edge.domain.errors import DeviceError, InvalidInput
from edge.domain.room import Contact, Record

# A day of one-minute readings of three sensors, should nobody read for so long.
_KEPT = 4320


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a line, in seconds.

    The air is read every `interval_s`, contacts and switches every `watch_s`. `quiet_s` must cover
    the slowest sensor: a Modbus RTU answer does not name its question, so after a failure the line
    is kept quiet until a late answer has passed. A sensor that is down already is asked but once a
    round, so that its neighbours are not kept waiting.
    """

    interval_s: float = 60.0
    answer_within_s: float = 0.5
    quiet_s: float = 1.0
    tries: int = 2
    reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S
    watch_s: float = 5.0
    guard_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Gateway:
    """A Modbus TCP gateway, or a device that speaks Modbus TCP itself."""

    host: str
    port: int = 502


class ClimateLine(Listener[SerialLine | SocketLine, Record]):
    """The driver of all that hangs on one line; `clock` gives milliseconds since the epoch, UTC.

    `place` is a tty or a TCP gateway. `baud` overrides the models' own. Raises `InvalidInput`
    where a model is unknown, two sensors share a name or an address, a switch names a guard that
    is no contact, or the models on a serial line want different speeds.
    """

    kind = "climate"

    def __init__(
        self,
        place: Path | Gateway,
        sensors: Sequence[Sensor],
        clock: Callable[[], int],
        pace: Pace | None = None,
        baud: int | None = None,
        models: Models | None = None,
        switches: Sequence[Switch] = (),
    ) -> None:
        self._models = load_models() if models is None else models
        self._sensors = tuple(sensors)
        self._clock = clock
        self._pace = pace or Pace()
        agreed = refuse_unworkable(self._sensors, switches, self._models)
        if isinstance(place, Path) and baud is None and len(agreed) != 1:
            raise InvalidInput("climate.baud", bauds=agreed)
        self._standings = {sensor.name: Standing(f"sensor {sensor.name}") for sensor in sensors}
        self._beliefs = {sensor.name: Belief() for sensor in sensors}
        self._bus: Bus
        line, self._bus = self._wired(place, baud or agreed[0])
        super().__init__(line, _KEPT)
        self._desk = SwitchDesk(switches, self._models, clock, self._outbox.put, self._clear)
        self._air = [each for each in self._sensors if each.model in self._models.air]
        self._contacts = [each for each in self._sensors if each not in self._air]
        self._air_due = self._watch_due = 0.0
        self._came = threading.Event()

    def _wired(
        self, place: Path | Gateway, baud: int
    ) -> tuple[SerialLine, Bus] | tuple[SocketLine, Bus]:
        pace = self._pace
        if isinstance(place, Path):
            wiring = Wiring(baud, read_within_s=pace.answer_within_s)
            tty = SerialLine(place, self.kind, wiring, pace.reopen_after_s)
            return tty, RtuBus(tty, self.kind, pace.quiet_s)
        # The gateway has its own line behind it, and its own patience with that.
        patience = max(pace.answer_within_s, pace.quiet_s)
        link = SocketLine(place.host, place.port, self.kind, patience, pace.reopen_after_s)
        return link, TcpBus(link, self.kind, pace.quiet_s)

    def start(self) -> None:
        """Start the owner thread, which polls at once, and lets go of held switches at the end."""
        self._line.start(self._turn, self._part)

    def came(self) -> None:
        """Open the line and ask everybody at once: it has just been plugged in."""
        self._came.set()
        super().came()

    def readings(self) -> Iterator[Record]:
        """Wait for what each poll gave, one record at a time, until the driver is closed."""
        return iter(self._outbox)

    def batches(self) -> Iterator[list[Record]]:
        """Wait for what the polls gave, each time all that there is, until the driver is closed."""
        return self._outbox.batches()

    def switch(self, name: str, on: bool) -> None:
        """Ask for a switch to be on or off; a `Switched` record tells what became of it.

        Repeating what is asked already holds it so. Raises KeyError for a switch that is not here.
        """
        if self._desk.ask(name, on):
            self._line.hurry()

    def discover(self) -> list[Found]:
        """List the sensors and relay modules whose line is plugged in."""
        if not self._line.plugged:
            return []
        place = self._line.name
        sensors = [
            (f"{each.address}.{each.channel}" if each.channel else f"{each.address}", model.name)
            for each in self._sensors
            if (model := self._models.of(each.model)) is not None
        ]
        return [
            Found(f"{place}:{at}", self.kind, model, place)
            for at, model in [*sensors, *self._desk.modules()]
        ]

    def health(self) -> Health:
        """Say how the line is, or else the first part that does not answer."""
        if self._line.health.state is not State.READY:
            return self._line.health
        for standing in (*self._standings.values(), *self._desk.standings()):
            if standing.health.fault is not None:
                return standing.health
        return self._line.health

    def parts(self) -> dict[str, Health]:
        """How each sensor and switch answers, by its name; found until it was asked."""
        sensors = {name: standing.health for name, standing in self._standings.items()}
        return sensors | self._desk.parts()

    def _turn(self) -> float:
        """Do what is due; the air by a fixed beat, so that a slow round costs no minute."""
        if self._came.is_set():
            self._came.clear()
            self._air_due = self._watch_due = 0.0
        now = time.monotonic()
        if self._air_due <= now:
            self._air_due = _next(self._air_due, self._pace.interval_s, now)
            # What fails is asked last: it must not keep the others waiting.
            for sensor in sorted(self._air, key=self._is_down):
                self._watch()
                self._ask(sensor)
        self._watch()
        if self._desk.moving:
            return self._pace.guard_s
        return min(self._air_due, self._watch_due) - time.monotonic()

    def _watch(self) -> None:
        """Do what was asked of the switches; where it is time, ask contacts and switches."""
        self._desk.serve(self._bus)
        now = time.monotonic()
        if self._watch_due > now or self._line.closing:
            return
        every = min(self._pace.watch_s, self._pace.interval_s)
        self._watch_due = _next(self._watch_due, every, now)
        for sensor in sorted(self._contacts, key=self._is_down):
            self._ask(sensor)
        if not self._line.closing:
            self._desk.read_back(self._bus)

    def _ask(self, sensor: Sensor) -> None:
        if not self._line.closing:
            self._outbox.put(self._poll(sensor))

    def _part(self) -> None:
        self._desk.release()
        self._desk.serve(self._bus)

    def _is_down(self, sensor: Sensor) -> bool:
        return self._standings[sensor.name].health.fault is not None

    def _poll(self, sensor: Sensor) -> Reading | Contact | Missing:
        fault, detail = Fault.TIMEOUT, ""
        for _ in range(1 if self._is_down(sensor) else self._pace.tries):
            try:
                record = self._read(sensor)
            except DeviceError as error:
                fault = Fault(str(error.fields["fault"]))
                detail = str(error.fields["detail"])
                if self._line.health.state is not State.READY:
                    return Missing(sensor.name, self._clock(), fault)
            else:
                self._standings[sensor.name].good()
                return record
        self._standings[sensor.name].bad(fault, f"{sensor.name}: {detail}")
        return Missing(sensor.name, self._clock(), fault)

    def _read(self, sensor: Sensor) -> Reading | Contact:
        model = self._models.of(sensor.model)
        if isinstance(model, ContactModel):
            on = self._closed(sensor, model)
            kind = self._models.meaning(sensor)
            assert kind is not None
            return Contact(sensor.name, self._clock(), kind, on)
        assert isinstance(model, Model)
        block = self._bus.registers(sensor.address, model.function, model.start, model.count)
        temperature, humidity = model.temperature.value(block), model.humidity.value(block)
        reading = Reading(sensor.name, self._clock(), temperature, humidity)
        return self._beliefs[sensor.name].weigh(reading)

    def _closed(self, sensor: Sensor, model: ContactModel) -> bool:
        at = model.start + sensor.channel
        if model.function <= 2:
            raw = int(self._bus.bits(sensor.address, model.function, at, 1)[0])
        else:
            raw = self._bus.registers(sensor.address, model.function, at, 1)[0]
        return model.value(raw) is (sensor.closed == "on")

    def _clear(self, guards: Sequence[str]) -> bool:
        """Ask the guards of a switch right now; all must answer off."""
        named = {sensor.name: sensor for sensor in self._sensors}
        for name in guards:
            record = self._poll(named[name])
            self._outbox.put(record)
            if not isinstance(record, Contact) or record.on:
                return False
        return True


def _next(due: float, every: float, now: float) -> float:
    return due + every if now < due + every else now + every
