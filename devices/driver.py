"""What every driver is: one small protocol, one set of states, one table of faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Where a device stands; presence is kept apart from health."""

    ABSENT = "absent"
    FOUND = "found"
    OPENING = "opening"
    READY = "ready"
    BUSY = "busy"
    FAULT = "fault"


class Fault(StrEnum):
    """What stopped a device, in words that a clerk can act on."""

    ABSENT = "absent"
    BUSY = "busy"
    JAM = "jam"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    MULTI_FEED = "multi_feed"
    TIMEOUT = "timeout"
    LINE = "line"
    PERMISSION = "permission"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Found:
    """One device seen: `stable_id` survives unplugging, power cycles and changes of port."""

    stable_id: str
    kind: str
    model: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a device now; `detail` is technical text for the folded part of the screen."""

    state: State
    fault: Fault | None = None
    detail: str = ""


class Driver(Protocol):
    """The part that all device kinds share.

    `discover` and `health` are cheap and never block a job. Each kind adds its own verbs
    (a scanner scans, a printer prints), documented in its module. Errors raised are
    `edge.domain.errors.DeviceUnavailable` and `DeviceFault`, with the `Fault` value in
    `fields["fault"]` and key `device.<kind>.<fault>`.
    """

    kind: str

    def discover(self) -> list[Found]:
        """List the devices of this kind that can be seen now."""
        ...

    def health(self) -> Health:
        """Say how the device is."""
        ...
