"""After a box has stopped on battery: switching the machine off, or waiting for the mains."""

import logging
import signal
import subprocess
import threading
from collections.abc import Sequence

from devices.ups import NutUps
from edge.domain.power import PowerWatch, Stage
from edge.settings import UpsSettings
from edge.store.entries import now_ms
from edge.wiring import power_rules, ups_of

log = logging.getLogger("dangxia.power")

SWITCH_OFF_WITHIN_S = 60


def switch_off(command: Sequence[str]) -> int:
    """Run the configured command; says with what it ended, 1 where it could not be run."""
    log.info("the battery is ending; the record is closed; switching off")
    try:
        return subprocess.run(list(command), timeout=SWITCH_OFF_WITHIN_S, check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("the shutdown command: %s", error)
        return 1


def wait_for_mains(settings: UpsSettings) -> bool:
    """Wait until the mains are back; False when asked to stop instead."""
    log.info("the record is closed; waiting for the mains")
    ups = ups_of(settings, now_ms)
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        # From a signal's handler nothing may wait for the thread that it interrupts.
        threading.Thread(target=ups.close, daemon=True).start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _mains_are_back(ups, PowerWatch(power_rules(settings), Stage.ENDING), stopped)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        ups.close()


def _mains_are_back(ups: NutUps, watch: PowerWatch, stopped: threading.Event) -> bool:
    ups.start()
    for power in ups.powers():
        if watch.note(power) is Stage.MAINS:
            log.info("the mains are back")
            return not stopped.is_set()
    return False
