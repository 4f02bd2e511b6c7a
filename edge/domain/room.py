"""What a storage room holds beside its air: contacts that tell, switches that act, and the power.

Contacts are smoke, water, door and presence; switches are dehumidifier, air conditioner, alarm
lamp and shelving aisle. `domain.interlock` says when a switch may be on.
"""

from dataclasses import dataclass
from enum import StrEnum

from edge.domain.climate import Missing, Reading


class ContactKind(StrEnum):
    """What a contact tells; on means smoke, water, an open door, somebody in the aisles."""

    SMOKE = "smoke"
    LEAK = "leak"
    DOOR = "door"
    PRESENCE = "presence"


class SwitchKind(StrEnum):
    """What a switch drives."""

    DEHUMIDIFIER = "dehumidifier"
    AIR_CONDITIONER = "air_conditioner"
    LAMP = "lamp"
    AISLE = "aisle"


@dataclass(frozen=True, slots=True)
class Contact:
    """One answer of a contact; `at_ms` since the epoch, UTC."""

    sensor: str
    at_ms: int
    kind: ContactKind
    on: bool


@dataclass(frozen=True, slots=True)
class Switched:
    """What a switch was found to be, read back from the device.

    `actual` is None where it could not be read, and `fault` says why (a device fault's value).
    `wanted` is what was last asked for in this run of the box, None for nothing yet.
    """

    switch: str
    at_ms: int
    actual: bool | None
    wanted: bool | None = None
    fault: str = ""


Record = Reading | Missing | Contact | Switched
