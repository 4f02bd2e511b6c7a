"""`dangxia carry`: the exchange by stick, at a box or at the hub."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from edge.box import Record, hold_folder, require_enrolled
from edge.domain.errors import Conflict, DangxiaError, InvalidInput
from edge.settings import read_settings
from edge.web.locale import gettext, sentence, sentence_of
from sync.carry import Site, Watch, megabytes, senders_on, site_of_box
from sync.carry_export import Exported, export_to
from sync.carry_import import Imported, import_from
from sync.hub.carry import receivers, site_of_hub
from sync.hub.county import County, hold_hub
from sync.side import Side


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `carry` and its acts."""
    acts = nouns.add_parser("carry", help="exchange by USB stick").add_subparsers(required=True)
    for name, act, help in (
        ("export", export, "put on the stick what the other side lacks"),
        ("import", import_, "take in what is on the stick for this machine"),
    ):
        parser = acts.add_parser(name, help=help)
        parser.add_argument("stick", type=Path, metavar="DIR", help="where the stick is mounted")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--config", type=Path, help="a box's box.toml")
        place.add_argument("--folder", type=Path, help="the hub's folder")
        parser.set_defaults(act=act)
        if name == "export":
            parser.add_argument(
                "--for",
                dest="receiver",
                default="",
                metavar="BOX",
                help="at the hub: a box's id or its beginning, or a town's code; "
                "without it, the boxes that brought this stick",
            )
            parser.add_argument(
                "--fill", action="store_true", help="fill a stick that is too small for everything"
            )


def export(chosen: argparse.Namespace) -> int:
    """Fill the stick; 1 when files could not be read, or one of several boxes gets nothing."""
    wrong, watch = 0, _watch(gettext("写入"))
    with _opened(chosen) as (site, county):
        wanted = _receivers(chosen, site, county)
        for receiver in wanted:
            try:
                done = export_to(chosen.stick, site, receiver, fill=chosen.fill, watch=watch)
            except DangxiaError as error:
                if len(wanted) == 1:
                    raise
                wrong += 1
                print(f"{receiver[:8]}\n  ✗ {sentence_of(error)}", file=sys.stderr)
                continue
            print(_exported(done))
            wrong += len(done.unreadable)
            for digest in done.unreadable:
                print(f"  ✗ {sentence('blob.damaged', {'digest': digest})}", file=sys.stderr)
    return 1 if wrong else 0


def import_(chosen: argparse.Namespace) -> int:
    """Empty the stick; 1 when something on it was not taken."""
    with _opened(chosen) as (site, _):
        found = import_from(chosen.stick, site, watch=_watch(gettext("读取")))
    for each in found:
        print(_imported(each))
        for trouble in each.troubles:
            print(f"  ✗ {sentence_of(trouble)}", file=sys.stderr)
    return 1 if any(each.troubles for each in found) else 0


def _receivers(chosen: argparse.Namespace, site: Site, county: County | None) -> list[str]:
    if county is None:
        return [chosen.receiver or site.hub]
    if chosen.receiver:
        return [member.id for member in receivers(county, chosen.receiver)]
    senders = senders_on(chosen.stick, site)
    if not senders:
        raise InvalidInput("carry.for_whom")
    return senders


@contextmanager
def _opened(chosen: argparse.Namespace) -> Iterator[tuple[Site, County | None]]:
    with ExitStack() as ends, _at_rest():
        if chosen.folder is not None:
            if not (chosen.folder / "hub.key").exists():
                raise InvalidInput("carry.no_hub", folder=str(chosen.folder))
            ends.enter_context(hold_hub(chosen.folder))
            county = County.open(chosen.folder)
            ends.callback(county.close)
            yield site_of_hub(county), county
            return
        folder = read_settings(chosen.config).folder
        require_enrolled(folder)
        # Either side may find that it was set back, and then takes a new identity.
        ends.enter_context(hold_folder(folder))
        record = Record(folder)
        ends.callback(record.close)
        yield _site_of(record), None


@contextmanager
def _at_rest() -> Iterator[None]:
    """Where the program runs, its own screen carries: two at work on one folder would quarrel."""
    try:
        yield
    except Conflict as error:
        if error.key != "folder.in_use":
            raise
        raise Conflict("carry.in_use") from error


def _site_of(record: Record) -> Site:
    spaces = {space.name: space for space in (record.county, record.town)}
    blobs = {record.town.name: record.blobs}
    side = Side(spaces, blobs, record.keys, record.pins, record.folder, record.clock)
    return site_of_box(side)


def _watch(word: str) -> Watch:
    def watch(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "" if done < total else "\n"
            print(f"\r{word} {megabytes(done)}/{megabytes(total)} MB", end=end, file=sys.stderr)

    return watch


def _exported(done: Exported) -> str:
    said = gettext("给 %(box)s：记录 %(segments)s 段，文件 %(files)s 个（%(mb)s MB）") % {
        "box": done.receiver[:8],
        "segments": done.segments,
        "files": done.files,
        "mb": megabytes(done.file_bytes),
    }
    if done.left:
        left = {"files": done.left, "mb": megabytes(done.left_bytes)}
        said += gettext("；还有 %(files)s 个（%(mb)s MB）要用下一个盘") % left
    return said


def _imported(done: Imported) -> str:
    said = gettext(
        "来自 %(box)s：新记录 %(entries)s 条，文件 %(files)s 个（%(mb)s MB），"
        "对方已收到文件 %(confirmed)s 个"
    ) % {
        "box": done.sender[:8],
        "entries": done.entries,
        "files": done.files,
        "mb": megabytes(done.file_bytes),
        "confirmed": done.confirmed,
    }
    if done.unfinished:
        said += gettext("；对方没有导完，还有下一批")
    if done.received:
        said += f"\n  {sentence('carry.received', {'records': done.received})}"
    return said
