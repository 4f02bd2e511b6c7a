"""Keeping watch over the power: how far it has come, and its alarms on record."""

from edge.domain.climate import Breach, BreachKind, Limits
from edge.domain.power import Power, PowerRules, PowerWatch, Stage
from edge.workflows.office import Office
from edge.workflows.storage_room import record_all

# Where the power stands among the alarms; it is of no room.
UPS, NOWHERE = "UPS", ""
_UNHEARD_MS = 60_000


class PowerKeeper:
    """The power of one box; `take` belongs to the loop that listens to the UPS."""

    def __init__(self, office: Office, rules: PowerRules) -> None:
        self._office, self._watch = office, PowerWatch(rules)
        self._unheard_since: int | None = None
        # What a run before this one left open is settled by the first answer.
        self._settled = False
        self._told: BreachKind | None = None

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        return self._watch.stage

    @property
    def charge(self) -> float | None:
        """The battery's charge in percent as last heard; None where the UPS does not say."""
        return self._watch.last.charge if self._watch.last else None

    def take(self, power: Power) -> Stage:
        """Take one answer of the UPS, and bring the alarms up to it."""
        stage = self._watch.note(power)
        unheard = power.at_ms if stage is Stage.UNKNOWN else None
        self._unheard_since = (self._unheard_since or unheard) if unheard else None
        breach = self._breach(stage, power.at_ms)
        kind = breach.kind if breach else None
        if not self._settled or kind is not self._told:
            found = [breach] if breach else []
            record_all(self._office, NOWHERE, [], Limits(), found=found, settled=[UPS])
            self._settled, self._told = True, kind
        return stage

    def _breach(self, stage: Stage, now: int) -> Breach | None:
        if stage in (Stage.BATTERY, Stage.ENDING):
            charge = self.charge or 0.0
            return Breach(UPS, BreachKind.ON_BATTERY, None, now, now, charge, 0.0)
        since = self._unheard_since
        if stage is Stage.UNKNOWN and since is not None and now - since >= _UNHEARD_MS:
            return Breach(UPS, BreachKind.POWER_UNKNOWN, None, since, now, 0.0, 0.0)
        return None
