"""The overview is honest about silence, and admits boxes for the administrator alone."""

import pytest

from edge.domain.kinds import Kind
from edge.store import exchange
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.staff import members_of
from sync.hub.web.registers import journeys
from sync.hub.web.standings import pending, standings
from sync.hub.web.words import words_of_box, words_of_county
from tests.sync.hub.web.county import (
    ADMINISTRATOR,
    BRIDGE,
    CLOUD,
    DAY,
    NOW,
    PERSONS,
    SUPERVISOR,
    WILLOW,
    County,
    box_of,
    browser_of,
    form,
)


def test_each_box_is_said_with_its_last_confirmed_exchange(county: County) -> None:
    said = {
        (town.town.code, box.name): words_of_box(box, NOW)
        for town in standings(county.parts)
        for box in town.boxes
    }
    assert said[WILLOW, "窗口一号"].text == "今天 09:15 已同步"
    assert said[WILLOW, "窗口二号"].text == "昨天 17:30 已同步"
    assert said[BRIDGE, "窗口"].text == "3 天没有消息"
    assert said[CLOUD, "窗口"].text == "9 天没有消息，请联系该镇"
    assert said[CLOUD, "旧机"].text == "已停用，不再接收"
    tones = [said[key].tone for key in sorted(said)]
    assert sorted(tones) == ["", "alarm", "care", "done", "done"]


def test_the_bar_says_the_worst_first(county: County) -> None:
    boxes = [box for town in standings(county.parts) for box in town.boxes]
    assert words_of_county(boxes, 1, NOW).text == "2 台盒子没有消息"
    awake = [box for box in boxes if box.town == WILLOW]
    assert words_of_county(awake, 1, NOW).text == "1 台盒子等待接纳"
    assert words_of_county(awake, 0, NOW).text == "2 台盒子一天内都同步过"
    assert words_of_county([], 0, NOW).text == "还没有盒子"


def test_towns_are_counted_from_their_own_record(county: County) -> None:
    towns = {each.town.code: each for each in standings(county.parts)}
    for town, standing in towns.items():
        pages = county.scalar(town, "select count(*) from page")
        held = county.scalar(town, "select count(*) from held")
        named = county.scalar(town, "select count(*) from blob")
        assert standing.counts.persons == standing.counts.dossiers == PERSONS
        assert standing.counts.pages == pages
        assert standing.counts.awaiting == named - held
    assert towns[WILLOW].counts.awaiting > 0


def test_entries_of_today_are_counted_by_the_office_day(county: County) -> None:
    boxes = {box.id: box for town in standings(county.parts) for box in town.boxes}
    first, second = boxes[box_of(1)], boxes[box_of(2)]
    assert (first.today, second.today) == (0, 2)
    assert first.held == county.scalar(WILLOW, "select max(n) from history where box = ?", first.id)


def test_the_overview_shows_towns_alerts_transfers_and_the_box_that_asks(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        said = browser.get("/").text
    for words in ("柳河镇", "今天 09:15 已同步", "3 天没有消息", "68.2", "已走 25 天"):
        assert words in said
    assert "石桥镇人民政府的盒子“窗口二号”等待接纳" in said
    assert pending(county.parts)[0].mark in said


def test_the_administrator_admits_a_box_and_it_is_on_record(fresh: County) -> None:
    asked = pending(fresh.parts)[0]
    with browser_of(fresh, ADMINISTRATOR) as browser:
        assert f"/boxes/{asked.id}/accept" in browser.get("/").text
        answer = browser.post(
            f"/boxes/{asked.id}/accept", data=form(browser), follow_redirects=False
        )
        assert answer.status_code == 303
        said = browser.get("/").text
    assert fresh.admitted_by(asked.id) == "u-guanli"
    assert pending(fresh.parts) == []
    assert f"/boxes/{asked.id}/accept" not in said
    assert "还没有同步过" in said


def test_a_supervisor_admits_no_box(county: County) -> None:
    asked = pending(county.parts)[0]
    with browser_of(county, SUPERVISOR) as browser:
        assert f"/boxes/{asked.id}/accept" not in browser.get("/").text
        assert browser.post(f"/boxes/{asked.id}/accept", data=form(browser)).status_code == 403
    assert county.admitted_by(asked.id) is None
    assert pending(county.parts) == [asked]


def test_transfers_are_told_from_both_towns_records(county: County) -> None:
    slow, new, done = journeys(county.parts)
    assert (slow.id, new.id, done.id) == ("t-slow", "t-new", "t-done")
    assert [step for step, at in slow.steps if at] == ["sent", "arrived"]
    assert [step for step, at in new.steps if at] == ["sent"]
    assert done.done
    assert not slow.done
    assert (slow.origin, slow.destination, new.destination) == (WILLOW, BRIDGE, CLOUD)
    assert slow.days(NOW) == 25
    assert slow.begun == NOW - 25 * DAY
    assert slow.number == f"{WILLOW}-001-00004"


def test_open_alerts_come_before_cleared_ones(county: County) -> None:
    with browser_of(county, SUPERVISOR) as browser:
        said = browser.get("/alerts").text
    assert said.index("68.2") < said.index("没有读数") < said.index("25.4")
    assert "还没有人确认" in said
    assert "单喆 已知道" in said
    assert "已恢复" in said


def test_offices_and_people_are_listed_without_their_verifiers(county: County) -> None:
    with browser_of(county, ADMINISTRATOR) as browser:
        said = browser.get("/staff").text
    for words in ("石桥镇人民政府", "区静", "曾敏", "监督"):
        assert words in said
    assert "argon2" not in said


@pytest.mark.checklist("004-12")
def test_an_account_that_was_handed_over_is_told_to_the_county(fresh: County) -> None:
    with browser_of(fresh, ADMINISTRATOR) as browser:
        assert "请停用" not in browser.get("/staff").text
    town = next(each for each in fresh.parts.towns() if each.code == WILLOW)
    with fresh.parts.county.read() as county:
        leaving = members_of(county, WILLOW)[0].clerk

    def hand_over(connection: Connection) -> None:
        pen = Pen(connection, Author("d" * 32, lambda: NOW + 1_000), leaving.id)
        fields = {"giver": leaving.id, "taker": "u-2", "witness": "u-3"}
        pen.append(Kind.MATTER_OPENED, "m" * 32, {"flow": "handover", "fields": fields})
        for step in ("count", "give", "take", "witness"):
            pen.append(Kind.MATTER_STEPPED, "m" * 32, {"step": step})

    town.space.write(hand_over)
    with browser_of(fresh, ADMINISTRATOR) as browser:
        assert browser.get("/staff").text.count("已交接，请停用") == 1


def test_what_a_town_lacks_and_what_was_refused_is_told_per_town_and_box(fresh: County) -> None:
    box, at = box_of(1), NOW - 60_000
    with browser_of(fresh, SUPERVISOR) as browser:
        before = browser.get("/").text
    for words in ("要查看", "对不上", "退回过", "两台机器"):
        assert words not in before

    def trouble(connection: Connection) -> None:
        reason, fields = "sync.unproven", {"space": "x", "peer": box[:8]}
        exchange.quarantine(connection, "00", box, reason, fields, "", at)
        connection.execute("insert into renewal values ('e', ?, ?)", (at, box))
        connection.execute("insert into twin values (?, ?, ?)", (box_of(2), at, at))
        file = bytes(32)
        connection.execute("insert into blob values (?, 2)", (file,))

    fresh.spaces.town(WILLOW).write(trouble)
    acts = [("person.registered", f"p-{n}", {"name": "王", "id_number": "1"}) for n in range(2)]
    fresh.write(WILLOW, 1, NOW, acts)
    with browser_of(fresh, SUPERVISOR) as browser:
        said = browser.get("/").text
    for words in (
        "1 包没有收，要查看",
        "说的进度没有凭据",
        "1 件对不上",
        "柳河镇人民政府“窗口二号”的钥匙从今天 09:29起有两台机器在用",
        "县里的记录退回过，今天 09:29发现",
        "凭签名证明县里的记录退回过",
        "原件",
    ):
        assert words in said, words
