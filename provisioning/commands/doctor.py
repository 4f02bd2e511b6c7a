"""`dangxia doctor`: check this machine, test its devices, find those not set up yet."""

import argparse
import logging
from pathlib import Path
from typing import Any

from devices.network import WITHIN_S
from devices.plugged import DEV
from edge.settings import read_settings
from edge.web.locale import speaking
from provisioning.device_offers import Surroundings
from provisioning.doctor import as_json, as_text, examine


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `doctor`."""
    doctor = nouns.add_parser("doctor", help="check this machine and its devices")
    doctor.add_argument("--config", type=Path, help="a box's settings: its devices are tested too")
    doctor.add_argument("--json", action="store_true")
    seconds = f"seconds to listen for devices on the net ({WITHIN_S:g}), 0 not to"
    doctor.add_argument("--listen", type=float, default=WITHIN_S, help=seconds)
    doctor.add_argument("--dev", type=Path, default=DEV, help=argparse.SUPPRESS)
    doctor.set_defaults(act=run)


def run(chosen: argparse.Namespace) -> int:
    """Print what was found; 1 when something set up is not well."""
    # Drivers log what they meet; here it is told as a finding instead.
    logging.getLogger("devices").setLevel(logging.CRITICAL)
    settings = read_settings(chosen.config) if chosen.config else None
    # Its findings have no English yet, and half of it helps nobody.
    with speaking("zh"):
        checks = examine(settings, Surroundings(chosen.dev, listen_s=chosen.listen))
    print(as_json(checks) if chosen.json else as_text(checks))
    return 0 if all(check.well for check in checks) else 1
