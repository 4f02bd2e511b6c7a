"""Machines that are killed: each life is a fork of one warm process, spoken to over a socket.

In this process: `Lives.begin(machine, …)` gives a `Life`, whose methods are the machine's, run over
there; `Killed` is raised when it died on the way. `python -m tests.faults.lives SOCKET` is the warm
process: it has everything imported, and a life costs it a fork.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.faults import machines
from tests.faults.stages import Stage

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120


class Killed(Exception):
    """The life ended by SIGKILL before it answered."""


class Life:
    """One process; what it told before its end is in `told`, as pairs (what, name)."""

    def __init__(self, connection: socket.socket, ends: Iterator[str]) -> None:
        self._lines, self._connection, self._ends = connection.makefile("r"), connection, ends
        self.told: list[tuple[str, str]] = []
        self._ended = False

    def ask(self, what: str, **said: Any) -> Any:
        """Let the machine do something; raises Killed when it died of it."""
        # To one that is dead already nothing can be said; its answer is its end.
        with suppress(BrokenPipeError):
            self._connection.sendall((json.dumps([what, said]) + "\n").encode())
        return self._answer()

    def die(self, place: str, stage: Stage, time: int, what: str, **said: Any) -> None:
        """Let the machine do something of which it dies at a stage."""
        self.ask("die_at", place=place, name=stage.name, time=time)
        with suppress(Killed):
            self.ask(what, **said)
            raise AssertionError(f"{what} went by without {stage.name!r} for the {time}. time")

    def end(self) -> None:
        """Close the machine in good order."""
        self.ask("close")
        self._connection.shutdown(socket.SHUT_RDWR)
        assert self._end() == 0

    def _answer(self) -> Any:
        try:
            for line in self._lines:
                what, said = json.loads(line)
                if what == "told":
                    self.told.append(tuple(said))
                    continue
                assert what == "answer", said
                return said
        except ConnectionResetError:
            # A kill leaves what it had not read yet.
            pass
        assert os.WTERMSIG(self._end()) == signal.SIGKILL
        raise Killed

    def _end(self) -> int:
        self._ended = True
        self._lines.close()
        self._connection.close()
        return int(next(self._ends))

    def __enter__(self) -> "Life":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abandon()

    def abandon(self) -> None:
        """Let it end by itself, whatever the test found: nobody asks any more."""
        if not self._ended:
            self._connection.shutdown(socket.SHUT_RDWR)
            self._end()


class Lives:
    """The warm process, one life at a time."""

    def __init__(self) -> None:
        name = f"dangxia-lives-{os.getpid()}-{os.urandom(4).hex()}"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind("\0" + name)
        self._listener.listen()
        self._listener.settimeout(PATIENCE_S)
        self._life: Life | None = None
        self._warm = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.lives", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
        )  # fmt: skip

    def begin(self, machine: str) -> Life:
        """Begin a life of a machine, once the one before has ended."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        self._warm.stdin.write(machine + "\n")
        self._warm.stdin.flush()
        connection, _ = self._listener.accept()
        connection.settimeout(PATIENCE_S)
        self._life = Life(connection, iter(self._warm.stdout))
        return self._life

    def close(self) -> None:
        """End the warm process."""
        if self._life is not None:
            self._life.abandon()
        self._listener.close()
        self._warm.communicate()


@contextmanager
def warm() -> Iterator[Lives]:
    """Lives for the length of a block."""
    lives = Lives()
    try:
        yield lives
    finally:
        lives.close()


def live(name: str, machine: str) -> None:
    """Be a machine until killed, or until nobody asks any more."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("\0" + name)

    def send(what: str, about: object) -> None:
        connection.sendall((json.dumps([what, about]) + "\n").encode())

    built = getattr(machines, machine)(lambda *told: send("told", told))
    for line in connection.makefile("r"):
        what, asked = json.loads(line)
        try:
            answer = getattr(built, what)(**asked)
        except Exception as error:
            send("failed", f"{type(error).__name__}: {error}")
            raise
        send("answer", answer)


def main() -> None:
    """Fork one life for each line, and tell how it ended."""
    ends = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                live(sys.argv[1], line.strip())
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        os.write(ends, f"{status}\n".encode())


if __name__ == "__main__":
    main()
