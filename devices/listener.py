"""A driver that listens on one line: what its owner thread takes in waits for whoever reads it."""

from abc import ABC, abstractmethod
from typing import Any, Generic, Self, TypeVar

from devices.line import Line, Outbox

L = TypeVar("L", bound=Line[Any])
T = TypeVar("T")


class Listener(ABC, Generic[L, T]):
    """What guns, card readers, UPSes and lines of sensors share; `kept` items wait at most."""

    def __init__(self, line: L, kept: int) -> None:
        self._line = line
        self._outbox: Outbox[T] = Outbox(kept)

    def __enter__(self) -> Self:
        """Start listening."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.close()

    def start(self) -> None:
        """Start the owner thread, which takes its first turn at once."""
        self._line.start(self._turn)

    def close(self) -> None:
        """Stop the owner thread, close the line, end whatever waits for items."""
        self._line.close()
        self._outbox.close()

    def came(self) -> None:
        """Open the line at once: it has just been plugged in."""
        self._line.came()

    @abstractmethod
    def _turn(self) -> float:
        """Do what is to be done on the line now; gives the seconds to rest after it."""
