"""Receiving, lending, transfer and the room by their forms."""

from edge.domain.climate import Limits, Reading
from edge.store.room import open_alerts
from edge.web.parts import SyncStanding
from edge.workflows import storage_room
from tests.edge.web.conftest import Desk
from tests.offices import MAPLE, NOON, PIN, id_number, receive_person


def test_a_dossier_is_received_with_its_counts_and_a_fault_loses_nothing(desk: Desk) -> None:
    desk.sign_in()
    form = {"name": "王秀英", "id_number": id_number(3), "dossier_class": "流动", "count-1": "2"}
    wrong = desk.post("/receive/register", fragment=True, **form | {"count-2": "三"})
    assert wrong.status_code == 422
    assert "件数不对" in wrong.text
    assert wrong.headers["hx-retarget"] == "#notices"
    place = desk.post("/receive/register", **form).headers["location"]
    assert "王秀英" in desk.get(place).text
    assert "缺的材料" in desk.get(place).text
    with desk.office.space.read() as town:
        dossier = town.execute("select id from dossier").fetchone()[0]
    assert desk.post(f"/dossiers/{dossier}/promise").headers["location"].startswith("/papers/")
    again = desk.post("/receive/register", fragment=True, **form)
    assert again.status_code == 409
    assert "已经在这里" in again.text


def test_the_standing_of_the_dossier_decides_what_the_loan_screen_offers(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    place = f"/loans/{received.dossier}"
    assert "确认借出" in desk.get(place).text
    desk.post(f"{place}/lend", borrower="李某", unit="县人社局", due="20261130", pages="30")
    assert "确认归还" in desk.get(place).text
    assert "李某" in desk.get("/loans").text
    assert "已借出" in desk.get(f"/persons/{received.person}").text
    desk.post(f"{place}/return", pages="30")
    assert "在库" in desk.get(f"/persons/{received.person}").text


def test_a_dossier_sent_to_another_town_is_on_its_way_and_no_longer_worked_on(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    assert "枫桥乡" in desk.get(f"/matters/new/transfer_out?dossier={received.dossier}").text
    form = {"town": MAPLE, "letter": "调7号", "reason": "工作单位变动", "checked": "是"}
    begun = desk.post("/matters/new/transfer_out/open", dossier=received.dossier, **form)
    matter = begun.headers["location"]
    counted = {"bags": "1", "pieces": "2", "pages": "9", "sealed": "是"}
    sealing = desk.post(f"{matter}/steps/pack", **counted).headers["location"]
    assert sealing == f"{matter}/papers/transfer_notice"
    assert "转递通知单" in desk.get(sealing).text
    assert desk.post(f"{sealing}/issue").headers["location"].startswith("/papers/")
    desk.post(f"{matter}/steps/send", how="机要通信", mail="机0001", posted="20261120")
    assert "在途，等回执" in desk.get("/transfers").text
    shown = desk.get(f"/persons/{received.person}").text
    assert "已转出" in shown
    assert f"/loans/{received.dossier}" not in shown


def test_an_alert_stands_on_the_screens_until_somebody_has_seen_it(desk: Desk) -> None:
    storage_room.record(desk.office, "1", Reading("T1", NOON, 19.0, 66.0), Limits())
    desk.sign_in()
    assert "“T1”太潮：66 %，上限 60 %" in desk.get("/room/banner").text
    assert "66 %" in desk.get("/room/now").text
    with desk.office.space.read() as town:
        (alert,) = open_alerts(town)
    desk.post(f"/room/alerts/{alert.id}/acknowledge")
    assert "太潮" not in desk.get("/room/banner").text
    assert "单喆 已知道" in desk.get("/room").text


def test_the_bar_says_what_the_county_has_and_has_not_got(desk: Desk) -> None:
    hour = 3_600_000
    told = {
        "✓": SyncStanding(online=True, confirmed_at=NOON - hour),
        "2 件待上传": SyncStanding(online=True, confirmed_at=NOON, unsent=2),
        "未联网，照常办理": SyncStanding(online=False, confirmed_at=NOON),
        "3 件待上传（最早昨天": SyncStanding(
            online=False, confirmed_at=NOON, unsent=3, oldest_unsent_at=NOON - 20 * hour
        ),
        "已 8 天没同步": SyncStanding(online=False, confirmed_at=NOON - 8 * 24 * hour),
        "有 1 件要您处理": SyncStanding(online=True, confirmed_at=NOON, quarantined=1),
        "正在上传 3/12": SyncStanding(online=True, confirmed_at=NOON, sending=(3, 12)),
        "县里已停用本机": SyncStanding(online=True, confirmed_at=NOON, error="sync.revoked"),
        "本机的程序要更新，照常上传": SyncStanding(
            online=True, confirmed_at=NOON, unsent=2, error="sync.schema_ahead"
        ),
        "县里暂时没有收": SyncStanding(online=True, confirmed_at=NOON, error="sync.peer_full"),
        "还没有和县里同步过": SyncStanding(online=True, confirmed_at=None),
    }
    desk.sign_in()
    for words, standing in told.items():
        desk.standing = standing
        assert words in desk.get("/sync/words").text
    desk.standing = SyncStanding(online=False, confirmed_at=NOON)
    assert "待上传" not in desk.get("/sync/words").text


def test_the_language_is_the_browsers_choice(desk: Desk) -> None:
    desk.sign_in()
    answer = desk.post("/language", language="en")
    assert answer.status_code == 303
    assert "What is to be done today?" in desk.get("/").text
    desk.post("/language", language="zh")
    assert "今天要办什么" in desk.get("/").text


def test_measures_hold_counts_and_no_names(desk: Desk) -> None:
    receive_person(desk.office, "王秀英", id_number(1))
    text = desk.get("/metrics").text
    assert "dangxia_persons 1" in text
    assert 'dangxia_device_ready{device="scanner"} 1' in text
    assert "王" not in text
    assert desk.get("/healthz").text == "ok\n"


def test_the_api_describes_itself_without_a_foreign_address(desk: Desk) -> None:
    described = desk.get("/api/v1/schema/openapi.json").json()
    assert set(described["paths"]) >= {"/api/v1/persons/search", "/api/v1/sync"}
    assert not any(path.startswith("/persons") for path in described["paths"])


def test_what_is_typed_is_kept_until_it_is_on_record(desk: Desk) -> None:
    desk.sign_in()
    kept = desk.post("/drafts", task="receive", name="王秀英", origin="县人才中心")
    assert kept.status_code == 204
    assert 'value="县人才中心"' in desk.get("/receive").text
    desk.post("/sign-out")
    desk.sign_in("oujing")
    assert "县人才中心" not in desk.get("/receive").text
    desk.post("/sign-out")
    desk.sign_in()
    told = {"name": "王秀英", "dossier_class": "流动", "origin": "县人才中心"}
    named = desk.token | {"x-draft": "receive"}
    assert desk.client.post("/receive/register", data=told, headers=named).status_code == 200
    assert "县人才中心" not in desk.get("/receive").text
    assert desk.post("/drafts", task="../other", name="x").status_code == 422


def test_what_was_begun_for_another_never_covers_the_person_of_a_card(desk: Desk) -> None:
    person = receive_person(desk.office, "王秀英").person
    desk.sign_in()
    desk.post("/drafts", task="receive", name="", id_number="", origin="县人才中心")
    shown = desk.get(f"/receive?person={person}").text
    assert 'value="王秀英"' in shown
    assert 'value="县人才中心"' in shown
    # The page asks for what was typed once more when it stands: that holds no empty name.
    assert desk.get(f"/drafts/receive-{person}").json() == {"origin": "县人才中心"}
    assert "县人才中心" not in desk.get("/receive").text
    desk.post("/drafts", task="receive", name="李大成", id_number="", origin="市人才中心")
    shown = desk.get(f"/receive?person={person}").text
    assert 'value="王秀英"' in shown
    assert "李大成" not in shown
    assert f'data-draft="receive-{person}"' in shown
    assert 'value="李大成"' in desk.get("/receive").text


def test_a_screen_that_locked_itself_opens_again_for_the_same_clerk_only(desk: Desk) -> None:
    desk.sign_in()
    desk.post("/sign-out", back="/receive")
    assert desk.get("/receive").headers["location"] == "/lock"
    again = desk.post("/sign-in", login="101", pin=PIN)
    assert again.headers["location"] == "/receive"
    desk.post("/sign-out", back="/receive")
    assert desk.post("/sign-in", login="oujing", pin=PIN).headers["location"] == "/"
    desk.post("/sign-out", back="//elsewhere.example/")
    assert desk.post("/sign-in", login="oujing", pin=PIN).headers["location"] == "/"
