"""A label printer at a TCP port: takes TSPL and ESC/POS, keeps what it printed as PNG, has faults.

As a program it prints its port as its first line. Into the file `fault` of its folder goes what
ails it: head_open, jam, paper_out, ribbon_out, paused, mute; empty means well.
"""

import argparse
import re
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from PIL import Image

from devices.simulators.far_end import say_and_wait

STATES = {"": 0, "head_open": 1, "jam": 2, "paper_out": 4, "ribbon_out": 8, "paused": 16}
MUTE = "mute"
_BITMAP = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),(\d),")
_PRINT = re.compile(rb"PRINT (\d+)(?:,(\d+))?\r\n")
_RASTER = re.compile(rb"\x1dv0\x00(..)(..)", re.DOTALL)


class _Session(socketserver.BaseRequestHandler):
    server: "SimulatedLabelPrinter"

    def handle(self) -> None:
        left = b""
        while piece := self.request.recv(65_536):
            left = self.server.take(left + piece, self.request.sendall)


class SimulatedLabelPrinter(socketserver.ThreadingTCPServer):
    """The far end at a free port of loopback; what came out lies in `folder`, numbered."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._counting = folder, threading.Lock()
        super().__init__(("127.0.0.1", port), _Session)
        self.port: int = self.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def fault(self, name: str) -> None:
        """Let something ail it; empty mends it. Raises KeyError for what it does not know."""
        if name != MUTE:
            STATES[name]
        (self.folder / "fault").write_text(name)

    def printed(self) -> list[Path]:
        """The labels that came out, the oldest first."""
        return sorted(self.folder.glob("label-*.png"))

    @property
    def _ails(self) -> str:
        path = self.folder / "fault"
        return path.read_text().strip() if path.exists() else ""

    def take(self, octets: bytes, answer: Callable[[bytes], object]) -> bytes:
        """Work through what came, and give back what is still incomplete."""
        while octets:
            if octets.startswith(b"\x1b!?"):
                octets = octets[3:]
                if self._ails != MUTE:
                    answer(bytes([STATES[self._ails]]))
                continue
            done = self._take_label(octets)
            if done is None:
                return octets
            octets = octets[done:]
        return b""

    def _take_label(self, octets: bytes) -> int | None:
        """Print the first label of what came; None while it is not whole."""
        if (raster := _RASTER.search(octets)) is not None:
            stride, height = (int.from_bytes(each, "little") for each in raster.groups())
            end = raster.end() + stride * height
            if len(octets) < end + 1:
                return None
            self._keep(octets[raster.end() : end], stride, height, 1)
            return end + 1
        picture = _BITMAP.search(octets)
        if picture is None:
            return None
        stride, height = int(picture[3]), int(picture[4])
        end = picture.end() + stride * height
        asked = _PRINT.match(octets, end + 2) if len(octets) > end + 2 else None
        if asked is None:
            return None
        white = octets[picture.end() : end]
        self._keep(bytes(each ^ 0xFF for each in white), stride, height, int(asked[2] or 1))
        return asked.end()

    def _keep(self, rows: bytes, stride: int, height: int, copies: int) -> None:
        dots = Image.frombytes("1", (stride * 8, height), bytes(each ^ 0xFF for each in rows))
        with self._counting:
            for _ in range(copies):
                # Whoever looks sees a label whole or not at all.
                wet = self.folder / "wet.png"
                dots.save(wet)
                wet.rename(self.folder / f"label-{len(self.printed()) + 1:04d}.png")


def main() -> None:
    """Run until stopped; the first line printed is the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    with SimulatedLabelPrinter(options.folder, options.port) as far:
        say_and_wait(str(far.port))


if __name__ == "__main__":
    main()
