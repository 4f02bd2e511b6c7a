"""Every error that a person may see.

ArchiveError
├── InvalidInput       the reader can correct what was typed or offered
├── NotFound           nothing of that name here
├── Conflict           the act clashes with what is on record
├── Denied             the right is missing
└── StorageFull        the disk has no room; nothing was lost
SyncError
├── PeerUnreachable    no line to the peer; try again later
├── PeerRefused        the peer said no; an operator must act
├── SchemaAhead        the peer speaks a newer schema; wait for an update
└── SegmentRejected    a segment failed verification or admission; quarantined
DeviceError            see `devices.driver` for the states a device passes
├── DeviceUnavailable  absent, offline or occupied; try again
├── DeviceFault        a part that a clerk can touch: jam, cover, paper
└── BadFrame           a damaged frame on a line; counted and dropped

Each carries a message key and fields; the sentences live in `kiosk_ui/messages`.
"""


class DangxiaError(Exception):
    """The root: `key` names the sentence to show, `fields` fill its places."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields

    def __str__(self) -> str:
        places = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"{self.key}({places})"


class ArchiveError(DangxiaError):
    """An act of the archive that could not be done."""


class InvalidInput(ArchiveError):
    """What was typed or offered is wrong; the reader can correct it."""


class NotFound(ArchiveError):
    """Nothing of that name is held here."""


class Conflict(ArchiveError):
    """The act clashes with what is on record."""


class Denied(ArchiveError):
    """The person has no right to this act."""


class StorageFull(ArchiveError):
    """The disk has no room; the act was not begun or was undone whole."""


class SyncError(DangxiaError):
    """An exchange with a peer that could not be completed."""


class PeerUnreachable(SyncError):
    """No line to the peer; the next round tries again."""


class PeerRefused(SyncError):
    """The peer refused this box; an operator must act."""


class SchemaAhead(SyncError):
    """The peer speaks a newer schema; this side must be updated first."""


class SegmentRejected(SyncError):
    """A segment failed verification or admission and was quarantined."""


class DeviceError(DangxiaError):
    """A device could not do what was asked."""


class DeviceUnavailable(DeviceError):
    """The device is absent, offline or occupied; trying again may help."""


class DeviceFault(DeviceError):
    """A part that a clerk can touch stopped the work."""


class BadFrame(DeviceError):
    """A damaged frame arrived on a line; it is counted and dropped."""
