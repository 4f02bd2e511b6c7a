"""Named moments of a machine's work at which a test ends it, as a power cut would.

Only here is the product's code wrapped, and only in a child that is about to die: a stage names a
function, and whether the blow falls before it, after it, or with a transaction's work done and not
yet committed. `python -m tests.faults.plan` tells every stage and how often it is met.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from types import FrameType
from typing import Any

BEFORE, AFTER, UNCOMMITTED = "before", "after", "uncommitted"
TRANSACTION = "edge.store.database:Space._ask"
# Passed over in looking for who called.
_PASSED = ("Space.write", "Space.renew", "Wire.request", "Office.transact", "Office._write")


@dataclass(frozen=True, slots=True)
class Stage:
    """A moment in the work: `target` is `module:name`, `caller` the qualified name of who calls it.

    `about` must be among the texts it is called with. `times`: at which meetings the blow falls, a
    kill for each. `large`: met only while a file travels in pieces.
    """

    name: str
    target: str
    when: str
    caller: str = ""
    about: tuple[str, ...] = ()
    times: tuple[int, ...] = (1,)
    large: bool = False

    def met(self, called_with: tuple[object, ...], caller: FrameType) -> bool:
        """Say whether a call is this moment."""
        frame: FrameType | None = caller
        while frame is not None and frame.f_code.co_qualname in _PASSED:
            frame = frame.f_back
        who = frame.f_code.co_qualname if frame is not None else ""
        said = "\n".join(each for each in called_with if isinstance(each, str))
        return (not self.caller or who.startswith(self.caller)) and all(
            each in said for each in self.about
        )


def stage(name: str, target: str, when: str, **told: Any) -> Stage:
    """Name a moment before or after a function."""
    return Stage(name, target, when, **told)


def commit(name: str, caller: str, **told: Any) -> list[Stage]:
    """Name the two moments around a commit: written and not durable, durable and nobody told."""
    return [
        Stage(f"{name}: not committed", TRANSACTION, UNCOMMITTED, caller, **told),
        Stage(f"{name}: committed", TRANSACTION, AFTER, caller, **told),
    ]


def die() -> None:
    """End this process at once, with nothing said and nothing tidied."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(stage: Stage, time: int) -> None:
    """Let this process die when it meets the stage for the so-manieth time."""
    module, _, path = stage.target.partition(":")
    owner: Any = import_module(module)
    *owners, name = path.split(".")
    for each in owners:
        owner = getattr(owner, each)
    original, left = getattr(owner, name), [time]

    @wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if not stage.met(args, sys._getframe(1)):
            return original(*args, **kwargs)
        left[0] -= 1
        if left[0]:
            return original(*args, **kwargs)
        if stage.when == BEFORE:
            die()
        if stage.when == UNCOMMITTED:
            space, work, *rest = args
            return original(space, _fatal(work), *rest, **kwargs)
        result = original(*args, **kwargs)
        die()
        return result

    setattr(owner, name, wrapped)


def _fatal(work: Callable[[Any], Any]) -> Callable[[Any], None]:
    def fatal(connection: Any) -> None:
        work(connection)
        die()

    return fatal
