"""The guest's side: every report goes to the host, and the host is asked to plug and to speak."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kernel.machine import CHANNEL

# Everything takes its time where each instruction is emulated.
PATIENCE_S = 30.0
_LOOK_S = 0.05


class Guest:
    """Sends what pytest says of each test up the channel."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.host = Host()

    def pytest_collection_finish(self) -> None:
        self.host.send({"told": f"ready after {_uptime():.0f} s"})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self.host.send({"report": told})

    def pytest_sessionfinish(self) -> None:
        self.host.send({"told": f"done after {_uptime():.0f} s"})


class Host:
    """The hands outside: plug, unplug, tell a simulator, type."""

    def __init__(self) -> None:
        self._channel = os.open(f"/dev/virtio-ports/{CHANNEL}", os.O_RDWR)
        self._turn = threading.Lock()
        self._plugged: set[str] = set()

    def send(self, said: dict[str, object]) -> None:
        """Say one thing to the host."""
        left = memoryview(json.dumps(said).encode() + b"\n")
        while left:
            left = left[os.write(self._channel, left) :]

    def ask(self, *asked: str) -> str:
        """Have the host do something; raises ValueError in its words where it cannot."""
        with self._turn:
            self.send({"ask": asked})
            received = b""
            while not received.endswith(b"\n"):
                received += os.read(self._channel, 4096)
        answer = json.loads(received)
        if "refused" in answer:
            raise ValueError(answer["refused"])
        return str(answer["answer"])

    def plug(self, name: str) -> None:
        """Plug a device of `room.PLUGS`."""
        self.ask("plug", name)
        self._plugged.add(name)

    def unplug(self, name: str) -> None:
        """Pull it out, under an open driver too."""
        self.ask("unplug", name)
        self._plugged.discard(name)

    def tell(self, name: str, command: str) -> None:
        """Give a command to the simulator behind a plug."""
        answer = self.ask("tell", name, command)
        assert answer.startswith("ok"), answer

    def type(self, text: str) -> None:
        """Press keys at the keyboard that was plugged last, no faster than this guest can take."""
        for character in text:
            self.ask("type", "keyboard", character)

    def clear(self) -> None:
        """Pull out whatever a test left plugged."""
        for name in sorted(self._plugged):
            with suppress(ValueError):  # the test may have failed between asking and plugging
                self.ask("unplug", name)
        self._plugged.clear()
        # What udev has not taken away yet the next test would open as its own.
        until(_unplugged)


def _unplugged() -> bool:
    try:
        return not any(Path("/dev").glob("*/by-id/usb-QEMU*"))
    except FileNotFoundError:  # a folder has just gone with the last of its names
        return False


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """The host's hands, and nothing left in the plugs afterwards."""
    for plugin in request.config.pluginmanager.get_plugins():
        if isinstance(plugin, Guest):
            yield plugin.host
            plugin.host.clear()
            return


def until(true: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait until something holds, as long as a slow machine may need."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(_LOOK_S)


def _uptime() -> float:
    return float(Path("/proc/uptime").read_text("ascii").split()[0])
