"""No screen waits for a device that does not answer."""

import threading

from devices.driver import Health, State
from edge.web.latest_health import LatestHealth


def test_the_last_word_is_told_while_a_device_keeps_silent() -> None:
    answer, asked = threading.Event(), threading.Event()

    def silent() -> Health:
        asked.set()
        assert answer.wait(60)
        return Health(State.BUSY)

    latest = LatestHealth({"printer": silent, "scanner": lambda: Health(State.READY)})
    told = latest.told()
    assert latest.devices == ["printer", "scanner"]
    assert told["scanner"]() == Health(State.ABSENT)
    waiting = threading.Thread(target=latest.ask, args=("printer",))
    waiting.start()
    assert asked.wait(60)
    latest.ask("scanner")
    assert told["scanner"]() == Health(State.READY)
    assert told["printer"]() == Health(State.ABSENT)
    answer.set()
    waiting.join()
    assert told["printer"]() == Health(State.BUSY)
