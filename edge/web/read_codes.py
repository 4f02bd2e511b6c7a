"""The codes that the gun read last, by number: signals to browsers carry the number alone."""

import threading
from collections import OrderedDict

KEPT = 16


class ReadCodes:
    """The newest codes; `keep` may be called from any thread."""

    def __init__(self) -> None:
        self._codes: OrderedDict[int, str] = OrderedDict()
        self._last = 0
        self._lock = threading.Lock()

    def keep(self, code: str) -> int:
        """Keep a code, empty for one that did not come whole; give its number."""
        with self._lock:
            self._last += 1
            self._codes[self._last] = code
            while len(self._codes) > KEPT:
                self._codes.popitem(last=False)
            return self._last

    def of(self, number: int) -> str | None:
        """The code of a number, None once it is forgotten."""
        with self._lock:
            return self._codes.get(number)
