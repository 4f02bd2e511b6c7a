"""A gateway from Modbus TCP to a simulated line of RS-485: it passes on, one at a time."""

import asyncio
import struct
from collections.abc import Callable

from devices.modbus import sealed

_HEADER = struct.Struct(">HHHB")
_SILENT_AFTER_S = 0.8
_NO_ANSWER = 11


class Gateway:
    """Listens on loopback; `ask` puts an RTU frame on the line, whose answer goes to `answer`.

    All in one event loop. A line that gives no answer is said to be silent (exception 11).
    """

    def __init__(self, port: int, ask: Callable[[bytes], None]) -> None:
        self.port = port
        self._ask = ask
        self._server: asyncio.Server | None = None
        self._heard: asyncio.Future[bytes] | None = None
        self._turn = asyncio.Lock()
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen; `port` is then the port taken."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up on everybody and stop listening."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.close()
            await self._server.wait_closed()

    def answer(self, frame: bytes) -> None:
        """Take what the line says; a damaged frame is not passed on."""
        if self._heard is not None and not self._heard.done() and sealed(frame[:-2]) == frame:
            self._heard.set_result(frame)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                number, _, size, unit = _HEADER.unpack(await reader.readexactly(_HEADER.size))
                request = await reader.readexactly(size - 1)
                answer = await self._put(unit, request)
                writer.write(_HEADER.pack(number, 0, len(answer) + 1, unit) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _put(self, unit: int, request: bytes) -> bytes:
        async with self._turn:
            self._heard = asyncio.get_running_loop().create_future()
            self._ask(sealed(bytes((unit,)) + request))
            try:
                frame = await asyncio.wait_for(self._heard, _SILENT_AFTER_S)
            except TimeoutError:
                return bytes((request[0] | 0x80, _NO_ANSWER))
            return frame[1:-2]
