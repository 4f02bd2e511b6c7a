"""Programs started beside this one, which end with it, whatever ends it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.domain.errors import DeviceUnavailable

READY_S = 30.0


class Children:
    """The running programs, by name; each writes its log beside the others."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, arguments: Sequence[str], *, tells: bool = False) -> None:
        """Start `python -m …`; with `tells`, what it says first is kept for `first_line`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        command = [*_tied_to_parent(), sys.executable, "-m", *arguments]
        with self._log(name).open("a", encoding="utf-8") as errors:
            self._running[name] = subprocess.Popen(
                command,
                stdout=subprocess.PIPE if tells else errors,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def first_line(self, name: str) -> str:
        """Wait for what a program says first; DeviceUnavailable `child.failed` (name, log)."""
        said = self._running[name].stdout
        line = said.readline().strip() if said is not None else ""
        if not line:
            raise DeviceUnavailable("child.failed", name=name, log=str(self._log(name)))
        return line

    def run(self, arguments: Sequence[str]) -> str:
        """Run a `dangxia` command to its end and give what it printed.

        Raises DeviceUnavailable `child.refused` (said) when it fails.
        """
        command = [sys.executable, "-m", "provisioning.cli", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DeviceUnavailable("child.refused", said=(done.stdout + done.stderr)[-2000:])
        return done.stdout

    def alive(self, name: str) -> bool:
        """Say whether a program runs."""
        child = self._running.get(name)
        return child is not None and child.poll() is None

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def kill(self, name: str) -> None:
        """End a program as a power cut would."""
        child = self._running.pop(name)
        child.kill()
        _forget(child)

    def stop(self, name: str, patience_s: float = 10.0) -> None:
        """Ask a program to end, and make it end."""
        child = self._running.pop(name, None)
        if child is not None:
            _end([child], patience_s)

    def stop_all(self, patience_s: float = 10.0) -> None:
        """End every program, the last started first."""
        children = list(reversed(self._running.values()))
        self._running.clear()
        _end(children, patience_s)


def wait_until(true: Callable[[], bool], what: str, seconds: float = READY_S) -> None:
    """Wait for something to become true; raises DeviceUnavailable `child.waiting` (what)."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise DeviceUnavailable("child.waiting", what=what, seconds=seconds)
        time.sleep(0.05)  # a child says nothing when it is ready


def _tied_to_parent() -> list[str]:
    # The kernel tells the child of its parent's death, even of kill -9.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _end(children: Sequence[subprocess.Popen[str]], patience_s: float) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + patience_s
    for child in children:
        try:
            child.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        _forget(child)


def _forget(child: subprocess.Popen[str]) -> None:
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
