"""Switches on a room's line: asked for, guarded, held on by repeating, and read back."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from devices.driver import Fault, Health
from devices.line import Standing
from devices.modbus import OFF, ON, READ_COILS, Bus
from devices.sensors import Models, RelayModel, Sensor, Switch
from edge.domain.errors import DeviceError, InvalidInput
from edge.domain.room import Switched, SwitchKind

# A held relay opens by itself when nobody has asked for so long; asked again after a quarter of it.
HOLD_S = 120.0
_ASK_AGAIN = 0.25
# Falling off would darken a lamp that warns; an aisle is held for one movement only.
_NOT_HELD = (SwitchKind.LAMP,)


@dataclass(slots=True)
class _Relay:
    """One switch as its owner knows it."""

    switch: Switch
    model: RelayModel
    standing: Standing
    wanted: bool | None = None
    pending: bool | None = None
    actual: bool | None = None
    held_until: float = 0.0

    @property
    def hold_s(self) -> float:
        if self.model.hold_start is None or self.switch.kind in _NOT_HELD:
            return 0.0
        return self.switch.pulse_s if self.switch.kind is SwitchKind.AISLE else HOLD_S

    def is_held(self, now: float) -> bool:
        """Whether what is on will stay so for a while without being asked again."""
        return bool(self.actual) and now < self.held_until - self.hold_s * (1 - _ASK_AGAIN)


class SwitchDesk:
    """The switches of one line; `ask` is for any thread, the rest for the line's owner."""

    def __init__(
        self,
        switches: Sequence[Switch],
        models: Models,
        clock: Callable[[], int],
        tell: Callable[[Switched], None],
        clear: Callable[[Sequence[str]], bool],
    ) -> None:
        self._relays = {
            each.name: _Relay(each, models.relays[each.model], Standing(f"switch {each.name}"))
            for each in switches
        }
        self._clock, self._tell, self._clear = clock, tell, clear
        self._lock = threading.Lock()

    def ask(self, name: str, on: bool) -> bool:
        """Ask for a state; False where it is so already and will stay so for a while."""
        relay = self._relays[name]
        with self._lock:
            settled = relay.pending is None and relay.wanted is on and relay.actual is on
            if settled and (not on or not relay.hold_s or relay.is_held(time.monotonic())):
                return False
            if relay.switch.kind is SwitchKind.AISLE and settled:
                return False
            relay.pending = on
        return True

    def release(self) -> None:
        """Ask for all that is held to be off, as when the box stops."""
        for relay in self._relays.values():
            if (relay.wanted or relay.pending) and relay.switch.kind not in _NOT_HELD:
                self.ask(relay.switch.name, False)

    @property
    def moving(self) -> bool:
        """Whether an aisle may be moving now, so that its guards must be watched."""
        return any(True for _ in self._moving())

    def modules(self) -> list[tuple[str, str]]:
        """The relay modules, as address and model name."""
        named = {str(each.switch.address): each.model.name for each in self._relays.values()}
        return sorted(named.items())

    def parts(self) -> dict[str, Health]:
        """How each switch answers, by its name."""
        return {name: relay.standing.health for name, relay in self._relays.items()}

    def standings(self) -> Iterator[Standing]:
        """How each switch answers."""
        return (relay.standing for relay in self._relays.values())

    def serve(self, bus: Bus) -> None:
        """Do what has been asked for; stop an aisle whose guard is no longer clear."""
        for relay in list(self._moving()):
            if not self._clear(relay.switch.guards):
                with self._lock:
                    relay.pending = False
        # Off before on: what must stop never waits for what may start.
        for wanted in (False, True):
            for relay in self._relays.values():
                with self._lock:
                    chosen = relay.pending is wanted
                    relay.pending = None if chosen else relay.pending
                if chosen:
                    self._set(bus, relay, wanted)

    def read_back(self, bus: Bus) -> None:
        """Say what each switch really is."""
        for relay in self._relays.values():
            try:
                self._read(bus, relay)
            except DeviceError as error:
                self._failed(relay, error)
            else:
                self._tell(self._switched(relay))

    def _moving(self) -> Iterator[_Relay]:
        now = time.monotonic()
        for relay in self._relays.values():
            if relay.switch.kind is SwitchKind.AISLE and relay.wanted and now < relay.held_until:
                yield relay

    def _set(self, bus: Bus, relay: _Relay, on: bool) -> None:
        relay.wanted = on
        if on and not self._clear(relay.switch.guards):
            relay.wanted = False
            self._tell(self._switched(relay, Fault.PAUSED))
            return
        try:
            self._write(bus, relay, on)
            self._read(bus, relay)
        except DeviceError as error:
            self._failed(relay, error)
            return
        self._tell(self._switched(relay))

    def _write(self, bus: Bus, relay: _Relay, on: bool) -> None:
        switch, model = relay.switch, relay.model
        if on and relay.hold_s and model.hold_start is not None:
            units = min(round(relay.hold_s * 1000 / model.hold_unit_ms), model.hold_most)
            bus.write_coil(switch.address, model.hold_start + switch.channel, units)
            relay.held_until = time.monotonic() + relay.hold_s
        else:
            bus.write_coil(switch.address, switch.channel, ON if on else OFF)
            relay.held_until = 0.0

    def _read(self, bus: Bus, relay: _Relay) -> None:
        switch = relay.switch
        coils = bus.bits(switch.address, READ_COILS, 0, relay.model.channels)
        relay.actual = coils[switch.channel]
        relay.standing.good()
        if switch.kind is SwitchKind.AISLE and relay.held_until and not relay.actual:
            # The movement is over; the next one must be asked for.
            relay.wanted, relay.held_until = False, 0.0

    def _failed(self, relay: _Relay, error: DeviceError) -> None:
        fault = Fault(str(error.fields["fault"]))
        relay.actual = None
        relay.standing.bad(fault, f"{relay.switch.name}: {error.fields['detail']}")
        self._tell(self._switched(relay, fault))

    def _switched(self, relay: _Relay, fault: str = "") -> Switched:
        return Switched(relay.switch.name, self._clock(), relay.actual, relay.wanted, str(fault))


def refuse_unworkable(
    sensors: Sequence[Sensor], switches: Sequence[Switch], models: Models
) -> list[int]:
    """List the speeds that the parts of a line want; raises `InvalidInput` for no workable line."""
    for sensor in sensors:
        model = models.of(sensor.model)
        if model is None:
            raise InvalidInput("climate.model", sensor=sensor.name, model=sensor.model)
        try:
            models.meaning(sensor)
        except ValueError as error:
            raise InvalidInput("climate.kind", sensor=sensor.name) from error
    for switch in switches:
        _refuse_switch(switch, sensors, models)
    parts: tuple[Sensor | Switch, ...] = (*sensors, *switches)
    names = {each.name for each in parts}
    places = {(each.address, each.channel, isinstance(each, Switch)) for each in parts}
    if not len(names) == len(places) == len(parts) > 0 or not sensors:
        raise InvalidInput("climate.sensors")
    bauds = {model.baud for each in sensors if (model := models.of(each.model)) is not None}
    return sorted(bauds | {models.relays[each.model].baud for each in switches})


def _refuse_switch(switch: Switch, sensors: Sequence[Sensor], models: Models) -> None:
    model = models.relays.get(switch.model)
    if model is None or not 0 <= switch.channel < model.channels:
        raise InvalidInput("climate.model", sensor=switch.name, model=switch.model)
    contacts = {each.name for each in sensors if each.model in models.contacts}
    if not set(switch.guards) <= contacts or (
        switch.kind is SwitchKind.AISLE and not switch.guards
    ):
        raise InvalidInput("climate.guards", sensor=switch.name)
    # Only the module's own clock stops an aisle that the box has left moving.
    if switch.kind is SwitchKind.AISLE and model.hold_start is None:
        raise InvalidInput("climate.aisle", sensor=switch.name, model=switch.model)
