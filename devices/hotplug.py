"""Devices plugged in and out: whoever waits for a path is told as soon as it is there again.

udev makes the stable names (/dev/serial/by-id/…) and says when it has done so; where no udevd
runs, the paths are looked at again and again, which costs a few calls a second. Either way it is
the path that decides: it is there and leads to another device than before, whatever number the
kernel gave that one.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pyudev

log = logging.getLogger(__name__)

UDEV = Path("/run/udev/control")
LOOK_EVERY_S = 1.0
# Which device a path leads to.
_Device = tuple[int, int, int] | None


class PlugWatch:
    """Calls `came` of each path when a device is plugged in there, from a thread of its own."""

    def __init__(
        self,
        came: Mapping[Path, Callable[[], None]],
        look_every_s: float = LOOK_EVERY_S,
        udev: Path = UDEV,
    ) -> None:
        self._came, self._look_every_s = dict(came), look_every_s
        self._stop = threading.Event()
        self._seen = {path: _device_at(path) for path in self._came}
        self._monitor = _monitor() if udev.exists() else None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start watching."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self.close()

    def start(self) -> None:
        """Start watching; nobody is told of what is there already."""
        self._thread = threading.Thread(target=self._watch, name="hotplug", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Look at every path once and tell whoever waits there."""
        for path, came in self._came.items():
            before, now = self._seen[path], _device_at(path)
            self._seen[path] = now
            if now is not None and now != before:
                came()

    def _watch(self) -> None:
        while not self._stop.is_set():
            if self._monitor is None:
                self._stop.wait(self._look_every_s)
            else:
                # What udev says only wakes us; a message lost is made good by the next look.
                self._monitor.poll(self._look_every_s)
            self.look()


def _monitor() -> pyudev.Monitor | None:
    try:
        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in ("tty", "input"):
            monitor.filter_by(subsystem)
        monitor.start()
    except OSError as error:
        # A container may have udev's socket without the right to listen; looking is enough.
        log.info("udev does not let us listen (%s)", error.strerror)
        return None
    return monitor


def _device_at(path: Path) -> _Device:
    try:
        device = path.stat()
    except OSError:
        return None
    return device.st_dev, device.st_ino, device.st_rdev
