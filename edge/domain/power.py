"""The power of a box: mains, battery, and when to stop before the battery ends."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Power:
    """One answer of the UPS, or the lack of one (`fault` is a device fault's value).

    `charge` in percent, `runtime_s` what the UPS thinks is left; None where it does not say.
    """

    at_ms: int
    mains: bool | None = None
    low: bool = False
    charge: float | None = None
    runtime_s: float | None = None
    model: str = ""
    fault: str = ""


class Stage(StrEnum):
    """How far it has come: mains, on battery, time to stop, or not known."""

    MAINS = "mains"
    BATTERY = "battery"
    ENDING = "ending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PowerRules:
    """When to stop: charge in percent, times in milliseconds; 0 for no such rule.

    `lost_ms` is how long a UPS may be out of hearing while on battery before its battery is taken
    for ended. `return_charge` is what it must have again after a stop before work goes on.
    """

    least_charge: float = 20.0
    least_runtime_ms: int = 180_000
    longest_ms: int = 0
    lost_ms: int = 30_000
    return_charge: float = 0.0


@dataclass(slots=True)
class PowerWatch:
    """What has been heard of the power; `note` takes answers in their order."""

    rules: PowerRules
    stage: Stage = Stage.UNKNOWN
    last: Power | None = None
    on_battery_since: int | None = None
    _heard_at: int = 0

    def note(self, power: Power) -> Stage:
        """Take one answer; says how far it has come.

        Once it is time to stop it stays so until the mains are back: a battery that is no longer
        asked for much shows more charge than it has.
        """
        if power.mains is None:
            self.stage = self._unheard(power.at_ms)
            return self.stage
        self.last, self._heard_at = power, power.at_ms
        if power.mains:
            self.on_battery_since = None
            waits = self.stage is Stage.ENDING and self._is_weak(power)
            self.stage = Stage.ENDING if waits else Stage.MAINS
            return self.stage
        self.on_battery_since = self.on_battery_since or power.at_ms
        ended = self.stage is Stage.ENDING or self._ends(power)
        self.stage = Stage.ENDING if ended else Stage.BATTERY
        return self.stage

    def _unheard(self, now_ms: int) -> Stage:
        if self.on_battery_since is None or self.stage is Stage.ENDING:
            return Stage.ENDING if self.stage is Stage.ENDING else Stage.UNKNOWN
        lost = now_ms - self._heard_at >= self.rules.lost_ms
        return Stage.ENDING if lost else Stage.BATTERY

    def _ends(self, power: Power) -> bool:
        rules = self.rules
        assert self.on_battery_since is not None
        lasted = power.at_ms - self.on_battery_since
        return (
            power.low
            or (power.charge is not None and power.charge <= rules.least_charge)
            or (power.runtime_s is not None and power.runtime_s * 1000 <= rules.least_runtime_ms)
            or (rules.longest_ms > 0 and lasted >= rules.longest_ms)
        )

    def _is_weak(self, power: Power) -> bool:
        return power.low or (power.charge is not None and power.charge < self.rules.return_charge)
