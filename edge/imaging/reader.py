"""The reader: a process of its own, last in line for the machine, that reads pages one by one.

`python -m edge.imaging.reader` takes requests on standard input and answers on standard output, a
line of JSON each. A request is a line with the number of bytes, then the master. It opens no file
and no database, so that it may be killed at any moment and nothing is lost but the page in hand.
"""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from edge.domain.errors import ArchiveError, DangxiaError, DeviceError, InvalidInput
from edge.imaging.ocr import PAGE_SECONDS, TIED, Line, Reading, read_page

# The reader stands still while the counter works; its own patience must outlast that.
LONG = 24 * 3600.0
GLANCE_S = 0.1
# Whoever dies without a word, as by kill -9, takes its reader along, even one that stands still.
LAST_IN_LINE = (TIED, ("nice", "-n", "19"), ("ionice", "-c", "3"))


class ReaderLost(DeviceError):
    """The reader's process ended or was killed before it had answered."""


class Reader:
    """One reading process, started when it is first needed and again after it was lost.

    It stands still while `busy`, and gives up when `ended`.
    """

    def __init__(self, busy: Callable[[], bool], ended: Callable[[], bool]) -> None:
        self._busy, self._ended = busy, ended
        self._running: subprocess.Popen[bytes] | None = None

    def read(self, master: bytes) -> Reading | None:
        """Read one page; None when the reader ended before it was read.

        Raises ReaderLost `imaging.reader_lost`, InvalidInput for a page that cannot be read or that
        takes too long, ArchiveError `imaging.tool_missing`.
        """
        running = self._started()
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            running.stdin.write(f"{len(master)}\n".encode() + master)
            running.stdin.flush()
        except OSError as error:
            self.stop()
            raise ReaderLost("imaging.reader_lost") from error
        if not self._answers(running, running.stdout):
            self.stop()
            return None
        answer = running.stdout.readline()
        if not answer.endswith(b"\n"):
            self.stop()
            raise ReaderLost("imaging.reader_lost")
        return _reading(json.loads(answer))

    def stop(self) -> None:
        """End the process and whatever it started."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        for end in (self._running.stdin, self._running.stdout):
            if end is not None:
                with suppress(OSError):
                    end.close()
        self._running.wait()
        self._running = None

    @property
    def pid(self) -> int | None:
        """The process, if it runs."""
        return self._running.pid if self._running else None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._running is not None and self._running.poll() is not None:
            self.stop()
        if self._running is None:
            polite = [word for tool in LAST_IN_LINE if shutil.which(tool[0]) for word in tool]
            self._running = subprocess.Popen(
                [*polite, sys.executable, "-m", "edge.imaging.reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._running

    def _answers(self, running: subprocess.Popen[bytes], answers: IO[bytes]) -> bool:
        """Wait for the answer, holding the process still while the counter is busy."""
        spent, still = 0.0, False
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            while not selector.select(GLANCE_S):
                if self._ended():
                    return False
                if self._busy() is not still:
                    still = not still
                    os.killpg(running.pid, signal.SIGSTOP if still else signal.SIGCONT)
                spent += 0.0 if still else GLANCE_S
                if spent > PAGE_SECONDS:
                    self.stop()
                    raise InvalidInput("page.unreadable", detail=f"no text in {PAGE_SECONDS:g} s")
        if still:
            os.killpg(running.pid, signal.SIGCONT)
        return True


def _reading(answer: dict[str, Any]) -> Reading:
    if "error" in answer:
        wrong = ArchiveError if answer["error"] == "imaging.tool_missing" else InvalidInput
        raise wrong(answer["error"], **answer["fields"])
    lines = tuple(Line(*each) for each in answer["lines"])
    return Reading(lines, answer["turn"], answer["confidence"], tuple(answer["size"]))


def _answer(master: bytes) -> dict[str, Any]:
    try:
        found = read_page(master, LONG)
    except DangxiaError as error:
        return {"error": error.key, "fields": {name: str(v) for name, v in error.fields.items()}}
    lines = [[each.left, each.top, each.width, each.height, each.text] for each in found.lines]
    said = {"turn": found.turn, "confidence": found.confidence, "size": found.size}
    return {"lines": lines, **said}


def main() -> None:
    """Answer requests until standard input ends."""
    while head := sys.stdin.buffer.readline():
        answer = _answer(sys.stdin.buffer.read(int(head)))
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
