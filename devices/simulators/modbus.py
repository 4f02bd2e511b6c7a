"""A Modbus RTU line of room sensors on a pty, whose air and faults can be set while it runs.

Commands on its socket: `set ADDRESS TEMPERATURE HUMIDITY`, `fault MODE [ADDRESS] [SECONDS]`,
`unplug`, `replug`.
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

from devices.climate import Model, load_models
from devices.simulators.far_end import ControlSocket, PluggableTty, run_until_stopped
from edge.domain.errors import InvalidInput

DEFAULT_AIR = (20.5, 52.0)


class LineFault(StrEnum):
    """What can be wrong with the answers of a sensor."""

    OK = "ok"
    SILENT = "silent"
    CORRUPT = "corrupt"
    HALF = "half"
    NOISE = "noise"
    DELAY = "delay"


class ModbusBus:
    """Sensors by Modbus address and model key behind `link`; use as a context manager.

    A real pymodbus server answers; between it and the driver a bridge spoils what it is told to.
    """

    def __init__(self, link: Path, sensors: Mapping[int, str] | None = None) -> None:
        models = load_models()
        self._sensors = {
            address: models[key] for address, key in (sensors or {1: "XY-MD02"}).items()
        }
        self._air = dict.fromkeys(self._sensors, DEFAULT_AIR)
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

    async def _plug(self) -> None:
        if self._tty.far is None:
            self._loop.add_reader(self._tty.plug(), self._request)

    async def _unplug(self) -> None:
        if self._tty.far is not None:
            self._loop.remove_reader(self._tty.far)
            self._tty.unplug()

    def _device(self, address: int, model: Model) -> SimDevice:
        block = [SimData(model.start, values=[0] * model.count, datatype=DataType.REGISTERS)]
        # pymodbus wants four blocks, none empty: coils, discrete, holding, input registers.
        bits = [SimData(0, count=8, values=False, datatype=DataType.BITS)]
        other = [SimData(0, values=[0], datatype=DataType.REGISTERS)]
        holding, inputs = (block, other) if model.function == 3 else (other, block)

        async def breathe(
            function: int,
            start: int,
            _at: int,
            _count: int,
            registers: list[int],
            _values: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            if function == model.function:
                temperature, humidity = self._air[address]
                first = model.start - start
                registers[first + model.temperature.at] = model.temperature.raw(temperature)
                registers[first + model.humidity.at] = model.humidity.raw(humidity)
            return None

        return SimDevice(address, (bits, bits, holding, inputs), action=breathe)

    def _request(self) -> None:
        os.write(self._server_end, self._tty.read())

    def _answer(self, far: int) -> None:
        answer = os.read(far, 4096)
        mode, seconds = self._faults.get(answer[0]) or self._faults.get(None, (LineFault.OK, 0.0))
        match mode:
            case LineFault.SILENT:
                return
            case LineFault.CORRUPT:
                self._tty.write(answer[:-1] + bytes((answer[-1] ^ 0x55,)))
            case LineFault.HALF:
                self._tty.write(answer[: len(answer) // 2])
            case LineFault.NOISE:
                self._tty.write(random.randbytes(3) + answer)
            case LineFault.DELAY:
                self._loop.call_later(seconds, self._tty.write, answer)
            case LineFault.OK:
                self._tty.write(answer)


def main() -> None:
    """Run a line until stopped."""
    parser = argparse.ArgumentParser(description="Simulated room sensors on a Modbus RTU line")
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--sensor", action="append", metavar="ADDRESS:MODEL", default=[])
    options = parser.parse_args()
    sensors = {}
    for text in options.sensor or ["1:XY-MD02"]:
        address, _, model = text.partition(":")
        sensors[int(address)] = model
    with ModbusBus(options.link, sensors):
        run_until_stopped(options.link)


if __name__ == "__main__":
    main()
