"""The document camera's one reader: pictures for everybody who looks, and for the page kept."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Protocol

from edge.domain.errors import DangxiaError, DeviceUnavailable

UNWATCHED_S = 5.0  # after which the camera is let go
FIRST_PICTURE_S = 10.0


class Picture(Protocol):
    """One frame as a whole JPEG."""

    @property
    def jpeg(self) -> bytes:
        """The camera's own bytes."""
        ...


Pictures = Callable[[], Generator[Picture, None, None]]
"""Opens the camera and shows pictures until the caller stops; errors as of the driver."""


class Viewfinder:
    """The camera's one reader: open while somebody looks, and let go soon after."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._changed = threading.Condition()
        self._latest: Picture | None = None
        self._count, self._asked = 0, 0.0
        self._trouble: DangxiaError | None = None
        self._running = False

    def picture(self, after: int = -1) -> tuple[int, bytes]:
        """Give a picture newer than number `after`, and its number.

        Raises DeviceUnavailable `device.camera.*`.
        """
        with self._changed:
            self._asked = time.monotonic()
            if not self._running:
                self._running, self._trouble = True, None
                # What was seen before the camera was let go may lie there no more.
                self._latest = None
                threading.Thread(target=self._watch, name="viewfinder", daemon=True).start()
            self._changed.wait_for(
                lambda: self._trouble or (self._latest and self._count > after), FIRST_PICTURE_S
            )
            if self._trouble is not None:
                raise self._trouble
            if self._latest is None or self._count <= after:
                raise DeviceUnavailable("device.camera.timeout", fault="timeout")
            return self._count, self._latest.jpeg

    def fresh(self) -> bytes:
        """Give a picture that was begun after this moment."""
        number, _ = self.picture()
        return self.picture(number + 1)[1]

    def _noted(self, picture: Picture) -> bool:
        """Keep the newest picture, and say whether anybody still looks."""
        with self._changed:
            self._latest, self._count = picture, self._count + 1
            self._changed.notify_all()
            return time.monotonic() - self._asked < UNWATCHED_S

    def _watch(self) -> None:
        trouble: DangxiaError | None = None
        try:
            with closing(self._pictures()) as pictures:
                for picture in pictures:
                    if not self._noted(picture):
                        return
        except DangxiaError as error:
            trouble = error
        finally:
            with self._changed:
                self._running, self._trouble = False, trouble
                self._changed.notify_all()
