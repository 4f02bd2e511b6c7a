"""`dangxia technician`: bring a new box to its county."""

import argparse
from pathlib import Path
from typing import Any

from edge.box import allowance_in
from edge.settings import read_settings
from edge.web.locale import gettext
from provisioning.enrolment import enrol
from sync.enrolment import read_ticket
from sync.spool import PIECE


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `technician` and its acts."""
    technician = nouns.add_parser("technician", help="enrol a box")
    acts = technician.add_subparsers(dest="act_name", required=True)
    parser = acts.add_parser("enrol", help="show the county's ticket and wait to be accepted")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--ticket", required=True, help="the code DX1-…")
    parser.add_argument("--town", required=True, help="the town's division code")
    parser.add_argument("--name", required=True, help="what the county shall call this box")
    parser.add_argument("--replace", default="", metavar="BOX", help="the box whose place it takes")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds to wait")
    parser.set_defaults(act=run)


def run(chosen: argparse.Namespace) -> int:
    """Enrol, and say where the box now belongs."""
    settings = read_settings(chosen.config)
    ticket = read_ticket(chosen.ticket)
    record = enrol(
        settings.folder,
        ticket,
        chosen.town,
        chosen.name,
        chosen.patience,
        show=_show,
        replaces=chosen.replace,
        show_progress=_tell,
        allowance=allowance_in(settings),
    )
    joined = {
        "county": record.pins.county,
        "office": record.office.name,
        "box": record.keys.id[:8],
    }
    print(gettext("已接入 %(county)s：%(office)s（%(box)s）") % joined)
    record.close()
    return 0


def _show(mark: str) -> None:
    print(gettext("本机标记 %(mark)s，请县里核对后接受") % {"mark": mark}, flush=True)


def _tell(done: int, total: int) -> None:
    """A line for each tenth of the town's record."""
    if done in (0, total) or done * 10 // total > (done - PIECE) * 10 // total:
        said = gettext("正在取回本镇资料 %(done)s/%(all)s MiB")
        print(said % {"done": done >> 20, "all": max(total >> 20, 1)}, flush=True)
