"""Registers at the counter: volumes begun and chosen, files taken in, figures, evidence."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain.cover_code import shelf_code
from edge.store import volumes
from edge.web.sticks import Sticks
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk, open_desk
from tests.offices import CLERK, COUNTY, PIN, READER, Clock, id_number, receive_person

FILED = {"pieces": "12", "pages": "80", "shelf": "2库1列1节1层", "checker": "查敏"}


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "蓝色U盘"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(office: Office, tmp_path: Path, stick: Path) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, None, sticks=Sticks((), (stick,), {}))


def volume(desk: Desk, series: str, period: str) -> volumes.Volume:
    """Begin a volume as the screen does, and file it."""
    begun = desk.post("/matters/new/volume/open", series=series, title="张三等", period=period)
    assert begun.status_code == 303
    matter = begun.headers["location"].rpartition("/")[2]
    filed = take_step(desk.office, CLERK, matter, "file", FILED)
    with desk.office.space.read() as town:
        return volumes.chosen(town, filed.fields["volume"])[0]


@pytest.mark.checklist("003-02", "003-11", "003-13", "003-05", "004-03", "004-08")
def test_volumes_are_begun_chosen_destroyed_and_handed_over_at_the_screens(
    desk: Desk, stick: Path
) -> None:
    desk.sign_in()
    scope = desk.get("/volumes/new").text
    assert "工伤备案" in scope
    assert "按十天归档" not in scope
    assert "年月六位数字" in desk.get("/volumes/new?series=injury_note").text
    old, young = volume(desk, "injury_note", "201502"), volume(desk, "injury_note", "202602")
    ever = volume(desk, "unit", "201501")
    destruction = open_matter(
        desk.office, CLERK, Opening("destruction", fields={"what": "2015", "until": "20261120"})
    )
    group = {"lead": "甲", "business": "乙", "archivist": "丙", "authority": "丁"}
    take_step(desk.office, CLERK, destruction.id, "group", group)
    shown = desk.get(f"/destruction/{destruction.id}").text
    assert old.volume in shown
    assert young.volume not in shown
    assert "checked" not in shown
    nothing = desk.post(f"/choose/{destruction.id}/list", fragment=True, opinion="无价值")
    assert nothing.status_code == 422
    listed = desk.post(f"/choose/{destruction.id}/list", volume=old.volume, opinion="无价值")
    assert listed.headers["location"].startswith("/papers/")
    assert "鉴定小组" in desk.get(f"/matters/{destruction.id}").text
    # Electronic files come from a medium, and only what is a file there.
    (stick / "登记表.pdf").write_bytes(b"%PDF-1.7 x")
    (stick / "假的.pdf").write_bytes(b"MZ")
    (stick / "外面.pdf").symlink_to("/etc/hostname")
    assert "登记表.pdf" in desk.get(f"/volumes/{ever.id}/files").text
    into = f"/volumes/{ever.id}/collect"
    assert desk.post(into, medium=str(stick), name="登记表.pdf").status_code == 303
    for name in ("假的.pdf", "外面.pdf", "../x.pdf", "没有.pdf"):
        assert desk.post(into, fragment=True, medium=str(stick), name=name).status_code == 422
    assert desk.post(into, fragment=True, medium="/etc", name="hostname").status_code == 422
    handover = open_matter(
        desk.office, CLERK, Opening("archive_handover", fields={"what": "2015", "to": "县馆"})
    )
    chosen = desk.post(f"/choose/{handover.id}/choose", volume=ever.volume)
    assert chosen.headers["location"] == f"/matters/{handover.id}"
    checked = desk.post(f"/matters/{handover.id}/steps/check")
    assert checked.headers["location"].startswith("/papers/")
    assert "蓝色U盘" in desk.get(f"/archive-handover/{handover.id}/export").text
    away = desk.post(f"/archive-handover/{handover.id}/write", fragment=True, medium="/etc")
    assert away.status_code == 422
    written = desk.post(f"/archive-handover/{handover.id}/write", medium=str(stick))
    assert written.headers["location"].startswith("/papers/")
    assert (stick / handover.number / "SHA256SUMS").exists()


def test_only_a_volume_that_awaits_an_appraisal_presses(desk: Desk) -> None:
    """What is kept on, or for ever, says until when and why, and asks for nothing."""
    desk.sign_in()
    over, young = volume(desk, "injury_note", "201502"), volume(desk, "injury_note", "202602")
    ever = volume(desk, "unit", "201401")
    shown = {each.id: desk.get(f"/matters/{each.id}").text for each in (over, young, ever)}
    assert tags(shown[over.id]) == [("alarm", "保管期满，待鉴定")]
    assert 'class="button main push" form="step-extend"' in shown[over.id]
    assert tags(shown[young.id]) == [("", "保管到2037年1月1日")]
    assert tags(shown[ever.id]) == [("", "永久保存，可以移交进馆")]
    assert "鉴定后续存" not in shown[ever.id]
    assert all("button main push" not in shown[each.id] for each in (young, ever))
    register = desk.get("/matters?flow=volume").text
    assert (register.count("tag alarm"), register.count("逾期")) == (1, 0)
    assert "保管期满，待鉴定" in desk.get("/todo").text
    # Of many, the list says how many.
    also = [volume(desk, "injury_note", f"2015{month:02}") for month in (3, 4, 5)]
    assert desk.get("/todo").text.count("保管期满，待鉴定") == 1
    assert "4 卷" in desk.get("/todo").text
    for each in also:
        desk.post(f"/matters/{each.id}/steps/extend", due="20351231", why="有诉讼")
    # Neither what is kept for ever is kept on, nor a term shortened in the name of keeping on.
    steps = {each.id: f"/matters/{each.id}/steps/extend" for each in (over, young, ever)}
    told = {"due": "20351231", "why": "有诉讼"}
    assert desk.post(steps[ever.id], fragment=True, **told).status_code == 409
    assert desk.post(steps[young.id], fragment=True, **told).status_code == 422
    assert desk.post(steps[over.id], **told).status_code == 303
    kept = desk.get(f"/matters/{over.id}").text
    assert tags(kept) == [("", "续存到2035年12月31日")]
    assert "有诉讼" in kept[: kept.index("经过")]
    assert "button main push" not in kept
    assert "tag alarm" not in desk.get("/matters?flow=volume").text
    assert "待鉴定" not in desk.get("/todo").text
    desk.client.cookies.set("lang", "en")
    assert "kept on until 2035-12-31" in desk.get(f"/matters/{over.id}").text


def tags(page: str) -> list[tuple[str, str]]:
    """The tags beside a page's name, but for the state, each with its tone."""
    line = page[page.index('class="name-line"') :]
    found = re.findall(
        r'class="tag (\w*)">(?:<span.*?</span>)?(.*?)</span>', line.split("</div>")[0]
    )
    return found[1:]


@pytest.mark.checklist("001-01", "002-10", "000-17", "000-14")
def test_a_dossier_put_in_its_place_is_found_there_and_put_back(desk: Desk) -> None:
    desk.sign_in()
    one = receive_person(desk.office, "王建国", id_number(1), shelf="1库1列1节1层1位")
    put = desk.post("/places/put", cover=one.number, place="DXS1-2-1-3-5-" + "X", fragment=True)
    assert put.status_code == 422
    put = desk.post("/places/put", cover=one.number, place=shelf_code(1, 2, 1, 3, 5))
    shown = desk.get(put.headers["location"]).text
    assert "1库2列1节3层5位" in shown
    assert "没有消毒登记" in shown
    fields = {"numbers": one.number, "method": "消毒柜"}
    run = open_matter(desk.office, CLERK, Opening("disinfection", fields=fields))
    take_step(desk.office, CLERK, run.id, "finish", {"minutes": "45"})
    assert "没有消毒登记" not in desk.get(put.headers["location"]).text
    assert "1库2列1节3层5位" in desk.get(f"/persons/{one.person}").text
    assert desk.post("/undo").status_code == 303
    assert "1库1列1节1层1位" in desk.get(f"/persons/{one.person}").text


@pytest.mark.checklist("004-12")
def test_the_third_signature_ends_the_session_of_whoever_handed_over(
    desk: Desk, clock: Clock
) -> None:
    people = {"giver": CLERK.id, "taker": READER.id, "witness": COUNTY.id}
    belongings = {"reason": "退休", "keys": "两把", "seals": "一枚"}
    handover = open_matter(desk.office, CLERK, Opening("handover", fields={**people, **belongings}))
    rule = open_matter(desk.office, CLERK, Opening("rule_document", fields={"title": "保管制度"}))
    clock.forward(1_000)
    here = f"/matters/{handover.id}"
    take_step(desk.office, CLERK, handover.id, "count", {})
    desk.sign_in()
    assert desk.post(f"{here}/steps/give").status_code == 303
    # Nobody signs for another, and no PIN but the own one counts.
    shown = desk.get(here).text
    assert "轮到接收人 区静 签名" in shown
    # Those of the office who may read, and nobody else, are waited for.
    rules = desk.get(f"/matters/{rule.id}").text
    assert all(f"<li>{name}" in rules for name in ("单喆", "区静"))
    assert "<li>曾敏" not in rules
    assert "接收人本人签名" in desk.post(f"{here}/steps/take", fragment=True).text
    assert "不是区静的口令" in desk.post(f"{here}/steps/take/sign", fragment=True, pin="1").text
    assert desk.post(f"{here}/steps/count/sign", fragment=True, pin=PIN).status_code == 422
    desk.sign_in("oujing")
    assert "等您签名" in desk.get("/todo").text
    desk.sign_in()
    assert "等您签名" not in desk.get("/todo").text
    desk.post(f"{here}/steps/take/sign", pin=PIN)
    assert desk.get("/").status_code == 200
    desk.post(f"{here}/steps/witness/sign", pin=PIN)
    ended = desk.get("/")
    assert ended.headers["location"] == "/lock?left=1"
    assert "交接办完了" in desk.get("/lock?left=1").text
    desk.sign_in("zengmin")
    asked = desk.get(f"/matters/{rule.id}").text
    assert f"<li>{READER.name} " in asked
    assert f"<li>{CLERK.name} " not in asked
    desk.post("/sign-out")
    refused = desk.post("/sign-in", login="101", pin=PIN, fragment=True)
    assert "已经办过交接" in refused.text


@pytest.mark.checklist("004-04", "004-02", "003-18", "004-20")
def test_figures_and_evidence_are_shown_printed_and_put_on_a_medium(
    desk: Desk, stick: Path
) -> None:
    desk.sign_in()
    receive_person(desk.office, "王建国", id_number(1))
    damp = {"what": "返潮", "place": "1库"}
    rectification = open_matter(desk.office, CLERK, Opening("rectification", fields=damp))
    assert re.search(r"合计</th><td class=\"amount\">1</td>", desk.get("/figures").text)
    shown = desk.get("/evidence").text
    assert "还没有" in shown
    for path, form in (("/evidence/print", {"year": 2026}), ("/standards/print", {})):
        printed = desk.post(path, **form)
        assert printed.headers["location"].startswith("/papers/"), path
    assert "DA/T 70-2018" in desk.get("/standards").text
    assert desk.post(f"/matters/{rectification.id}/steps/mend", done="通风").status_code == 303
    desk.post(f"/matters/{rectification.id}/papers/rectification_notice")
    written = desk.post("/evidence/write", year=2026, medium=str(stick))
    assert written.status_code == 303
    [folder] = [each for each in stick.iterdir() if each.is_dir()]
    assert (folder / "目录.csv").exists()
    assert "写到盘上了" in desk.get(written.headers["location"]).text
