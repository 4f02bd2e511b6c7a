"""A disk that keeps, when the power goes, only what was made durable: the strictest reading.

Only in a child that is about to die. Beside the folder stands its durable likeness, of hard links:
at each fsync of a folder it takes on that folder's names, a file without content unless the file
itself was fsynced. At the end it takes the folder's place.
"""

import os
import shutil
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING

from tests.faults import stages

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike


class Volatile:
    """One folder on such a disk; what stands in it now is durable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._durable = self._folder.with_name(f"{self._folder.name}.durable")
        shutil.rmtree(self._durable, ignore_errors=True)
        shutil.copytree(self._folder, self._durable, copy_function=os.link)
        self._hardened: set[int] = set()
        self._fsync, self._die = os.fsync, stages.die

    def mount(self) -> None:
        """From now on the disk is like that, and is taken away with the power."""
        os.fsync = self._harden
        stages.die = self._cut

    def _harden(self, fd: "FileDescriptorLike") -> None:
        descriptor = fd if isinstance(fd, int) else fd.fileno()
        self._fsync(descriptor)
        found = os.fstat(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not S_ISDIR(found.st_mode):
            self._hardened.add(found.st_ino)
        elif path.is_relative_to(self._folder):
            self._name(path, self._durable / path.relative_to(self._folder))

    def _name(self, folder: Path, durable: Path) -> None:
        if not durable.is_dir():
            # Its own name is not durable: nothing in it could be found.
            return
        here = {each.name: each for each in folder.iterdir()}
        for each in durable.iterdir():
            if each.name not in here:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        for name, each in here.items():
            target = durable / name
            if each.is_dir():
                target.mkdir(exist_ok=True)
            elif not target.exists() or not target.samefile(each):
                target.unlink(missing_ok=True)
                if each.stat().st_ino in self._hardened:
                    target.hardlink_to(each)
                else:
                    target.touch()

    def _cut(self) -> None:
        shutil.rmtree(self._folder)
        self._durable.rename(self._folder)
        self._die()
