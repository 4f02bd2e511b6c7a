"""A relay module on a simulated Modbus RTU line: coils, and coils that open again by themselves."""

import struct
import time

from devices.modbus import OFF, ON, READ_COILS, WRITE_COIL, sealed
from devices.sensors import RelayModel

_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3


class RelayModule:
    """One module; its relays keep their state while the line is unplugged, as real ones do."""

    def __init__(self, address: int, model: RelayModel) -> None:
        self._address, self._model = address, model
        self._closed_until = [0.0] * model.channels
        self._stuck: dict[int, bool] = {}

    def closed(self) -> list[bool]:
        """Which relays are closed now."""
        now = time.monotonic()
        return [
            self._stuck.get(channel, until > now)
            for channel, until in enumerate(self._closed_until)
        ]

    def stick(self, channel: int, stuck: bool) -> None:
        """Weld a relay as it is, or free it."""
        if stuck:
            self._stuck[channel] = self.closed()[channel]
        else:
            self._stuck.pop(channel, None)

    def answer(self, frame: bytes) -> bytes:
        """Answer one frame; a damaged one is not answered."""
        if len(frame) != 8 or sealed(frame[:-2]) != frame:
            return b""
        function, at, value = struct.unpack(">BHH", frame[1:6])
        if function == READ_COILS:
            said = self._read(at, value)
        elif function == WRITE_COIL:
            said = self._write(at, value)
        else:
            said = _ILLEGAL_FUNCTION
        if isinstance(said, int):
            said = bytes((function | 0x80, said))
        return sealed(bytes((self._address,)) + said)

    def _read(self, at: int, count: int) -> bytes | int:
        if not 0 < count <= self._model.channels - at:
            return _ILLEGAL_ADDRESS
        packed = sum(each << place for place, each in enumerate(self.closed()[at : at + count]))
        octets = packed.to_bytes((count + 7) // 8, "little")
        return bytes((READ_COILS, len(octets))) + octets

    def _write(self, at: int, value: int) -> bytes | int:
        hold = self._model.hold_start
        if hold is not None and 0 <= at - hold < self._model.channels:
            if value > self._model.hold_most:
                return _ILLEGAL_VALUE
            seconds = value * self._model.hold_unit_ms / 1000
            self._closed_until[at - hold] = time.monotonic() + seconds
        elif at >= self._model.channels:
            return _ILLEGAL_ADDRESS
        elif value in (ON, OFF):
            self._closed_until[at] = float("inf") if value == ON else 0.0
        else:
            return _ILLEGAL_VALUE
        return struct.pack(">BHH", WRITE_COIL, at, value)
