"""Volumes from filing to their end: filed in time, kept, prolonged, destroyed, handed over."""

import csv
import hashlib
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from edge.domain.access import Clerk
from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.store.lists import list_of
from edge.store.matters import Matter, matter_of, open_matters
from edge.store.volumes import expired
from edge.workflows.archive_package import export, file_name, verify, write_folder
from edge.workflows.archiving import judge
from edge.workflows.e_files import collect
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.register_papers import SHEETS
from edge.workflows.supplement import Filing, file_material
from tests.offices import CLERK, WILLOW, id_number, receive_person, scan

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
THIRD = Clerk("u-third", "仉林", WILLOW, frozenset({"clerk"}))
FILED = {"pieces": "12", "pages": "80", "shelf": "2库1列1节1层", "checker": "查敏"}
PDF = b"%PDF-1.7 a payment list"


def begin(office: Office, flow: str, **fields: str) -> Matter:
    return open_matter(office, CLERK, Opening(flow, fields=fields))


def volume(office: Office, series: str, period: str, filed: bool = True) -> Matter:
    made = begin(office, "volume", series=series, title=f"{series}{period}", period=period)
    return take_step(office, CLERK, made.id, "file", FILED) if filed else made


def number_of(made: Matter) -> str:
    return made.fields["volume"]


@pytest.mark.checklist("003-02", "003-03", "003-04", "003-11", "004-13", "003-09")
def test_a_volume_is_numbered_due_and_kept_as_the_schedule_says(office: Office) -> None:
    made = volume(office, "支付明细", "20261105", filed=False)
    assert number_of(made) == f"{WILLOW}-YW·2026-D30-00-0001"
    assert (made.fields["classing"], made.fields["cycle"]) == ("年度-日", "旬")
    # Due three days after the decade's end: it is late, and among what presses.
    assert made.due == "20261113"
    with office.space.read() as town:
        assert [each.id for each in open_matters(town, "volume")] == [made.id]
    kept = take_step(office, CLERK, made.id, "file", FILED)
    assert (kept.state, kept.due, kept.fields["expires"]) == ("kept", "20570101", "20570101")
    ever = volume(office, "机关文书（永久）", "2025")
    assert (number_of(ever), ever.due) == (f"{WILLOW}-WS·2025-Y-00-0001", "20261231")
    assert ever.fields["expires"] == ""
    with pytest.raises(InvalidInput, match=r"volume\.series"):
        begin(office, "volume", series="没有的", title="x", period="2025")
    assert volume(office, "单位登记", "202610").fields["unit"] == office.name


@pytest.mark.checklist("003-13")
def test_only_what_is_over_is_destroyed_by_many_hands_and_nothing_is_deleted(
    office: Office,
) -> None:
    old = volume(office, "工伤备案", "201502")
    young = volume(office, "工伤备案", "202602")
    longer = volume(office, "工伤备案", "201503")
    take_step(office, CLERK, longer.id, "extend", {"due": "20351231", "why": "有诉讼"})
    person = receive_person(office, "王建国", id_number(1))
    matter = begin(office, "destruction", what="2015年工伤备案", until="20261120")
    with office.space.read() as town:
        assert [each.id for each in expired(town, "20261120")] == [old.id]
    group = {"lead": "甲", "business": "乙", "archivist": "丙", "authority": "丁"}
    take_step(office, CLERK, matter.id, "group", group)
    for wrong in (young, longer):
        with pytest.raises(Conflict, match=r"volume\.not_expired"):
            take_step(office, CLERK, matter.id, "list",
                      {"volumes": number_of(wrong), "opinion": "无价值"})  # fmt: skip
    with pytest.raises(InvalidInput, match=r"volume\.unknown"):
        take_step(office, CLERK, matter.id, "list",
                  {"volumes": person.number, "opinion": "无价值"})  # fmt: skip
    listing = {"volumes": number_of(old), "opinion": "无保存价值"}
    take_step(office, CLERK, matter.id, "list", listing)
    approval = {"approver": "县人社局", "letter": "青人社〔2026〕9号", "on": "20261120"}
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, matter.id, "approve", approval)
    take_step(office, COLLEAGUE, matter.id, "approve", approval)
    done = {"carried_on": "20261120", "where": "县保密局", "how": "化浆"}
    take_step(office, CLERK, matter.id, "carry_out", done)
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, matter.id, "watch", {})
    take_step(office, COLLEAGUE, matter.id, "watch", {})
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, COLLEAGUE, matter.id, "watch_too", {})
    with office.space.read() as town:
        before = town.execute("select count(*) from entry").fetchone()[0]
    take_step(office, THIRD, matter.id, "watch_too", {})
    with office.space.read() as town:
        assert matter_of(town, old.id).state == "destroyed"
        assert matter_of(town, young.id).state == "kept"
        assert town.execute("select count(*) from entry").fetchone()[0] == before + 2
        assert town.execute("select count(*) from entry where data = ''").fetchone()[0] == 0
        sheet = SHEETS["destruction_record"](office, town, matter_of(town, matter.id))
    assert dict(sheet.facts)["共计"] == "1 卷"
    for form in ("destruction_list", "destruction_record"):
        paper = issue_of(office, CLERK, matter.id, form)
        assert office.blobs.read(paper.blob).startswith(b"%PDF")
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        take_step(office, CLERK, young.id, "destroy", {})


@pytest.mark.checklist("003-05", "004-03", "004-08")
def test_volumes_and_files_go_to_the_archive_checked_listed_and_whole(
    office: Office, tmp_path: Path
) -> None:
    one = volume(office, "单位登记", "201501")
    volume(office, "单位登记", "201502", filed=False)
    collect(office, CLERK, one.id, "登记表.pdf", PDF)
    with pytest.raises(InvalidInput, match=r"e_file\.format"):
        collect(office, CLERK, one.id, "登记表.doc", b"\xd0\xcf\x11\xe0")
    with pytest.raises(Conflict, match=r"e_file\.differs"):
        collect(office, CLERK, one.id, "二.pdf", PDF + b"x", digest="0" * 64)
    person = receive_person(office, "王建国", id_number(1))
    filing = Filing(person.dossier, "1", "履历表", "1998", scan(office, "a"), (1,))
    file_material(office, CLERK, filing)
    matter = begin(office, "archive_handover", what="2015年", to="青山县档案馆")
    chosen = {"volumes": f"{number_of(one)}\n{person.number}"}
    take_step(office, CLERK, matter.id, "choose", chosen)
    with pytest.raises(Conflict, match=r"matter\.not_now"):
        export(office, CLERK, matter.id, tmp_path)
    take_step(office, CLERK, matter.id, "check", {})
    medium = tmp_path / "光盘"
    medium.mkdir()
    exported = export(office, CLERK, matter.id, medium)
    folder = medium / matter.number
    assert verify(folder) == 5
    sums = (folder / "SHA256SUMS").read_bytes()
    assert exported.fields["digest"] == hashlib.sha256(sums).hexdigest()
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)  # fmt: skip
    assert checked.returncode == 0
    rows = list(csv.reader((folder / "清册.csv").read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == [number_of(one), person.number]
    described = ElementTree.parse(folder / "案卷" / number_of(one) / "元数据.xml").getroot()
    assert described.tag.endswith("电子文件封装包")
    assert (folder / "案卷" / number_of(one) / "文件" / "001.pdf").read_bytes() == PDF
    sign = {"receiver": "馆员", "on": "20261120"}
    take_step(office, CLERK, matter.id, "sign", sign)
    with office.space.read() as town:
        assert matter_of(town, one.id).state == "handed"
        assert list_of(town, matter.id, "four_properties") is not None
        looks = town.execute("select purpose from view where dossier = ?", (person.dossier,))
        assert ("archive",) in looks.fetchall()
    again = begin(office, "archive_handover", what="再来", to="青山县档案馆")
    with pytest.raises(Conflict, match=r"volume\.moved_on"):
        take_step(office, CLERK, again.id, "choose", {"volumes": number_of(one)})


def test_what_is_not_whole_does_not_go(office: Office, tmp_path: Path) -> None:
    one = volume(office, "单位登记", "201501")
    paper = collect(office, CLERK, one.id, "登记表.pdf", PDF)
    matter = begin(office, "archive_handover", what="2015年", to="青山县档案馆")
    take_step(office, CLERK, matter.id, "choose", {"volumes": number_of(one)})
    [place] = [each for each in office.blobs.folder.rglob("*") if len(each.name) == 64]
    place.unlink()
    with pytest.raises(Conflict, match=r"archive\.check_failed"):
        take_step(office, CLERK, matter.id, "check", {})
    with office.space.read() as town:
        failed = [each.name for each in judge(office, town, number_of(one)) if each.passed is False]
    assert failed == ["内容文件齐全"]
    with pytest.raises(NotFound):
        office.blobs.read(paper.blob)


def test_a_package_never_leaves_its_medium(tmp_path: Path) -> None:
    """Numbers come from other boxes and media from anywhere: neither leads out of the folder."""
    medium, outside = tmp_path / "stick", tmp_path / "outside"
    for folder in (medium, outside):
        folder.mkdir()
    (outside / "kept").write_text("whole")
    (medium / ".D-1.part").symlink_to(outside)
    (medium / "D-1").symlink_to(outside)
    packed = write_folder(medium, "D-1", [("一/a.txt", b"1")])
    assert packed.folder == medium / "D-1"
    assert not packed.folder.is_symlink()
    for odd in ("../outside", "..", str(outside), ".", "", "a\n../b"):
        written = write_folder(medium, odd, [(f"一/{file_name(odd)}", b"1")])
        assert written.folder.parent == medium
        assert [each.parent for each in written.folder.glob("*/*")] == [written.folder / "一"]
    assert [each.name for each in outside.iterdir()] == ["kept"]
    with pytest.raises(Conflict):
        write_folder(medium, "D-2", [("a", b"1"), ("a", b"2")])
