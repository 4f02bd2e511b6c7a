"""`dangxia doctor`: check this machine and its devices."""

import argparse
from pathlib import Path
from typing import Any

from edge.settings import read_settings
from provisioning.doctor import as_json, as_text, examine


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `doctor`."""
    doctor = nouns.add_parser("doctor", help="check this machine and its devices")
    doctor.add_argument("--config", type=Path, help="a box's settings: its devices are checked too")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(act=run)


def run(chosen: argparse.Namespace) -> int:
    """Print what was found; 1 when something is not well."""
    checks = examine(read_settings(chosen.config) if chosen.config else None)
    print(as_json(checks) if chosen.json else as_text(checks))
    return 0 if all(check.well for check in checks) else 1
