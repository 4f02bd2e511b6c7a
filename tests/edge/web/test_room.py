"""The storage room's screens: parts, switches, the power, and the log sheet."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from devices.driver import Health, State
from edge.domain.climate import HOUR_MS, Reading
from edge.domain.office_time import CHINA
from edge.domain.power import Power, PowerRules
from edge.domain.room import Contact, ContactKind
from edge.store.entries import all_entries
from edge.web.parts import PrintJob
from edge.workflows.office import Office
from edge.workflows.power_keeping import PowerKeeper
from edge.workflows.room_keeping import RoomKeeper
from edge.workflows.storage_room import close_hour, record
from tests.edge.web.conftest import Desk, open_desk
from tests.edge.workflows.test_room_keeping import LIMITS, ROOM, Relays
from tests.offices import Clock


class Tray:
    """A printer that keeps what it is given."""

    def __init__(self) -> None:
        self.papers: list[bytes] = []

    def submit(self, pdf: Path, title: str, copies: int = 1) -> int:
        self.papers.append(pdf.read_bytes())
        return len(self.papers)

    def job(self, job_id: int) -> PrintJob:
        raise AssertionError("a sheet is printed and not followed")

    def health(self) -> Health:
        return Health(State.READY)


@pytest.fixture
def relays() -> Relays:
    return Relays()


@pytest.fixture
def keeper(office: Office, relays: Relays) -> RoomKeeper:
    return RoomKeeper(office, ROOM, relays)


@pytest.fixture
def power(office: Office) -> PowerKeeper:
    return PowerKeeper(office, PowerRules())


@pytest.fixture
def desk(office: Office, tmp_path: Path, keeper: RoomKeeper, power: PowerKeeper) -> Iterator[Desk]:
    yield from open_desk(office, tmp_path / "work", None, None, keeper, power)


def a_round(office: Office, keeper: RoomKeeper, relays: Relays, humidity: float = 50.0) -> None:
    clock = office.author.clock
    assert isinstance(clock, Clock)
    clock.forward(5_000)
    now = clock()
    contacts = [
        Contact("烟感", now, ContactKind.SMOKE, False),
        Contact("红外", now, ContactKind.PRESENCE, False),
    ]
    keeper.take([Reading("东墙", now, 20.0, humidity), *contacts, *relays.read_back(now)])


def test_every_part_stands_on_the_screen_and_a_switch_obeys_a_hand(
    desk: Desk, office: Office, keeper: RoomKeeper, relays: Relays
) -> None:
    a_round(office, keeper, relays)
    desk.sign_in()
    shown = desk.get("/room").text
    for part in ("烟感", "红外", "无烟", "除湿机", "报警灯", "一号列"):
        assert part in shown
    assert desk.post("/room/switch", switch="除湿机", act="on-60").status_code == 303
    assert relays.state["除湿机"] is True
    a_round(office, keeper, relays)
    shown = desk.get("/room").text
    assert "手动开" in shown
    assert "交回自动" in shown
    assert "已核实" in shown
    assert "单喆" in shown
    desk.post("/room/switch", switch="除湿机", act="auto")
    assert relays.state["除湿机"] is False
    assert desk.post("/room/switch", switch="一号列", act="move").status_code == 303
    assert relays.state["一号列"] is True


@pytest.mark.parametrize(
    ("switch", "act", "said"),
    [
        ("水泵", "on-60", "没有这个设备"),
        ("除湿机", "on-9999", "一天以内"),
        ("除湿机", "dance", "一天以内"),
        ("一号列", "on-60", "请用“移动”"),
    ],
)
def test_what_cannot_be_switched_is_said_plainly(
    desk: Desk, office: Office, keeper: RoomKeeper, relays: Relays, switch: str, act: str, said: str
) -> None:
    a_round(office, keeper, relays)
    desk.sign_in()
    answer = desk.post("/room/switch", fragment=True, switch=switch, act=act)
    assert answer.status_code >= 400
    assert said in answer.text
    assert relays.told == []


def test_a_reader_of_dossiers_switches_nothing(
    desk: Desk, office: Office, keeper: RoomKeeper, relays: Relays
) -> None:
    a_round(office, keeper, relays)
    desk.sign_in("oujing")
    assert desk.post("/room/switch", switch="除湿机", act="on-60").status_code == 403
    assert desk.post("/room/sheet/see").status_code == 403
    assert relays.told == []


def test_battery_stands_on_every_screen_the_locked_one_too_and_goes_with_the_mains(
    desk: Desk, power: PowerKeeper
) -> None:
    power.take(Power(1_000, mains=False, charge=62.0))
    assert "停电了" in desk.get("/lock/state").text
    desk.sign_in()
    assert "还剩 62%" in desk.get("/room/banner").text
    power.take(Power(2_000, mains=False, charge=9.0))
    assert "正在关闭" in desk.get("/room/banner").text
    power.take(Power(3_000, mains=True, charge=12.0))
    assert "停电" not in desk.get("/room/banner").text
    assert "停电" not in desk.get("/lock/state").text


def at(office: Office, day: int, hour: int, minute: int = 0) -> int:
    """Set the office's clock."""
    moment = round(datetime(2026, 11, day, hour, minute, tzinfo=CHINA).timestamp() * 1000)
    clock = office.author.clock
    assert isinstance(clock, Clock)
    clock.now = moment
    return moment


def hour_on_record(office: Office, day: int, hour: int, temperature: float) -> None:
    begun = at(office, day, hour)
    for minute in (0, 30):
        moment = begun + minute * 60_000
        record(office, "1", Reading("东墙", moment, temperature + minute / 30, 50.0), LIMITS)
    at(office, day, hour + 1)
    close_hour(office, "1", begun // HOUR_MS * HOUR_MS)


def test_the_sheet_shows_what_is_on_record_what_is_missing_and_who_saw_it_when(
    desk: Desk, office: Office
) -> None:
    hour_on_record(office, 20, 9, 19.0)
    now = at(office, 20, 10, 7)
    record(office, "1", Reading("东墙", now, 20.0, 51.0), LIMITS)
    desk.sign_in()
    assert desk.post("/room/sheet/see").status_code == 303
    again = desk.post("/room/sheet/see", fragment=True)
    assert "已经有人签看过" in again.text
    hour_on_record(office, 20, 14, 30.0)
    at(office, 20, 16, 30)
    shown = desk.get("/room/sheet").text
    rows = [row for row in shown.split("<tr>") if "上午 9 时" in row or "下午 3 时" in row]
    # The newest first: the afternoon has no hour on record, and nothing is made of its neighbours.
    assert all(words in rows[0] for words in ("缺", "还没有人看"))
    assert all(words in rows[1] for words in ("19.5", "10:07", "单喆"))
    assert "30" not in rows[0]
    with office.space.read() as town:
        (seen,) = [each for each in all_entries(town) if each.kind == "room.seen"]
    assert seen.body["readings"] == {"东墙": {"temperature": 20.0, "humidity": 51.0}}
    assert (seen.body["day"], seen.body["half"]) == ("20261120", "am")


def test_a_silent_sensor_is_signed_for_as_silent(desk: Desk, office: Office) -> None:
    record(office, "1", Reading("东墙", at(office, 20, 9), 20.0, 51.0), LIMITS)
    at(office, 20, 15, 5)
    desk.sign_in()
    desk.post("/room/sheet/see")
    with office.space.read() as town:
        (seen,) = [each for each in all_entries(town) if each.kind == "room.seen"]
    assert seen.body["readings"] == {"东墙": None}


def test_before_the_days_first_half_there_is_nothing_to_sign(desk: Desk, office: Office) -> None:
    at(office, 20, 8, 59)
    desk.sign_in()
    assert "还没有到" in desk.post("/room/sheet/see", fragment=True).text


@pytest.mark.parametrize("month", ["x", "202613", "2026-1", "20261"])
def test_a_month_that_is_none_is_refused(desk: Desk, month: str) -> None:
    desk.sign_in()
    assert desk.get(f"/room/sheet/{month}").status_code == 422


def test_the_sheet_is_printed_and_its_printing_is_on_record(office: Office, tmp_path: Path) -> None:
    hour_on_record(office, 20, 9, 19.0)
    tray = Tray()
    for desk in open_desk(office, tmp_path / "work", None, tray):
        desk.sign_in()
        answer = desk.post("/room/sheet/print", month="202611")
        assert answer.headers["location"] == "/room/sheet/202611/job/1"
    (pdf,) = tray.papers
    assert pdf.startswith(b"%PDF")
    with office.space.read() as town:
        (printed,) = [each for each in all_entries(town) if each.kind == "room.sheet_printed"]
        assert office.blobs.read(printed.body["blob"]) == pdf
    assert printed.body["month"] == "202611"
    assert list((tmp_path / "work").iterdir()) == []
