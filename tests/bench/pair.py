"""Two processes that replicate: asked over their standard input, weighed from outside.

A side prints lines of JSON: one when it is ready, then one for each word it is told. The sending
side understands `load`, `cold`, `edit`, `incr` and `digest`, the taking side `digest`.
"""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """A stretch of wire that counts the bytes of both directions."""

    def __init__(self, port: int) -> None:
        self.count = 0
        self._port, self._adding = port, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further line; the lines there are end with their ends."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            for end in (near, far):
                # A wire has no Nagle of its own: an answer in two writes would wait 40 ms in it.
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(262_144):
                target.sendall(piece)
                with self._adding:
                    self.count += len(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            # The other end has hung up; so do we.
            target.close()


class Side:
    """One process of a pair."""

    def __init__(self, argv: Sequence[str | Path]) -> None:
        self._process = subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.ready = self._answer()

    def ask(self, word: str) -> dict[str, Any]:
        """Tell one word and wait until it is done."""
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._answer()

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, of all threads."""
        fields = self._proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def peak_mib(self) -> float:
        """The most memory held since `forget_peak`."""
        held = [line.split()[1] for line in self._proc("status").splitlines() if "VmHWM" in line]
        return int(held[0]) / 1024

    def forget_peak(self) -> None:
        """Measure memory from here on."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError(f"{self._process.args!r} ended")

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


@dataclass(frozen=True, slots=True)
class Carriage:
    """What one replication cost: seconds, bytes both ways, most memory of each side."""

    wall: float
    near_cpu: float
    far_cpu: float
    carried: int
    near_mib: float
    far_mib: float

    @property
    def cpu(self) -> float:
        """Of both sides together."""
        return self.near_cpu + self.far_cpu

    def told(self, prefix: str) -> Mapping[str, float]:
        """The figures by name."""
        return {
            f"{prefix}_s": self.wall,
            f"{prefix}_cpu_s": self.cpu,
            f"{prefix}_kb": self.carried / 1000,
            f"{prefix}_near_mib": self.near_mib,
            f"{prefix}_far_mib": self.far_mib,
        }


def carry(near: Side, far: Side, meter: Meter, word: str) -> Carriage:
    """Have `near` replicate to `far` through `meter`."""
    for side in (near, far):
        side.forget_peak()
    sides, carried = (near, far), meter.count
    before = [side.cpu for side in sides]
    started = time.perf_counter()
    near.ask(word)
    wall = time.perf_counter() - started
    near_cpu, far_cpu = [side.cpu - earlier for side, earlier in zip(sides, before, strict=True)]
    return Carriage(wall, near_cpu, far_cpu, meter.count - carried, near.peak_mib, far.peak_mib)
