"""The scanners that SANE sees on this machine, each by what stays the same at every plug."""

import logging
import os
import re
import subprocess
from pathlib import Path

from devices.driver import Found

log = logging.getLogger(__name__)

LISTED = "%d\t%v\t%m%n"
SYS = Path("/sys")
ASK_S = 20.0  # every backend is asked, and some look around the net
# Backends whose devices are found on other ways, or are none.
_ELSEWHERE = {"airscan", "escl", "net", "v4l", "gphoto2"}
_ON_BUS = re.compile(r"usb:(\d{3}):(\d{3})")
_SERIAL = re.compile(r":([0-9A-Z][0-9A-Za-z]{4,})$")


def cabled_scanners(config: str = "") -> list[Found]:
    """Ask every backend, which takes seconds; `config` is a SANE_CONFIG_DIR, else the system's."""
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    if config:
        environment["SANE_CONFIG_DIR"] = config
    try:
        run = subprocess.run(
            ["scanimage", "--formatted-device-list", LISTED],
            env=environment,
            capture_output=True,
            timeout=ASK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("scanimage: %s", error)
        return []
    found = devices_in(run.stdout.decode("utf-8", "replace"))
    return [each for each in found if backend_of(each) not in _ELSEWHERE]


def devices_in(said: str, sys: Path = SYS) -> list[Found]:
    """Read a list in the form of LISTED; the serial number, if any, is in `options`."""
    seen: dict[str, int] = {}
    found = []
    for line in said.splitlines():
        name, _, described = line.partition("\t")
        model, serial = " ".join(described.split("\t")), serial_of(name, sys)
        if not described:
            continue
        one = f"sane:{name.partition(':')[0]}:{model} {serial}".strip()
        seen[one] = seen.get(one, 0) + 1
        # Two alike without a number of their own can only be told by their order.
        alike = f":{seen[one]}" if seen[one] > 1 else ""
        found.append(Found(one + alike, "scanner", model, name, {"serial": serial}))
    return found


def backend_of(found: Found) -> str:
    """The backend of SANE that drives a device."""
    return found.address.partition(":")[0]


def serial_of(name: str, sys: Path = SYS) -> str:
    """The serial number: of the USB device at that place of the bus, else the name's last part."""
    place = _ON_BUS.search(name)
    if place is None:
        written = _SERIAL.search(name)
        return written[1] if written else ""
    bus = [str(int(number)) for number in place.groups()]
    for device in sys.glob("bus/usb/devices/*"):
        if [_line(device / "busnum"), _line(device / "devnum")] == bus:
            return _line(device / "serial")
    return ""


def _line(path: Path) -> str:
    return path.read_text("utf-8", errors="replace").strip() if path.is_file() else ""
