"""The Modbus codec against published frames and against pymodbus, over RTU and over TCP."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from devices.driver import Fault
from devices.line import SocketLine
from devices.modbus import TcpBus, sealed
from edge.domain.errors import BadFrame, DeviceError, DeviceFault, DeviceUnavailable

Answer = Callable[[bytes], bytes]


def test_a_frame_is_sealed_as_the_standard_says() -> None:
    # The examples of the Modbus over Serial Line guide and of the XY-MD02's manual.
    for frame in ("02 07 41 12", "01 04 00 01 00 02 20 0b", "01 05 00 00 ff 00 8c 3a"):
        octets = bytes.fromhex(frame)
        assert sealed(octets[:-2]) == octets


@contextmanager
def pymodbus_server() -> Iterator[int]:
    """A pymodbus server of one device on a free port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def answer(function: int, *_: object) -> ExcCodes | None:
        return ExcCodes.DEVICE_BUSY if function == 3 else None

    coils = [SimData(0, values=[True, False, True] + [False] * 13, datatype=DataType.BITS)]
    inputs = [SimData(1, values=[205, 65036], datatype=DataType.REGISTERS)]
    holding = [SimData(0, values=[0], datatype=DataType.REGISTERS)]
    device = SimDevice(7, (coils, coils, holding, inputs), action=answer)

    async def listen() -> ModbusTcpServer:
        server = ModbusTcpServer([device], address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        return server

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    try:
        assert isinstance(server.transport, asyncio.Server)
        yield server.transport.sockets[0].getsockname()[1]
    finally:
        ending = server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus gives it no types
        asyncio.run_coroutine_threadsafe(ending, loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def bus_to(port: int) -> Iterator[tuple[SocketLine, TcpBus]]:
    line = SocketLine("127.0.0.1", port, "climate", read_within_s=1.0, reopen_after_s=(0.0,))
    yield line, TcpBus(line, "climate", quiet_s=0.1)
    line.close()


def test_pymodbus_understands_and_is_understood_over_tcp() -> None:
    with pymodbus_server() as port, bus_to(port) as (_, bus):
        assert bus.registers(7, 4, 1, 2) == [205, 65036]
        assert bus.bits(7, 1, 0, 3) == [True, False, True]
        bus.write_coil(7, 1, 0xFF00)
        assert bus.bits(7, 1, 0, 3) == [True, True, True]
        with pytest.raises(DeviceUnavailable) as caught:
            bus.registers(7, 3, 0, 1)
        assert caught.value.fields["fault"] == Fault.BUSY
        with pytest.raises(DeviceFault) as refused:
            bus.registers(7, 4, 400, 1)
        assert refused.value.fields["fault"] == Fault.LINE
        assert bus.registers(7, 4, 1, 2) == [205, 65036]


@contextmanager
def peer(*answers: Answer) -> Iterator[int]:
    """A peer on loopback that answers each request in turn by one of `answers`."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(30)

    def converse() -> None:
        left = list(answers)
        while left:
            connected, _ = listening.accept()
            with connected:
                connected.settimeout(30)
                while left and (request := connected.recv(260)):
                    if (said := left.pop(0)(request)) == b"hang up":
                        break
                    connected.sendall(said)
                else:
                    # Until the other side has had enough.
                    connected.recv(260)

    thread = threading.Thread(target=converse, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    thread.join(30)
    listening.close()


def good(request: bytes, value: int = 205) -> bytes:
    return request[:4] + b"\x00\x05" + request[6:8] + b"\x02" + struct.pack(">H", value)


def late(request: bytes) -> bytes:
    """The answer to an older question, then the right one."""
    old = good(request, 999)
    return b"\x77\x77" + old[2:] + good(request)


def test_a_late_answer_is_told_apart_by_its_number() -> None:
    with peer(late) as port, bus_to(port) as (_, bus):
        assert bus.registers(1, 4, 1, 1) == [205]


@pytest.mark.parametrize(
    ("answer", "form", "fault"),
    [
        (lambda _: b"", DeviceUnavailable, Fault.TIMEOUT),
        (lambda _: b"hang up", DeviceUnavailable, Fault.ABSENT),
        (lambda request: good(request)[:-1], DeviceUnavailable, Fault.ABSENT),
        (lambda request: request[:4] + b"\xff\xff" + request[6:], BadFrame, Fault.LINE),
        (lambda request: good(request)[:6] + b"\x09" + good(request)[7:], BadFrame, Fault.LINE),
        (lambda request: good(request)[:4] + b"\x00\x03" + request[6:7] + b"\x84\x0b",
         DeviceUnavailable, Fault.TIMEOUT),
        (lambda request: good(request)[:8] + b"\x04\x00\x00", BadFrame, Fault.LINE),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_by_its_name_and_the_next_is_heard(
    answer: Answer, form: type[DeviceError], fault: Fault
) -> None:
    with peer(answer, good) as port, bus_to(port) as (_, bus):
        with pytest.raises(form) as caught:
            bus.registers(1, 4, 1, 1)
        assert caught.value.fields["fault"] == fault
        assert bus.registers(1, 4, 1, 1) == [205]
