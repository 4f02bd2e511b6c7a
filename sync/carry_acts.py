"""Carrying as a screen starts it: by a stick, for a receiver, ended by sentences that are true."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sync.carry import Site, Watch, megabytes
from sync.carry_export import Exported, export_to
from sync.carry_import import Imported, import_from

Said = tuple[str, str, Mapping[str, Any]]
Act = Callable[[Path, str, Watch], Sequence[Said]]
SAFE: Said = ("done", "carry.safe", {})


def acts_of_box(site: Site) -> dict[str, Act]:
    """A box's: to its hub and from it. Only what fits is put on a stick."""

    def give(stick: Path, receiver: str, watch: Watch) -> Sequence[Said]:
        return [*said_of_export(export_to(stick, site, site.hub, fill=True, watch=watch)), SAFE]

    def take(stick: Path, receiver: str, watch: Watch) -> Sequence[Said]:
        found = import_from(stick, site, watch=watch)
        return [*(said for each in found for said in said_of_import(each)), SAFE]

    return {"export": give, "import": take}


def said_of_export(done: Exported) -> list[Said]:
    """What was put on a stick, and what was not."""
    told = {"records": done.records, "files": done.files, "mb": megabytes(done.file_bytes)}
    said: list[Said] = [("done", "carry.exported", told)]
    if done.left:
        left = {"files": done.left, "mb": megabytes(done.left_bytes)}
        said.append(("care", "carry.left", left))
    if done.unreadable:
        said.append(("alarm", "carry.unreadable", {"files": len(done.unreadable)}))
    return said


def said_of_import(found: Imported) -> list[Said]:
    """What was taken from a stick, and what was not and why."""
    told = {
        "records": found.entries,
        "files": found.files,
        "mb": megabytes(found.file_bytes),
        "confirmed": found.confirmed,
    }
    said: list[Said] = [("care" if found.troubles else "done", "carry.imported", told)]
    if found.received:
        said.append(("done", "carry.received", {"records": found.received}))
    said += [("alarm", error.key, error.fields) for error in found.troubles]
    if found.unfinished:
        said.append(("care", "carry.more", {}))
    return said
