"""How much a merge may take at once, so that who stands at the counter hardly waits for it."""

from time import perf_counter

BUDGET_S = 0.005
LEAST, MOST = 20, 400
# The share that the latest merge has in what the next is expected to take.
_WEIGHT, _NO_TIME_S = 0.3, 1e-9


class Pace:
    """The number of changes of a transaction: fixed, or found from how long the last ones took.

    A counter waits for the transaction under way, on whatever machine it stands.
    """

    def __init__(self, fixed: int | None = None) -> None:
        self._fixed = fixed
        self._each_s = BUDGET_S / MOST

    @property
    def beside_counter(self) -> bool:
        """Whether somebody may stand at a counter beside the merge."""
        return self._fixed is None

    @property
    def limit(self) -> int:
        """About how many changes the next transaction may take."""
        if self._fixed is not None:
            return self._fixed
        return min(max(int(BUDGET_S / max(self._each_s, _NO_TIME_S)), LEAST), MOST)

    def note(self, changes: int, started: float) -> None:
        """Learn from a transaction of so many changes, begun at that time of `perf_counter`."""
        # What every transaction costs, however small it is, must not count as many changes.
        each = (perf_counter() - started) / max(changes, LEAST)
        self._each_s += _WEIGHT * (each - self._each_s)
