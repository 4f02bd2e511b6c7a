"""The box's loops: each has a name, a thread, and a way back after a fault.

A loop that fails is logged once, tried again after 1, 2, 5 … 60 seconds, and logged once more
when it is well again; the screens show what is down.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from edge.domain.errors import DangxiaError

log = logging.getLogger("dangxia.supervise")

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class LoopHealth:
    """How one loop is; `trouble` is empty while it runs."""

    name: str
    trouble: str


class Loops:
    """The named loops of one box; `stop` ends them all."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._trouble: dict[str, str] = {}
        self._failures: dict[str, int] = {}

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` in a thread of its own until it returns or the box stops.

        Work that goes on for long says `well` whenever it has done something.
        """
        self._trouble[name], self._failures[name] = "", 0
        thread = threading.Thread(target=self._keep, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def every(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Run `work` again and again, `seconds` apart."""

        def again() -> None:
            while not self.stopping.is_set():
                work()
                self.well(name)
                self.stopping.wait(seconds)

        self.start(name, again)

    def health(self) -> list[LoopHealth]:
        """Say how each loop is."""
        return [LoopHealth(name, trouble) for name, trouble in sorted(self._trouble.items())]

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask every loop to end and wait for it; the sources they read must be closed first."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(patience_s)

    def well(self, name: str) -> None:
        """Note that a loop does its work; after a fault, that it does so again."""
        if self._failures[name]:
            log.info("loop %s is well again", name)
            self._trouble[name], self._failures[name] = "", 0

    def _keep(self, name: str, work: Callable[[], None]) -> None:
        while not self.stopping.is_set():
            try:
                work()
            except Exception as error:  # the outermost frame of a thread
                said = _said(error)
                if said != self._trouble[name]:
                    # What was foreseen needs no trace of where it happened.
                    foreseen = isinstance(error, DangxiaError | OSError)
                    log.error("loop %s: %s", name, said, exc_info=not foreseen)
                self._trouble[name] = said
                failures = self._failures[name]
                self._failures[name] = failures + 1
                self.stopping.wait(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            else:
                self.well(name)
                return


def _said(error: Exception) -> str:
    """Name a fault without the fields or paths that may name a person."""
    if isinstance(error, DangxiaError):
        return error.key
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"
