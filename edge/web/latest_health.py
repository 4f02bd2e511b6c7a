"""What devices said last of their health: the screens never wait for one that does not answer."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial

from devices.driver import Health, State

log = logging.getLogger(__name__)

EVERY_S = 5.0


class LatestHealth:
    """The last word of each device, asked `every` so many seconds in a thread of its own.

    Nobody waits for these threads, at the end of the program neither: a device that does not answer
    may hold its own for long.
    """

    def __init__(self, asked: Mapping[str, Callable[[], Health]], every: float = EVERY_S) -> None:
        self._asked, self._every = asked, every
        self._known: dict[str, Health] = {}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to ask."""
        for device in self._asked:
            threading.Thread(
                target=self._keep_asking, args=(device,), name=f"health-{device}", daemon=True
            ).start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()

    def told(self) -> dict[str, Callable[[], Health]]:
        """For each device, what gives its last word at once; absent until it was asked."""
        return {name: partial(self._last, name) for name in self._asked}

    def _last(self, device: str) -> Health:
        return self._known.get(device) or Health(State.ABSENT)

    def _keep_asking(self, device: str) -> None:
        failed = False
        while not self._stopping.is_set():
            try:
                self._known[device] = self._asked[device]()
            except Exception:
                # The outermost frame of a thread; a device closed under it is no news.
                if not failed and not self._stopping.is_set():
                    log.exception("%s does not say how it is", device)
                failed = True
            else:
                failed = False
            self._stopping.wait(self._every)
