"""USB sticks at the screens: which are plugged in, and the one carrying under way."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.domain.errors import Conflict, DangxiaError, InvalidInput, NotFound

log = logging.getLogger(__name__)

EXPORT, IMPORT = "export", "import"
Said = tuple[str, str, Mapping[str, Any]]
"""A sentence of a carrying's end: tone (done, care or alarm), key, fields."""
Act = Callable[[Path, str, Callable[[int, int], None]], Sequence[Said]]
"""Carries by a stick, for a receiver (empty: whoever it is), telling bytes done and to do."""


@dataclass(frozen=True, slots=True)
class Stick:
    """A stick that is plugged in; `free` in bytes."""

    path: Path
    free: int

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Carriage:
    """One carrying, under way or ended; `done` of `total` bytes of files."""

    act: str
    stick: str
    done: int = 0
    total: int = 0
    running: bool = True
    said: tuple[Said, ...] = ()


class _Stopped(Exception):
    """The program ends; what stands on the stick stays good."""


class Sticks:
    """The sticks below `mounts`, where the system mounts them, and `folders` that stand for one.

    One carrying at a time, in a thread of its own; `changed` is called when one begins or ends.
    """

    def __init__(
        self,
        mounts: Sequence[Path],
        folders: Sequence[Path],
        acts: Mapping[str, Act],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._mounts, self._folders = mounts, folders
        self._acts, self._changed = acts, changed
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._carriage: Carriage | None = None
        self._thread: threading.Thread | None = None

    @property
    def carriage(self) -> Carriage | None:
        """The carrying under way, or the last one."""
        return self._carriage

    def plugged(self) -> list[Stick]:
        """Every stick that is plugged in, by name."""
        places = [place for place in self._folders if place.is_dir()]
        for mount in self._mounts:
            # Below the mounts themselves, or below a folder for each person.
            for pattern in ("*", "*/*"):
                with suppress(OSError):
                    places += [each for each in mount.glob(pattern) if os.path.ismount(each)]
        found = []
        for place in places:
            with suppress(OSError):
                found.append(Stick(place, shutil.disk_usage(place).free))
        return sorted(found, key=lambda stick: (stick.name, stick.path))

    def start(self, act: str, path: str, receiver: str = "") -> None:
        """Begin to carry; raises InvalidInput `carry.no_stick`, Conflict `carry.under_way`.

        `path` must be that of a stick that is plugged in.
        """
        if act not in self._acts:
            raise NotFound("web.no_such_page")
        stick = next((each for each in self.plugged() if str(each.path) == path), None)
        if stick is None:
            raise InvalidInput("carry.no_stick")
        with self._lock:
            if self._carriage is not None and self._carriage.running:
                raise Conflict("carry.under_way")
            self._carriage = Carriage(act, stick.name)
            self._thread = threading.Thread(
                target=self._carry, args=(act, stick, receiver), name="carrying", daemon=True
            )
            self._thread.start()
        self._changed()

    def stop(self, patience_s: float = 15.0) -> None:
        """End at the next part; what is written or read so far stays good."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _carry(self, act: str, stick: Stick, receiver: str) -> None:
        try:
            said = tuple(self._acts[act](stick.path, receiver, self._watch))
        except DangxiaError as error:
            said = (("alarm", error.key, error.fields),)
        except _Stopped:
            said = (("care", "carry.stopped", {}),)
        except Exception:
            # The outermost frame of a thread: whatever broke, the screen must not wait for ever.
            log.exception("carrying by %s failed", act)
            said = (("alarm", "carry.failed", {}),)
        with self._lock:
            assert self._carriage is not None
            self._carriage = replace(self._carriage, running=False, said=said)
        self._changed()

    def _watch(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise _Stopped
        with self._lock:
            assert self._carriage is not None
            self._carriage = replace(self._carriage, done=done, total=total)
