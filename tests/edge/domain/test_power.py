"""When a box on battery stops: in good time, once, and not before."""

import pytest

from edge.domain.power import Power, PowerRules, PowerWatch, Stage

SECOND = 1_000


def stages(rules: PowerRules, *powers: Power) -> list[Stage]:
    watch = PowerWatch(rules)
    return [watch.note(power) for power in powers]


def battery(
    second: int, charge: float | None = 80.0, low: bool = False, runtime_s: float | None = None
) -> Power:
    return Power(second * SECOND, mains=False, low=low, charge=charge, runtime_s=runtime_s)


def test_a_short_cut_is_ridden_out() -> None:
    found = stages(
        PowerRules(), Power(0, mains=True), battery(5), battery(10), Power(15_000, mains=True)
    )
    assert found == [Stage.MAINS, Stage.BATTERY, Stage.BATTERY, Stage.MAINS]


@pytest.mark.parametrize(
    "last",
    [
        battery(10, low=True),
        battery(10, charge=20.0),
        battery(10, charge=None, runtime_s=180.0),
        battery(620),
    ],
)
def test_each_rule_says_when_to_stop(last: Power) -> None:
    rules = PowerRules(longest_ms=600_000)
    assert stages(rules, battery(5), last) == [Stage.BATTERY, Stage.ENDING]
    assert stages(PowerRules(0.0, 0, 0), battery(5), battery(620)) == [Stage.BATTERY] * 2


def test_a_ups_lost_while_on_battery_is_taken_for_ended() -> None:
    lost = [Power(second * SECOND, fault="absent") for second in (10, 34, 35)]
    assert stages(PowerRules(), battery(5), *lost) == [
        Stage.BATTERY, Stage.BATTERY, Stage.BATTERY, Stage.ENDING
    ]  # fmt: skip
    on_mains = Power(0, mains=True)
    assert stages(PowerRules(), on_mains, *lost)[-1] is Stage.UNKNOWN
    assert stages(PowerRules(), *lost) == [Stage.UNKNOWN] * 3


def test_time_to_stop_stays_so_until_the_mains_are_back_and_the_battery_with_them() -> None:
    rules = PowerRules(return_charge=40.0)
    found = stages(
        rules,
        battery(5, charge=10.0),
        battery(10, charge=30.0),
        Power(15_000, mains=True, charge=12.0),
        Power(20_000, mains=True, charge=40.0),
    )
    assert found == [Stage.ENDING, Stage.ENDING, Stage.ENDING, Stage.MAINS]
