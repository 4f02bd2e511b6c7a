"""Hand-over to the county's archive: chosen, judged by four properties, exported, signed for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.four_properties import Check, File, Piece, check, gaps_in
from edge.store import lists, volumes
from edge.store.database import Connection
from edge.store.dossiers import catalogue, dossier_by_number, pages_of
from edge.store.matters import Matter
from edge.store.papers import papers_of_matter
from edge.store.persons import person_of
from edge.store.volumes import Volume
from edge.workflows.acting import Acting, step_another
from edge.workflows.destroying import HEADINGS, line_of
from edge.workflows.office import Office

FLOW, LIST, CHECKED = "archive_handover", "archive_list", "four_properties"
E_FILE = "e_file"
_START = 16


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a piece: its name in the package, and the blob that it is read from."""

    name: str
    blob: str


@dataclass(frozen=True, slots=True)
class Going:
    """A volume or a dossier on its way: what is said of it, and its files."""

    number: str
    title: str
    kind: str
    told: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    sources: tuple[Source, ...]
    line: tuple[str, ...]
    matter: str = ""
    dossier: str = ""


def going_of(connection: Connection, text: str) -> list[Going]:
    """Read what a list names, volumes by their numbers and dossiers by theirs, one a line.

    Raises InvalidInput `volume.none`, `volume.unknown` (text).
    """
    wanted = list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))
    if not wanted:
        raise InvalidInput("volume.none")
    return [_going(connection, number) for number in wanted]


def _going(connection: Connection, number: str) -> Going:
    dossier = dossier_by_number(connection, number)
    if dossier is None:
        return _volume(connection, volumes.chosen(connection, number)[0])
    name = person_of(connection, dossier.person).name
    told = [("姓名", name), ("类别", dossier.dossier_class), ("保管单位", dossier.holder)]
    sources, sheets = [], 0
    for material in catalogue(connection, dossier.id):
        place = f"{material.category}-{material.position:02d}"
        told.append((place, f"{material.title} {material.formed_on} {material.pages}页"))
        for page in pages_of(connection, material.id):
            if not page.discarded:
                sheets += 1
                sources.append(Source(f"{place}-{page.number:03d}.jpg", page.blob))
    line = (number, name, "", "永久", str(len(told) - 3), str(sheets), dossier.shelf)
    return Going(number, name, "个人档案", tuple(told), ("姓名", "类别"), tuple(sources), line,
                 dossier=dossier.id)  # fmt: skip


def _volume(connection: Connection, volume: Volume) -> Going:
    told = (
        ("题名", volume.title),
        ("门类", volume.category),
        ("归档范围", volume.series),
        ("期", volume.period),
        ("单位", volume.unit),
        ("保管期限", volume.term),
        ("件数", volume.pieces),
        ("页数", volume.pages),
        ("架位", volume.shelf),
    )
    kept = [each for each in papers_of_matter(connection, volume.id) if each.form == E_FILE]
    sources = [Source(f"{n:03d}.pdf", each.blob) for n, each in enumerate(reversed(kept), 1)]
    required = ("题名", "门类", "期", "保管期限", "件数", "页数")
    return Going(volume.volume, volume.title, "案卷", told, required, tuple(sources),
                 line_of(volume), matter=volume.id)  # fmt: skip


def judge(office: Office, connection: Connection, text: str) -> list[Check]:
    """Judge the four properties of what a list names; every file is read and digested."""
    going = going_of(connection, text)
    register = [each.volume for each in volumes.volumes(connection)]
    stems = {each.number.rpartition("-")[0] for each in going if each.matter}
    gaps = [gap for gap in gaps_in(register) if gap.rpartition("-")[0] in stems]
    return check([_piece(office, each) for each in going], gaps)


def _piece(office: Office, going: Going) -> Piece:
    told = dict(going.told)
    required = tuple((name, told.get(name, "")) for name in going.required)
    return Piece(going.number, going.title, required, tuple(_files(office, going)))


def _files(office: Office, going: Going) -> Iterator[File]:
    for each in going.sources:
        if not office.blobs.has(each.blob):
            yield File(each.name, each.blob, "", b"", 0)
            continue
        try:
            content = office.blobs.examine(each.blob)
        except (Conflict, NotFound) as error:
            yield File(each.name, each.blob, error.key, b"", 0)
            continue
        found = hashlib.sha256(content).hexdigest()
        yield File(each.name, each.blob, found, content[:_START], len(content))


def chosen(acting: Acting) -> Mapping[str, str]:
    """Freeze the list; raises Conflict `volume.moved_on` (number) for what is not kept here."""
    going = going_of(acting.pen.connection, acting.fields["volumes"])
    for each in going:
        _require_here(acting.pen.connection, each)
    facts = [
        ("批次", acting.matter.fields.get("what", "")),
        ("接收单位", acting.matter.fields.get("to", "")),
        ("共计", f"{len(going)} 卷（件）"),
    ]
    lists.freeze(acting.pen, acting.matter.id, LIST, facts, HEADINGS, [e.line for e in going])
    return {"volumes": "\n".join(each.number for each in going)}


def checked(acting: Acting) -> None:
    """Judge and freeze the result; raises Conflict `archive.check_failed` (check, first, count)."""
    found = judge(acting.office, acting.pen.connection, acting.matter.fields.get("volumes", ""))
    for each in found:
        if each.passed is False:
            count = len(each.faults)
            raise Conflict(
                "archive.check_failed", check=each.name, first=each.faults[0], count=count
            )
    lines = [(each.property, each.name, verdict(each)) for each in found]
    facts = [("批次", acting.matter.fields.get("what", "")), ("依据", "DA/T 70-2018 移交环节")]
    lists.freeze(acting.pen, acting.matter.id, CHECKED, facts, ("性质", "检测项", "结果"), lines)


def verdict(each: Check) -> str:
    """A check's result in words."""
    return "未检测" if each.passed is None else "通过" if each.passed else "不通过"


def signed(acting: Acting) -> None:
    """Mark the volumes as handed over; a dossier's paper goes by its own transfer."""
    for each in going_of(acting.pen.connection, acting.matter.fields.get("volumes", "")):
        if each.matter:
            _require_here(acting.pen.connection, each)
            told = {"on": acting.fields["on"], "to": acting.matter.fields.get("to", "")}
            step_another(acting.pen, each.matter, "hand", told)


def _require_here(connection: Connection, going: Going) -> None:
    if going.matter and volumes.chosen(connection, going.number)[0].state != "kept":
        raise Conflict("volume.moved_on", number=going.number)


def listed(connection: Connection, matter: Matter) -> list[Going]:
    """What the list of a hand-over names, as it is now."""
    return going_of(connection, matter.fields.get("volumes", ""))


EFFECTS = {
    (FLOW, "choose"): chosen,
    (FLOW, "check"): checked,
    (FLOW, "sign"): signed,
}
