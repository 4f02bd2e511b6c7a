"""The box's loops: each has a name, a thread, and a way back after a fault.

A loop that fails is logged once, tried again after 1, 2, 5 … 60 seconds, and logged once more
when it is well again; the screens show what is down.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

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

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` in a thread of its own until it returns or the box stops."""
        self._trouble[name] = ""
        thread = threading.Thread(target=self._keep, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def every(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Run `work` again and again, `seconds` apart."""

        def again() -> None:
            while not self.stopping.wait(seconds):
                work()
                self._well(name)

        self.start(name, again)

    def health(self) -> list[LoopHealth]:
        """Say how each loop is."""
        return [LoopHealth(name, trouble) for name, trouble in sorted(self._trouble.items())]

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask every loop to end and wait for it; the sources they read must be closed first."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(patience_s)

    def _keep(self, name: str, work: Callable[[], None]) -> None:
        failures = 0
        while not self.stopping.is_set():
            try:
                work()
            except Exception as error:  # the outermost frame of a thread
                if not self._trouble[name]:
                    log.exception("loop %s failed", name)
                self._trouble[name] = f"{type(error).__name__}: {error}"
                self.stopping.wait(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                failures += 1
            else:
                return

    def _well(self, name: str) -> None:
        if self._trouble[name]:
            log.info("loop %s is well again", name)
            self._trouble[name] = ""
