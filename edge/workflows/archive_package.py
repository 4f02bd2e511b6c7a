"""The package of a hand-over on an offline medium: data and files beside the paper's list.

    <number>/清册.csv            what the list of paper says, one line a volume
    <number>/案卷|个人档案/<档号>/元数据.xml   as an encapsulation of DA/T 48 describes its content
    <number>/…/<档号>/文件/…      the files as they were kept
    <number>/SHA256SUMS          every file's digest, readable by sha256sum -c

The package is written beside its place and renamed once everything is durable.
"""

import csv
import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, NotFound
from edge.domain.matters.registry import flow_of
from edge.domain.office_time import CHINA
from edge.store.durable import fsync_folder
from edge.store.folder import needing_room
from edge.store.matters import Matter, matter_of
from edge.workflows import consultation
from edge.workflows.archiving import FLOW, Going, listed
from edge.workflows.destroying import HEADINGS
from edge.workflows.matters import take_step
from edge.workflows.office import Office

SUMS = "SHA256SUMS"
NAMESPACE = "http://www.saac.gov.cn/standards/ERM/encapsulation"
PURPOSE = "archive"


@dataclass(frozen=True, slots=True)
class Packed:
    """A package written: where, how many files, and the digest over its list of digests."""

    folder: Path
    files: int
    digest: str


def export(office: Office, clerk: Clerk, matter: str, medium: Path) -> Matter:
    """Write the package of a checked hand-over to a medium, read it back, and take the step.

    Raises Conflict `matter.not_now`, `archive.damaged` (name), NotFound `blob.awaiting`,
    StorageFull. A package of the same number that is there already is written anew.
    """
    clerk.require(Right.TRANSFER)
    with office.space.read() as town:
        held = matter_of(town, matter)
        if held.flow != FLOW or held.state not in ("checked", "exported"):
            raise Conflict("matter.not_now", state=flow_of(held.flow).state(held.state).name)
        going = listed(town, held)
    for each in going:
        if each.dossier:
            consultation.view(office, clerk, each.dossier, "", PURPOSE)
    packed = write_package(office, medium, held, going)
    return take_step(
        office, clerk, matter, "export", {"medium": medium.name, "digest": packed.digest}
    )


def write_package(office: Office, medium: Path, matter: Matter, going: list[Going]) -> Packed:
    """Write and verify a package; errors as `export`."""
    return write_folder(medium, matter.number, _contents(office, matter, going))


def write_folder(medium: Path, name: str, contents: Iterable[tuple[str, bytes]]) -> Packed:
    """Write files beneath a name on a medium, with their digests, and read them back.

    Raises Conflict `archive.damaged` (name), StorageFull. What stood there is written anew.
    """
    name = file_name(name)
    place, making = medium / name, medium / f".{name}.part"
    _clear(making)
    sums = {}
    with needing_room():
        for inner, content in contents:
            if inner in sums:  # two would be one on the medium
                raise Conflict("archive.damaged", name=inner)
            _write(making / inner, content)
            sums[inner] = hashlib.sha256(content).hexdigest()
        listing = "".join(f"{digest}  {inner}\n" for inner, digest in sorted(sums.items()))
        _write(making / SUMS, listing.encode())
    verify(making)
    _clear(place)
    making.rename(place)
    fsync_folder(medium)
    return Packed(place, len(sums), hashlib.sha256(listing.encode()).hexdigest())


def verify(folder: Path) -> int:
    """Read a package back: every file listed is whole, and none is there that is not listed.

    Gives how many; raises Conflict `archive.damaged` (name).
    """
    listed = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    present = {
        each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()
    } - {SUMS}
    for name in sorted(present ^ listed.keys()):
        raise Conflict("archive.damaged", name=name)
    for name, digest in listed.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise Conflict("archive.damaged", name=name)
    return len(listed)


def _contents(office: Office, matter: Matter, going: list[Going]) -> Iterator[tuple[str, bytes]]:
    yield "清册.csv", as_csv(HEADINGS, (each.line for each in going))
    made = datetime.fromtimestamp(office.author.clock() / 1000, UTC).astimezone(CHINA)
    for each in going:
        place = f"{each.kind}/{file_name(each.number)}"
        yield f"{place}/元数据.xml", _metadata(office, matter, each, made)
        for source in each.sources:
            if not office.blobs.has(source.blob):
                raise NotFound("blob.awaiting")
            yield f"{place}/文件/{file_name(source.name)}", office.blobs.read(source.blob)


def file_name(text: str) -> str:
    """What a record says as one file's name on any medium: it never leads out of its folder."""
    kept = "".join("-" if each in '\\/:*?"<>|' or not each.isprintable() else each for each in text)
    return "-" + kept[1:] if kept[:1] in ("", ".") else kept


def as_csv(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Write a list for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(lines)
    # With a mark of byte order, so that spreadsheets read the Chinese.
    return text.getvalue().encode("utf-8-sig")


def _metadata(office: Office, matter: Matter, going: Going, made: datetime) -> bytes:
    root = ElementTree.Element("电子文件封装包", {"xmlns": NAMESPACE})
    ElementTree.SubElement(root, "封装包格式描述").text = "按DA/T 48-2009描述封装内容，文件另存"
    ElementTree.SubElement(root, "版本").text = "2009"
    signed = ElementTree.SubElement(root, "被签名对象", {"eep版本": "2009"})
    for name, value in (
        ("封装包类型", "原始型"),
        ("封装包描述", f"{going.kind} {going.number}"),
        ("封装包创建时间", made.isoformat()),
        ("封装包创建单位", office.name),
        ("移交编号", matter.number),
    ):
        ElementTree.SubElement(signed, name).text = value
    content = ElementTree.SubElement(signed, "封装内容")
    block = ElementTree.SubElement(content, "文件实体块")
    for name, value in going.told:
        ElementTree.SubElement(block, "元数据", {"名称": name}).text = value
    for source in going.sources:
        ElementTree.SubElement(block, "文件", {"名称": source.name, "SHA-256": source.blob})
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=False)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _clear(path: Path) -> None:
    # A medium from elsewhere may hold a link where the package goes, and it could lead anywhere.
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
