"""No screen waits for a device that does not answer, and none is forgotten after a fault."""

import threading
import time

import pytest

from devices.driver import Health, State
from edge.web.latest_health import LatestHealth

PATIENCE_S = 60


def until(latest: LatestHealth, device: str, state: State) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while latest.told()[device]().state is not state:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_last_word_is_told_while_a_device_keeps_silent() -> None:
    answer, asked = threading.Event(), threading.Event()

    def silent() -> Health:
        asked.set()
        assert answer.wait(PATIENCE_S)
        return Health(State.BUSY)

    latest = LatestHealth({"printer": silent, "scanner": lambda: Health(State.READY)}, 0.01)
    assert latest.told()["scanner"]() == Health(State.ABSENT)
    latest.start()
    assert asked.wait(PATIENCE_S)
    until(latest, "scanner", State.READY)
    assert latest.told()["printer"]() == Health(State.ABSENT)
    answer.set()
    until(latest, "printer", State.BUSY)
    latest.stop()


def test_a_fault_is_logged_once_and_the_device_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [OSError("gone"), OSError("gone")]

    def failing() -> Health:
        if faults:
            raise faults.pop()
        return Health(State.READY)

    latest = LatestHealth({"scanner": failing}, 0.01)
    latest.start()
    until(latest, "scanner", State.READY)
    latest.stop()
    assert caplog.text.count("does not say how it is") == 1
