"""Modbus over a serial line (RTU) and over TCP: one codec, one table of what can go wrong.

Both ends of a line speak *requests* (function and its fields) and *answers*; RTU wraps them in an
address and a checksum, TCP in a header that numbers them. An RTU answer does not name its
question: after any failure the line must be drained (`Line.drain`) before it is asked again.
"""

import errno
import socket
import struct
from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar

import serial

from devices.driver import Fault
from devices.line import Line
from edge.domain.errors import BadFrame, DeviceError, DeviceFault, DeviceUnavailable

READ_COILS, READ_INPUTS, WRITE_COIL = 1, 2, 5
ON, OFF = 0xFF00, 0x0000
_ERROR = 0x80
_BUSY = 6
# The gateway's own words for a device that gave no answer.
_GATEWAY_SILENT = (10, 11)
_HEADER = struct.Struct(">HHHB")

Port = TypeVar("Port")


class Bus(Protocol):
    """Asking the devices on one line; only its owner thread may.

    Raises `DeviceUnavailable` (timeout, busy, or the line is lost), `DeviceFault` (the device
    refused), `BadFrame` (what came back is no answer), each with field `fault`.
    """

    def registers(self, address: int, function: int, start: int, count: int) -> list[int]:
        """Read holding (3) or input (4) registers."""
        ...

    def bits(self, address: int, function: int, start: int, count: int) -> list[bool]:
        """Read coils (1) or discrete inputs (2)."""
        ...

    def write_coil(self, address: int, coil: int, value: int) -> None:
        """Write one coil; the device must repeat the request."""
        ...


class _Asking(ABC, Generic[Port]):
    def __init__(self, line: Line[Port], kind: str, quiet_s: float) -> None:
        self._line, self._kind, self._quiet_s = line, kind, quiet_s

    def registers(self, address: int, function: int, start: int, count: int) -> list[int]:
        """Read holding (3) or input (4) registers."""
        octets = self._ask(address, struct.pack(">BHH", function, start, count), 2 + 2 * count)
        return list(struct.unpack(f">{count}H", self._content(octets, 2 * count)))

    def bits(self, address: int, function: int, start: int, count: int) -> list[bool]:
        """Read coils (1) or discrete inputs (2)."""
        length = (count + 7) // 8
        octets = self._ask(address, struct.pack(">BHH", function, start, count), 2 + length)
        content = self._content(octets, length)
        return [bool(content[at // 8] >> at % 8 & 1) for at in range(count)]

    def write_coil(self, address: int, coil: int, value: int) -> None:
        """Write one coil; the device must repeat the request."""
        request = struct.pack(">BHH", WRITE_COIL, coil, value)
        if self._ask(address, request, len(request)) != request:
            raise self._bad("another coil or value was repeated")

    def _ask(self, address: int, request: bytes, length: int) -> bytes:
        """Put one request; a failure is known only once the line is quiet again."""
        failure: DeviceError | None = None
        answer = b""
        with self._line.use() as port:
            try:
                answer = self._exchange(port, address, request, length)
            except DeviceError as error:
                failure = error
                self._line.drain(port, self._quiet_s)
        if failure is not None:
            raise failure
        return answer

    @abstractmethod
    def _exchange(self, port: Port, address: int, request: bytes, length: int) -> bytes: ...

    def _checked(self, answer: bytes, request: bytes, length: int) -> bytes:
        if answer[:1] == bytes((request[0] | _ERROR,)) and len(answer) == 2:
            raise self._refused(answer[1])
        if answer[:1] != request[:1] or len(answer) != length:
            raise self._bad(f"unexpected answer {answer.hex(' ')}")
        return answer

    def _content(self, answer: bytes, length: int) -> bytes:
        if answer[1] != length:
            raise self._bad(f"{answer[1]} bytes announced, not {length}")
        return answer[2:]

    def _refused(self, code: int) -> DeviceError:
        if code in _GATEWAY_SILENT:
            return self._error(DeviceUnavailable, Fault.TIMEOUT, "the gateway heard no answer")
        if code == _BUSY:
            return self._error(DeviceUnavailable, Fault.BUSY, "the device is busy")
        return self._error(DeviceFault, Fault.LINE, f"exception {code}")

    def _silent(self) -> DeviceError:
        return self._error(DeviceUnavailable, Fault.TIMEOUT, "no answer")

    def _bad(self, detail: str) -> DeviceError:
        return self._error(BadFrame, Fault.LINE, detail)

    def _error(self, form: type[DeviceError], fault: Fault, detail: str) -> DeviceError:
        return form(f"device.{self._kind}.{fault}", fault=fault, detail=detail)


class RtuBus(_Asking[serial.Serial]):
    """Modbus RTU on a serial line."""

    def _exchange(self, port: serial.Serial, address: int, request: bytes, length: int) -> bytes:
        port.reset_input_buffer()
        port.write(sealed(bytes((address,)) + request))
        # The shortest answer, an exception, has five bytes; the rest comes only after a good start.
        frame = port.read(5)
        if not frame:
            raise self._silent()
        if len(frame) == 5 and frame[1] & _ERROR == 0 and length > 2:
            frame += port.read(length + 3 - len(frame))
        if len(frame) < 5 or sealed(frame[:-2]) != frame or frame[0] != address:
            raise self._bad(f"damaged answer {frame.hex(' ')}")
        return self._checked(frame[1:-2], request, length)


class TcpBus(_Asking[socket.socket]):
    """Modbus TCP; an answer names its question, so that a late one is told apart."""

    def __init__(self, line: Line[socket.socket], kind: str, quiet_s: float) -> None:
        super().__init__(line, kind, quiet_s)
        self._number = 0

    def _exchange(self, port: socket.socket, address: int, request: bytes, length: int) -> bytes:
        self._number = self._number % 0xFFFF + 1
        port.sendall(_HEADER.pack(self._number, 0, len(request) + 1, address) + request)
        while True:
            head = self._take(port, _HEADER.size)
            number, protocol, size, unit = _HEADER.unpack(head)
            if protocol != 0 or not 2 <= size <= 254:
                raise self._bad(f"no Modbus header: {number} {protocol} {size}")
            answer = self._take(port, size - 1, begun=True)
            if number == self._number:
                break
        if unit != address:
            raise self._bad(f"unit {unit} answered for {address}")
        return self._checked(answer, request, length)

    def _take(self, port: socket.socket, count: int, begun: bool = False) -> bytes:
        taken = b""
        while len(taken) < count:
            try:
                piece = port.recv(count - len(taken))
            except TimeoutError as error:
                if taken or begun:
                    # The rest of this answer would be read as the head of the next.
                    raise ConnectionResetError(errno.ECONNRESET, "an answer broke off") from error
                raise self._silent() from error
            if not piece:
                raise ConnectionResetError(errno.ECONNRESET, "the gateway hung up")
            taken += piece
        return taken


def sealed(octets: bytes) -> bytes:
    """Append the checksum of Modbus RTU (CRC-16, low byte first)."""
    checksum = 0xFFFF
    for octet in octets:
        checksum ^= octet
        for _ in range(8):
            checksum = checksum >> 1 ^ (0xA001 if checksum & 1 else 0)
    return octets + struct.pack("<H", checksum)
