"""Sorting by the checklist, the scanning line with its codes, contractors, and what is missing."""

from pathlib import Path

import pytest

from edge.domain.access import Clerk
from edge.domain.cover_code import cover_code
from edge.domain.errors import Conflict, Denied, NotFound
from edge.domain.profiles import missing_of, profiles, read_profile
from edge.store import census
from edge.store.dossiers import dossier_of
from edge.store.lacks import UNSAID
from edge.store.matters import Matter, matter_of
from edge.workflows.gaps import gaps_over_all, lacking, missing_in
from edge.workflows.matter_papers import issue_of
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.stations import queue, read_at
from edge.workflows.supplement import Filing, file_material
from tests.edge.workflows.test_papers import text_of
from tests.offices import CLERK, TECHNICIAN, WILLOW, id_number, receive_person, scan

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
LOOSE = "散页，自动进纸"


def file(office: Office, dossier: str, category: str, title: str, *pages: str) -> None:
    filing = Filing(
        dossier, category, title, "1998", scan(office, *pages), tuple(range(1, len(pages) + 1))
    )
    file_material(office, CLERK, filing)


def paper(office: Office, folder: Path, matter: Matter, form: str) -> str:
    issued = issue_of(office, CLERK, matter.id, form)
    return "".join(text_of(office.blobs.read(issued.blob), folder).split())


@pytest.mark.checklist("001-03")
def test_a_dossier_is_sorted_category_by_category_and_checked_by_another(office: Office) -> None:
    dossier = receive_person(office, "王建国").dossier
    matter = open_matter(office, CLERK, Opening("sorting", dossier)).id
    take_step(office, CLERK, matter, "identified", {})
    for category in range(1, 11):
        with pytest.raises(Conflict) as caught:
            take_step(office, CLERK, matter, "classified", {})
        assert caught.value.key == "sorting.left"
        assert str(caught.value.fields["category"]).startswith(f"{category} ")
        take_step(office, CLERK, matter, "sorted", {})
    with pytest.raises(Conflict, match=r"sorting\.all_done"):
        take_step(office, CLERK, matter, "sorted", {})
    for step, fields in (
        ("classified", {}),
        ("ordered", {}),
        ("listed", {}),
        ("prepared", {}),
        ("bound", {"volumes": "1"}),
    ):
        take_step(office, CLERK, matter, step, fields)
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, matter, "accepted", {})
    again = take_step(office, COLLEAGUE, matter, "again", {"why": "第九类次序错"})
    assert again.state == "classifying"
    with pytest.raises(Conflict, match=r"sorting\.left"):
        take_step(office, CLERK, matter, "classified", {})


@pytest.mark.checklist("001-04", "001-05", "003-12")
def test_a_code_read_at_each_station_takes_a_dossier_down_the_line(
    office: Office, tmp_path: Path
) -> None:
    received = receive_person(office, "王建国", shelf="1库1列1节1层1位")
    code = cover_code(received.dossier)
    with pytest.raises(Conflict, match=r"line\.not_on_line"):
        read_at(office, CLERK, "scan", {"code": code})
    matter = read_at(office, CLERK, "register", {"code": received.number, "cart": "1号车"})
    assert "1号车" in paper(office, tmp_path, matter, "line_slip")
    waiting = queue(office)["registered"]
    assert [(each.name, each.cart, each.by) for each in waiting] == [("王建国", "1号车", "单喆")]
    other = receive_person(office, "李红").dossier
    with pytest.raises(Conflict, match=r"line\.other_dossier"):
        take_step(
            office, CLERK, matter.id, "sort",
            {"code": cover_code(other), "pages": "2", "feed": LOOSE},
        )  # fmt: skip
    read_at(office, CLERK, "sort", {"code": code, "pages": "2", "feed": LOOSE})
    with pytest.raises(Conflict, match=r"line\.nothing_scanned"):
        read_at(office, CLERK, "scan", {"code": code})
    file(office, received.dossier, "1", "履历表", "a")
    read_at(office, CLERK, "scan", {"code": code})
    with pytest.raises(Denied, match=r"matter\.second_person"):
        read_at(office, CLERK, "check", {"code": code})
    take_step(office, COLLEAGUE, matter.id, "reject", {"code": code, "why": "第2页模糊"})
    read_at(office, CLERK, "scan", {"code": code})
    read_at(office, COLLEAGUE, "check", {"code": code})
    with pytest.raises(Conflict, match=r"line\.pages_differ"):
        read_at(office, CLERK, "attach", {"code": code})
    file(office, received.dossier, "1", "补页", "b")
    read_at(office, CLERK, "attach", {"code": code})
    with pytest.raises(Conflict, match=r"line\.reseal_differs"):
        read_at(office, CLERK, "reseal", {"code": code, "again": "3"})
    read_at(office, CLERK, "reseal", {"code": code, "again": "2"})
    done = read_at(office, CLERK, "shelve", {"code": code, "shelf": "2库1列1节1层1位"})
    assert not done.open
    with office.space.read() as town:
        assert dossier_of(town, received.dossier).shelf == "2库1列1节1层1位"


@pytest.mark.checklist("003-19")
def test_a_contractors_batch_is_listed_out_counted_back_and_accepted_by_another(
    office: Office, tmp_path: Path
) -> None:
    told = {
        "cart": "2号车", "contractor": "扫描公司", "contract": "H1", "workers": "钱某",
        "pledge": "是", "back_by": "20261130",
    }  # fmt: skip
    batch = open_matter(office, CLERK, Opening("scan_batch", fields=told)).id
    with pytest.raises(Conflict, match=r"line\.cart_empty"):
        take_step(office, CLERK, batch, "hand_out", {})
    lines = []
    for name in ("王建国", "李红"):
        number = receive_person(office, name).number
        lines.append(read_at(office, CLERK, "register", {"code": number, "cart": "2号车"}).id)
    out = take_step(office, CLERK, batch, "hand_out", {})
    assert out.due == "20261130"
    listed = paper(office, tmp_path, out, "batch_list")
    assert "李红" in listed
    assert "合计2份" in listed
    with office.space.read() as town:
        assert {matter_of(town, each).state for each in lines} == {"outside"}
    with pytest.raises(Conflict, match=r"line\.batch_differs"):
        take_step(office, CLERK, batch, "take_in", {"returned": "1", "state": "完好"})
    take_step(office, CLERK, batch, "take_in", {"returned": "2", "state": "完好"})
    wiped = {"sampled": "20", "wiped": "是"}
    with pytest.raises(Denied, match=r"matter\.second_person"):
        take_step(office, CLERK, batch, "close", wiped)
    assert not take_step(office, COLLEAGUE, batch, "close", wiped).open
    with office.space.read() as town:
        assert {matter_of(town, each).state for each in lines} == {"scanned"}


@pytest.mark.checklist("000-06", "002-09", "001-18")
def test_what_is_missing_is_listed_for_one_and_for_all_and_how_far_scanning_is(
    office: Office,
) -> None:
    one = receive_person(office, "王建国", id_number(11), unit="某厂", politics="中共党员").dossier
    receive_person(office, "李红")
    file(office, one, "4-1", "高等学校毕业生登记表", "a", "b")
    file(office, one, "6", "入党志愿书", "c")
    with office.space.read() as town:
        missing = missing_in(office, town, one)
        assert "入党申请" in missing
        assert "入党志愿书" not in missing
        assert "毕业生登记表" not in missing
        progress = [
            (p.dossier_class, p.dossiers, p.scanned, p.pages) for p in census.progress(town)
        ]
        assert progress == [("流动", 2, 1, 3)]
    gaps = gaps_over_all(office, CLERK)
    assert (gaps.dossiers, gaps.whole, gaps.missing["毕业生登记表"]) == (2, 0, 1)
    assert gaps.unsaid == {"就业": 1, "学历": 2, "职称": 2, "政治面貌": 1, "身份": 1}
    lacks = lacking(office, CLERK, UNSAID, "就业", "", 9)
    assert [each.name for each in lacks] == ["李红"]
    assert lacking(office, CLERK, UNSAID, "p.unit", "", 9) == []
    with pytest.raises(Denied):
        gaps_over_all(office, TECHNICIAN)
    with pytest.raises(NotFound, match=r"line\.no_station"):
        read_at(office, CLERK, "nowhere", {"code": lacks[0].number})


def test_the_county_may_lay_down_what_must_be_there() -> None:
    known = profiles({"profile.党员": "6 志愿书／入党书；7 荣誉", "profile.乱": "……", "other": "x"})
    assert [each.name for each in known["党员"]] == ["志愿书／入党书", "荣誉"]
    assert "乱" not in known
    assert missing_of(read_profile("6 志愿书"), ["入党志愿书"]) == ()
