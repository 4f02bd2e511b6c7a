"""A storage room kept: commands on record, read back, overruled for a time, safe in doubt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from edge.domain.climate import Limits, Missing, Reading
from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.domain.interlock import Reason, Timing
from edge.domain.room import Contact, ContactKind, Record, Switched, SwitchKind
from edge.domain.room_watch import Plan
from edge.store.entries import history_of
from edge.store.room import Alert, open_alerts, recent_alerts
from edge.store.switches import Command, commands_since, latest_parts
from edge.workflows.office import Office
from edge.workflows.room_keeping import KeptRoom, RoomKeeper
from edge.workflows.storage_room import acknowledge
from tests.offices import CLERK, NOON, READER, Clock

LIMITS = Limits(temperature_daily=50, humidity_daily=90)
PLAN = Plan(
    ("东墙",),
    {"烟感": ContactKind.SMOKE, "红外": ContactKind.PRESENCE},
    {"除湿机": SwitchKind.DEHUMIDIFIER, "报警灯": SwitchKind.LAMP, "一号列": SwitchKind.AISLE},
)
ROOM = KeptRoom("1", "库房", PLAN, LIMITS, Timing(minimum_on_ms=0, minimum_off_ms=0))


@dataclass
class Relays:
    """What a line would be told; `obey` says which relays follow."""

    told: list[tuple[str, bool]] = field(default_factory=list)
    state: dict[str, bool | None] = field(
        default_factory=lambda: dict.fromkeys(PLAN.switches, False)
    )
    wanted: dict[str, bool] = field(default_factory=dict)
    obey: Callable[[str], bool] = lambda _: True

    def switch(self, name: str, on: bool) -> None:
        self.told.append((name, on))
        self.wanted[name] = on
        if self.obey(name):
            self.state[name] = on

    def read_back(self, now: int) -> list[Record]:
        return [
            Switched(name, now, actual, self.wanted.get(name), "" if actual is not None else "line")
            for name, actual in self.state.items()
        ]


@dataclass
class Kept:
    """The room, its relays and the office's clock."""

    office: Office
    relays: Relays
    keeper: RoomKeeper

    def round(
        self, humidity: float = 50.0, smoke: bool = False, inside: bool = False, seconds: int = 5
    ) -> list[Alert]:
        clock = self.office.author.clock
        assert isinstance(clock, Clock)
        clock.forward(seconds * 1000)
        now = clock()
        said: list[Record] = [
            Reading("东墙", now, 20.0, humidity),
            Contact("烟感", now, ContactKind.SMOKE, smoke),
            Contact("红外", now, ContactKind.PRESENCE, inside),
        ]
        return self.keeper.take([*said, *self.relays.read_back(now)])

    def commands(self) -> list[Command]:
        with self.office.space.read() as town:
            return commands_since(town, "1", 0)

    def spoken(self) -> list[tuple[str, bool, str]]:
        return [(each.switch, each.on, each.reason) for each in reversed(self.commands())]


@pytest.fixture
def kept(office: Office) -> Kept:
    relays = Relays()
    return Kept(office, relays, RoomKeeper(office, ROOM, relays))


@pytest.mark.checklist("000-16")
def test_damp_air_is_dried_and_both_commands_stand_on_record_as_read_back(kept: Kept) -> None:
    kept.round()
    assert kept.relays.told == []
    kept.round(humidity=59.5)
    kept.round(humidity=57.0)
    kept.round(humidity=55.0)
    kept.round(humidity=55.0)
    assert kept.spoken() == [("除湿机", True, "humid"), ("除湿机", False, "dry_enough")]
    for command in kept.commands():
        assert command.actual is command.on
        assert command.by == kept.office.author.box
        with kept.office.space.read() as town:
            assert [str(each.kind) for each in history_of(town, command.id)] == [
                "switch.commanded",
                "switch.settled",
            ]
    # While it runs it is held on by being asked for again, without new commands.
    assert kept.relays.told.count(("除湿机", True)) >= 2


def test_smoke_stops_the_dryer_lights_the_lamp_and_locks_the_aisle(kept: Kept) -> None:
    kept.round(humidity=59.5)
    (alert,) = kept.round(humidity=59.5, smoke=True)
    assert (alert.breach, alert.sensor, alert.place) == ("smoke", "烟感", "库房")
    assert kept.relays.state == {"除湿机": False, "报警灯": True, "一号列": False}
    with pytest.raises(Conflict) as refused:
        kept.keeper.move_aisle(CLERK, "一号列")
    assert refused.value.key == "switch.refused.smoke"
    assert ("除湿机", False, "smoke") in kept.spoken()


def test_without_fresh_readings_nothing_runs(kept: Kept) -> None:
    kept.round(humidity=59.5)
    assert kept.relays.state["除湿机"]
    clock = kept.office.author.clock
    assert isinstance(clock, Clock)
    for _ in range(60):
        clock.forward(5_000)
        now = clock()
        gone: list[Record] = [
            Missing("东墙", now, "timeout"),
            Contact("烟感", now, ContactKind.SMOKE, False),
        ]
        kept.keeper.take([*gone, *kept.relays.read_back(now)])
    assert kept.relays.state["除湿机"] is False
    assert ("除湿机", False, "stale") in kept.spoken()


def test_a_person_overrules_for_a_time_in_their_own_name(kept: Kept) -> None:
    kept.round()
    now = kept.office.author.clock()
    kept.keeper.override(CLERK, "除湿机", True, now + 60_000)
    assert kept.relays.state["除湿机"] is True
    assert kept.commands()[0].by == CLERK.id
    kept.round()
    assert kept.spoken() == [("除湿机", True, "manual")]
    kept.round(seconds=60)
    assert kept.relays.state["除湿机"] is False
    kept.keeper.override(CLERK, "除湿机", False, kept.office.author.clock() + 60_000)
    kept.round(humidity=59.5)
    assert kept.relays.state["除湿机"] is False
    kept.keeper.override(CLERK, "除湿机", None, 0)
    kept.round(humidity=59.5)
    assert kept.relays.state["除湿机"] is True


def test_an_overruling_outlives_a_restart(kept: Kept) -> None:
    kept.round()
    kept.keeper.override(CLERK, "除湿机", True, kept.office.author.clock() + 3_600_000)
    again = Kept(kept.office, kept.relays, RoomKeeper(kept.office, ROOM, kept.relays))
    again.round()
    again.round()
    assert kept.relays.state["除湿机"] is True
    assert again.keeper.verdict("除湿机").reason is Reason.MANUAL


def test_a_relay_that_does_not_follow_is_an_alarm_until_it_does(kept: Kept) -> None:
    kept.round()
    kept.relays.obey = lambda name: name != "除湿机"
    raised = [alert for _ in range(9) for alert in kept.round(humidity=59.5)]
    assert [(alert.breach, alert.sensor) for alert in raised] == [("mismatch", "除湿机")]
    assert kept.commands()[-1].actual is False
    kept.relays.obey = lambda _: True
    kept.round(humidity=59.5)
    kept.round(humidity=59.5)
    with kept.office.space.read() as town:
        assert open_alerts(town) == []


def test_a_switch_that_gives_no_answer_is_told_off_and_told_of(kept: Kept) -> None:
    kept.round(humidity=59.5)
    kept.relays.obey = lambda _: False
    kept.relays.state["除湿机"] = None
    raised = [alert for _ in range(8) for alert in kept.round(humidity=59.5)]
    assert [alert.breach for alert in raised] == ["no_answer"]
    assert ("除湿机", False, "unsure") in kept.spoken()
    # It comes back as it was left, on: it is told off before anything else.
    kept.relays.obey = lambda _: True
    kept.relays.state["除湿机"] = True
    before = len(kept.relays.told)
    kept.round(humidity=50.0)
    assert ("除湿机", False) in kept.relays.told[before:]


@pytest.mark.checklist("000-15")
def test_an_aisle_moves_once_for_each_asking_and_never_for_a_rule(kept: Kept) -> None:
    kept.round()
    kept.keeper.move_aisle(CLERK, "一号列")
    for _ in range(3):
        kept.round()
    kept.relays.state["一号列"] = False
    kept.relays.wanted["一号列"] = False
    for _ in range(3):
        kept.round()
    assert kept.relays.told.count(("一号列", True)) == 1
    assert kept.spoken() == [("一号列", True, "asked")]
    kept.keeper.move_aisle(CLERK, "一号列")
    kept.round(inside=True)
    assert kept.relays.state["一号列"] is False
    assert kept.spoken()[-1] == ("一号列", False, "occupied")
    with pytest.raises(Conflict) as refused:
        kept.keeper.move_aisle(CLERK, "一号列")
    assert refused.value.key == "switch.refused.occupied"


def test_who_may_not_keep_the_room_switches_nothing(kept: Kept) -> None:
    kept.round()
    soon = kept.office.author.clock() + 60_000
    with pytest.raises(Denied):
        kept.keeper.override(READER, "除湿机", True, soon)
    with pytest.raises(Denied):
        kept.keeper.move_aisle(READER, "一号列")
    with pytest.raises(NotFound):
        kept.keeper.override(CLERK, "水泵", True, soon)
    with pytest.raises(Conflict):
        kept.keeper.override(CLERK, "一号列", True, soon)
    for until in (soon - 60_000, soon + 25 * 3_600_000):
        with pytest.raises(InvalidInput):
            kept.keeper.override(CLERK, "除湿机", True, until)
    assert kept.relays.told == []
    assert kept.commands() == []


def test_an_alarm_that_grows_worse_is_shown_again_and_stays_one(kept: Kept) -> None:
    keeper = RoomKeeper(kept.office, KeptRoom("1", "库房", Plan(("东墙",)), Limits()), kept.relays)
    for minute, humidity in zip(count(), (50.0, 56.0), strict=False):
        keeper.take([Reading("东墙", NOON + minute * 60_000, 20.0, humidity)])
    with kept.office.space.read() as town:
        (alert,) = open_alerts(town)
    assert alert.breach == "daily_change/humidity"
    acknowledge(kept.office, CLERK, alert.id)
    keeper.take([Reading("东墙", NOON + 180_000, 20.0, 66.0)])
    with kept.office.space.read() as town:
        (worse,) = open_alerts(town)
    assert (worse.id, worse.breach, worse.also) == (
        alert.id, "too_humid/humidity", ("daily_change/humidity",)
    )  # fmt: skip
    assert worse.acknowledged_by == ""
    acknowledge(kept.office, CLERK, alert.id)
    keeper.take([Reading("东墙", NOON + 240_000, 20.0, 57.0)])
    with kept.office.space.read() as town:
        (milder,) = recent_alerts(town)
    assert milder.breach == "daily_change/humidity"
    assert milder.acknowledged_by == CLERK.id


def test_what_contacts_and_switches_say_is_kept_when_it_changes(kept: Kept) -> None:
    for smoke in (False, False, True):
        kept.round(smoke=smoke)
    with kept.office.space.read() as town:
        rows = town.execute("select count(*) from room_reading where part = '烟感'").fetchone()
        latest = latest_parts(town, "1", ["烟感", "除湿机", "报警灯", "没有的"])
    assert rows == (2,)
    assert latest["烟感"].state is True
    assert set(latest) == {"烟感", "除湿机", "报警灯"}


def test_nothing_is_commanded_before_every_part_has_been_asked(kept: Kept) -> None:
    now = kept.office.author.clock()
    kept.keeper.take([Reading("东墙", now, 20.0, 59.5)])
    kept.keeper.take([Contact("烟感", now, ContactKind.SMOKE, False)])
    assert kept.relays.told == []
    kept.round()
    assert kept.spoken() == []


def test_a_command_that_another_overtakes_is_said_to_be_replaced(kept: Kept) -> None:
    kept.round()
    now = kept.office.author.clock()
    kept.keeper.override(CLERK, "除湿机", True, now + 60_000)
    kept.keeper.override(CLERK, "除湿机", False, now + 60_000)
    kept.round()
    off, on = kept.commands()
    assert (on.actual, on.fault) == (None, "replaced")
    assert (off.on, off.actual) == (False, False)
