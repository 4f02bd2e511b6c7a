"""`dangxia box`: run a box, compute its projection again, prove its record."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from edge.box import Box, Record, hold_folder, key_path, require_enrolled
from edge.domain.errors import ArchiveError
from edge.settings import Settings, read_settings
from edge.store import verification
from edge.store.keys import Keys
from edge.store.pages import damaged_pages
from edge.store.verification import Finding, Report
from edge.web.damage import damage_in_words
from edge.web.locale import gettext, sentence
from provisioning.power import switch_off, wait_for_mains
from provisioning.serving import Listener, log_to_stderr, serve
from sync.roster import roster_of


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `box` and its acts."""
    box = nouns.add_parser("box", help="run, rebuild or verify a box")
    acts = box.add_subparsers(dest="act_name", required=True)
    for name, act, help in (
        ("run", run, "run the box in the foreground"),
        ("rebuild", rebuild, "compute the projection again from the record"),
        ("verify", verify, "walk chains, seals, receipts and files"),
    ):
        parser = acts.add_parser(name, help=help)
        parser.add_argument("--config", type=Path, required=True)
        parser.set_defaults(act=act)


def run(chosen: argparse.Namespace) -> int:
    """Serve until asked to stop; after a power cut without `shutdown`, again with the mains."""
    settings = read_settings(chosen.config)
    log_to_stderr()
    while _serve_once(settings):
        assert settings.ups is not None
        if settings.ups.shutdown:
            return switch_off(settings.ups.shutdown)
        if not wait_for_mains(settings.ups):
            return 0
    return 0


def _serve_once(settings: Settings) -> bool:
    """Run the box until it is stopped; says whether it stopped because its battery was ending."""
    ended = threading.Event()

    def stop() -> None:
        ended.set()
        # As anybody else would ask; the box closes its record as it always does.
        os.kill(os.getpid(), signal.SIGTERM)

    folder = settings.folder
    with telling_damage(folder, lambda: Keys.load(key_path(folder))):
        box = Box(settings)
    box.wiring.when_power_ends = stop
    try:
        box.start()
        serve([Listener(box.app, settings.host, settings.port)])
    finally:
        box.stop()
    return ended.is_set()


def rebuild(chosen: argparse.Namespace) -> int:
    """Rebuild both spaces; 1 when what stood differed."""
    folder = read_settings(chosen.config).folder
    require_enrolled(folder)
    with hold_folder(folder), telling_damage(folder, lambda: Keys.load(key_path(folder))):
        record = Record(folder)
        try:
            same = [space.write(verification.remake) for space in (record.county, record.town)]
        finally:
            record.close()
    same_as_recorded = gettext("现状与记录一致")
    print(same_as_recorded if all(same) else gettext("现状与记录不一致，已按记录重算"))
    return 0 if all(same) else 1


def tell_damaged(folder: Path, keys: Keys, to: TextIO | None = None) -> list[str]:
    """Print which pages of which databases do not verify; the names of those databases."""
    found = []
    for path in sorted(folder.glob("*.db")):
        pages = damaged_pages(path, keys.derive("database"))
        if pages:
            found.append(path.name)
            where, _ = damage_in_words(path, pages)
            print(f"  {where}", file=to)
    if found:
        print(f"  → {sentence('verify.page')}", file=to)
    return found


@contextmanager
def telling_damage(folder: Path, keys: Callable[[], Keys]) -> Iterator[None]:
    """Where a database cannot be read, say which pages are damaged and what is to be done."""
    try:
        yield
    except ArchiveError as error:
        if error.key == "storage.unreadable":
            tell_damaged(folder, keys(), to=sys.stderr)
        raise


def tell_findings(findings: Sequence[Finding]) -> None:
    """Print what does not hold, and once what is to be done about it."""
    for each in findings:
        print(f"  ✗ {each.kind} {each.subject}: {each.detail}")
    for key in sorted({"verify.file" if e.kind == "file" else "verify.record" for e in findings}):
        print(f"  → {sentence(key)}")


def tell_report(name: str, report: Report) -> None:
    """Print what of a space was walked, where its boxes' records part, and what does not hold."""
    said = gettext(
        "记录 %(entries)s，链封 %(seals)s，回执 %(receipts)s，文件 %(files)s，待传 %(awaiting)s"
    )
    counts = {key: count for key, count in asdict(report).items() if isinstance(count, int)}
    print(f"{name}: {said % counts}")
    for box, n in report.forks:
        forked = gettext("记录在此分叉（恢复过旧备份，或有两台机器用过一把钥匙）")
        print(f"  {forked}: {box}/{n}")
    tell_findings(report.findings)


def verify(chosen: argparse.Namespace) -> int:
    """Verify both spaces; 1 when something does not hold."""
    folder = read_settings(chosen.config).folder
    require_enrolled(folder)
    if tell_damaged(folder, Keys.load(key_path(folder))):
        return 1
    record = Record(folder)
    sound = True
    try:
        roster = roster_of(record.county, record.pins.hub, record.pins.public_key)
        keys = {record.pins.hub: record.pins.public_key}
        # Before its first exchange it stands in no roster that it holds.
        keys[record.keys.id] = record.keys.public_key
        keys |= {member.id: member.public_key for member in roster.members.values()}
        for space, blobs in (
            (record.county, record.county_blobs),
            (record.town, record.blobs),
        ):
            with space.read() as connection:
                report = verification.verify(connection, blobs, keys)
            sound = sound and not report.findings
            tell_report(space.name, report)
    finally:
        record.close()
    return 0 if sound else 1
