"""How much of the line the exchange may take, and when page masters may travel."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from datetime import time as TimeOfDay

from edge.domain.errors import InvalidInput
from edge.store.holdings import MASTER, PAPER

LEAST_PIECE, LONGEST_NAP_S = 16_384, 0.5


class Bucket:
    """A token bucket in debt: what was moved is paid for before anything else moves.

    `rate` in bytes a second, 0 for no limit; a second's worth may be saved up.
    """

    def __init__(
        self,
        rate: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.rate = rate
        self._now, self._sleep = now, sleep
        self._balance, self._at = float(rate), now()

    def spend(self, count: int) -> None:
        """Note that bytes were moved, in either direction."""
        if self.rate:
            self._fill()
            self._balance -= count

    def wait(self, going_on: Callable[[], bool] = lambda: True) -> None:
        """Wait until the debt is paid, or until told to stop."""
        while self.rate and going_on():
            self._fill()
            if self._balance >= 0:
                return
            self._sleep(min(-self._balance / self.rate, LONGEST_NAP_S))

    def piece(self, largest: int) -> int:
        """How much to move at once: about a second's worth, so that a stop is soon heard."""
        return min(largest, max(self.rate, LEAST_PIECE)) if self.rate else largest

    def _fill(self) -> None:
        now = self._now()
        self._balance = min(self._balance + (now - self._at) * self.rate, float(self.rate))
        self._at = now


@dataclass(frozen=True, slots=True)
class Window:
    """The hours in which page masters may travel, by this machine's clock; None for always.

    `begin` after `end` reaches over midnight.
    """

    begin: TimeOfDay | None = None
    end: TimeOfDay | None = None

    def is_open(self, now_ms: int) -> bool:
        """Say whether masters may travel."""
        if self.begin is None or self.end is None or self.begin == self.end:
            return True
        moment = datetime.fromtimestamp(now_ms / 1_000).time()
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end

    def least_urgent(self, now_ms: int) -> int:
        """The last class of file that may travel now."""
        return MASTER if self.is_open(now_ms) else PAPER


@dataclass(frozen=True, slots=True)
class Allowance:
    """What of the line the exchange may use; `limit` in bytes a second, 0 for all of it."""

    limit: int = 0
    window: Window = Window()


def allowance_of(limit_kbps: int, masters_from: str, masters_until: str) -> Allowance:
    """Read the settings: kilobits a second, `HH:MM` and `HH:MM` or both empty.

    Raises InvalidInput `exchange.limit` or `exchange.window`.
    """
    if limit_kbps < 0:
        raise InvalidInput("exchange.limit", limit=limit_kbps)
    if bool(masters_from) != bool(masters_until):
        raise InvalidInput("exchange.window", time=masters_from or masters_until)
    window = Window(_time(masters_from), _time(masters_until)) if masters_from else Window()
    return Allowance(limit_kbps * 125, window)


def _time(text: str) -> TimeOfDay:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except (ValueError, TypeError) as error:
        raise InvalidInput("exchange.window", time=text) from error
