"""A Modbus line of room sensors and relays, whose state and faults can be set while it runs.

It stands on a pty, and behind a TCP gateway too where a port is given. Commands on its socket:
`set ADDRESS TEMPERATURE HUMIDITY`, `contact ADDRESS VALUE [CHANNEL]`, `relays ADDRESS`,
`stick ADDRESS CHANNEL [free]`, `fault MODE [ADDRESS] [SECONDS]`, `unplug`, `replug`.
"""

import argparse
import asyncio
import os
import pty
import random
import threading
import tty
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from devices.sensors import ContactModel, Model, load_models
from devices.simulators.far_end import ControlSocket, PluggableTty, run_until_stopped
from devices.simulators.gateway import Gateway
from devices.simulators.relay import RelayModule
from edge.domain.errors import InvalidInput

DEFAULT_AIR = (20.5, 52.0)
CHANNELS = 8


class LineFault(StrEnum):
    """What can be wrong with the answers of a sensor."""

    OK = "ok"
    SILENT = "silent"
    CORRUPT = "corrupt"
    HALF = "half"
    NOISE = "noise"
    DELAY = "delay"


class ModbusBus:
    """Sensors and relays by Modbus address and model key behind `link`; use as a context manager.

    A real pymodbus server answers for the sensors; between it and the driver a bridge spoils what
    it is told to. With `tcp_port` (0 for any) the line stands behind a gateway too: `tcp_port`.
    """

    def __init__(
        self, link: Path, sensors: Mapping[int, str] | None = None, tcp_port: int | None = None
    ) -> None:
        models, parts = load_models(), sensors or {1: "XY-MD02"}
        self._sensors = {
            address: model for address, key in parts.items() if (model := models.of(key))
        }
        self._relays = {
            address: RelayModule(address, models.relays[key])
            for address, key in parts.items()
            if key in models.relays
        }
        if len(self._sensors) + len(self._relays) < len(parts):
            raise InvalidInput("climate.model", sensor=link.name, model=" ".join(parts.values()))
        self._air = dict.fromkeys(self._sensors, DEFAULT_AIR)
        self._contacts: dict[tuple[int, int], int] = {}
        self._gateway = None if tcp_port is None else Gateway(tcp_port, self._from_gateway)
        self._asked_by_gateway = False
        self._faults: dict[int | None, tuple[LineFault, float]] = {}
        self._tty = PluggableTty(link)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bus", daemon=True)
        self._running = AsyncExitStack()
        self._control: ControlSocket | None = None

    def __enter__(self) -> Self:
        """Start the line, plugged in."""
        self._thread.start()
        self._do(self._open())
        self._control = ControlSocket(self._tty.link, self._obey)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the line."""
        if self._control is not None:
            self._control.close()
        self._do(self._running.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def set(self, address: int, temperature: float, humidity: float) -> None:
        """Change the air at a sensor: °C and %RH."""
        if address not in self._sensors:
            raise InvalidInput("simulator.address", address=address)
        self._air[address] = (temperature, humidity)

    def contact(self, address: int, value: int, channel: int = 0) -> None:
        """Change what a contact says, as the raw value that its register or input holds."""
        if not isinstance(self._sensors.get(address), ContactModel):
            raise InvalidInput("simulator.address", address=address)
        self._contacts[address, channel] = value

    def relays(self, address: int) -> list[bool]:
        """Say which relays of a module are closed."""
        if address not in self._relays:
            raise InvalidInput("simulator.address", address=address)
        return self._relays[address].closed()

    def stick(self, address: int, channel: int, stuck: bool = True) -> None:
        """Weld a relay as it is, or free it."""
        self._relays[address].stick(channel, stuck)

    @property
    def tcp_port(self) -> int:
        """The gateway's port."""
        assert self._gateway is not None
        return self._gateway.port

    def fault(self, mode: LineFault, address: int | None = None, seconds: float = 1.0) -> None:
        """Spoil the answers of one sensor or of all; `seconds` is the length of a delay."""
        self._faults[address] = (mode, seconds)

    def unplug(self) -> None:
        """Take the adapter out."""
        self._do(self._unplug())

    def replug(self) -> None:
        """Put the adapter in again."""
        self._do(self._plug())

    def _obey(self, command: str) -> str:
        match command.split():
            case ["set", address, temperature, humidity]:
                self.set(int(address), float(temperature), float(humidity))
            case ["contact", address, value]:
                self.contact(int(address), int(value))
            case ["contact", address, value, channel]:
                self.contact(int(address), int(value), int(channel))
            case ["relays", address]:
                return "ok " + "".join(str(int(each)) for each in self.relays(int(address)))
            case ["stick", address, channel, *free]:
                self.stick(int(address), int(channel), not free)
            case ["fault", mode]:
                self.fault(LineFault(mode))
            case ["fault", mode, address]:
                self.fault(LineFault(mode), int(address))
            case ["fault", mode, address, seconds]:
                self.fault(LineFault(mode), int(address), float(seconds))
            case ["unplug"]:
                self.unplug()
            case ["replug"]:
                self.replug()
            case _:
                raise ValueError(f"unknown command {command!r}")
        return "ok"

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _open(self) -> None:
        far, near = pty.openpty()
        self._running.callback(os.close, near)
        self._running.callback(os.close, far)
        tty.setraw(far)
        tty.setraw(near)
        server = ModbusSerialServer(
            [self._device(address, model) for address, model in self._sensors.items()],
            framer=FramerType.RTU,
            port=os.ttyname(near),
            # Without this an absent address would answer, as no real line does.
            ignore_missing_devices=True,
        )
        await server.serve_forever(background=True)
        self._running.push_async_callback(server.shutdown)
        self._loop.add_reader(far, self._answer, far)
        self._running.callback(self._loop.remove_reader, far)
        self._server_end = far
        await self._plug()
        self._running.push_async_callback(self._unplug)
        if self._gateway is not None:
            await self._gateway.open()
            self._running.push_async_callback(self._gateway.close)

    async def _plug(self) -> None:
        if self._tty.far is None:
            self._loop.add_reader(self._tty.plug(), self._request)

    async def _unplug(self) -> None:
        if self._tty.far is not None:
            self._loop.remove_reader(self._tty.far)
            self._tty.unplug()

    def _device(self, address: int, model: Model | ContactModel) -> SimDevice:
        first = model.start
        if isinstance(model, Model):
            count, is_bits = model.count, False
        else:
            count, is_bits = CHANNELS, model.function <= 2
        # pymodbus wants four blocks, none empty: coils, discrete, holding, input registers.
        bits = [SimData(0, count=8, values=False, datatype=DataType.BITS)]
        other = [SimData(0, values=[0], datatype=DataType.REGISTERS)]
        own = [SimData(first, values=[0] * count, datatype=DataType.REGISTERS)]
        if is_bits:
            own = [SimData(first, count=count, values=False, datatype=DataType.BITS)]
        blocks = [bits, bits, other, other]
        blocks[{1: 0, 2: 1, 3: 2, 4: 3}[model.function]] = own

        async def answer(
            function: int,
            start: int,
            at: int,
            asked: int,
            registers: list[int],
            _values: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            if function == model.function:
                self._breathe(address, model, start, registers)
            return None

        return SimDevice(address, (blocks[0], blocks[1], blocks[2], blocks[3]), action=answer)

    def _breathe(
        self, address: int, model: Model | ContactModel, start: int, registers: list[int]
    ) -> None:
        first = model.start - start
        if isinstance(model, Model):
            temperature, humidity = self._air[address]
            registers[first + model.temperature.at] = model.temperature.raw(temperature)
            registers[first + model.humidity.at] = model.humidity.raw(humidity)
        elif model.function <= 2:
            # pymodbus packs sixteen inputs into one register.
            said = (self._contact(address, model, at) << at for at in range(CHANNELS))
            registers[first // 16] = sum(said)
        else:
            for at in range(CHANNELS):
                registers[first + at] = self._contact(address, model, at)

    def _contact(self, address: int, model: ContactModel, channel: int) -> int:
        return self._contacts.get((address, channel), model.off[0])

    def _request(self) -> None:
        self._asked_by_gateway = False
        self._ask(self._tty.read())

    def _from_gateway(self, request: bytes) -> None:
        self._asked_by_gateway = True
        self._ask(request)

    def _ask(self, request: bytes) -> None:
        module = self._relays.get(request[0]) if request else None
        if module is None:
            os.write(self._server_end, request)
        elif answer := module.answer(request):
            self._spoil(answer)

    def _answer(self, far: int) -> None:
        self._spoil(os.read(far, 4096))

    def _send(self, answer: bytes) -> None:
        if self._asked_by_gateway and self._gateway is not None:
            self._gateway.answer(answer)
        else:
            self._tty.write(answer)

    def _spoil(self, answer: bytes) -> None:
        mode, seconds = self._faults.get(answer[0]) or self._faults.get(None, (LineFault.OK, 0.0))
        match mode:
            case LineFault.SILENT:
                return
            case LineFault.CORRUPT:
                self._send(answer[:-1] + bytes((answer[-1] ^ 0x55,)))
            case LineFault.HALF:
                self._send(answer[: len(answer) // 2])
            case LineFault.NOISE:
                self._send(random.randbytes(3) + answer)
            case LineFault.DELAY:
                self._loop.call_later(seconds, self._send, answer)
            case LineFault.OK:
                self._send(answer)


def main() -> None:
    """Run a line until stopped."""
    parser = argparse.ArgumentParser(description="Simulated room sensors on a Modbus RTU line")
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--sensor", action="append", metavar="ADDRESS:MODEL", default=[])
    parser.add_argument("--tcp", type=int, metavar="PORT", help="stand behind a TCP gateway too")
    options = parser.parse_args()
    sensors = {}
    for text in options.sensor or ["1:XY-MD02"]:
        address, _, model = text.partition(":")
        sensors[int(address)] = model
    with ModbusBus(options.link, sensors, options.tcp):
        run_until_stopped(options.link)


if __name__ == "__main__":
    main()
