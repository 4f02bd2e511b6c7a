"""Every state that can be reached, nearest first; a way to the first that breaks its promise."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.sync.model.town import Rules, Town

Promise = Callable[[Town, Rules], str]


@dataclass(frozen=True)
class Explored:
    """How many states were seen, whether that is all, and the way to what broke, if anything."""

    states: int
    whole: bool
    trace: tuple[str, ...] = ()


def explore(start: Town, rules: Rules, promise: Promise, most: int = 1 << 62) -> Explored:
    """Breadth first, so that a counterexample is one of the shortest."""
    came: dict[Town, tuple[Town, str] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        town = waiting.popleft()
        wrong = promise(town, rules)
        if wrong:
            return Explored(len(came), False, (*_way(town, came), wrong))
        for name, later in rules.steps(town):
            if later not in came:
                came[later] = (town, name)
                waiting.append(later)
        if len(came) > most:
            return Explored(len(came), False)
    return Explored(len(came), True)


def _way(town: Town, came: dict[Town, tuple[Town, str] | None]) -> list[str]:
    names: list[str] = []
    step = came[town]
    while step is not None:
        town, name = step
        names.append(name)
        step = came[town]
    return names[::-1]
