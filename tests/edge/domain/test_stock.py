"""Stock-taking: paper and record side by side, whatever order the gun read in."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.stock import Outcome, Recorded, Seen, level_of, reconcile, same_level

HERE, THERE = "1库2列1节3层", "1库2列1节4层"
NAMES = [f"{number:032x}" for number in range(1, 7)]


def recorded(dossier: str, shelf: str, standing: str = "held", digitised: bool = True) -> Recorded:
    return Recorded(dossier, f"W-{dossier[-1]}", "王建国", shelf, standing, digitised)


def test_every_way_in_which_paper_and_record_can_differ() -> None:
    right, elsewhere, gone, lent, sent, other = NAMES
    known = [
        recorded(right, HERE + "5位"),
        recorded(elsewhere, THERE + "1位", digitised=False),
        recorded(gone, HERE + "7位"),
        recorded(lent, HERE + "8位", "lent"),
        recorded(sent, HERE + "9位", "sent"),
        recorded(other, "2库1列1节1层1位"),
    ]
    seen = [
        Seen("01", HERE + "1位", right, condition="受潮"),
        Seen("02", HERE + "1位", elsewhere),
        Seen("03", HERE + "1位", sent),
        Seen("04", HERE + "1位", other),
        Seen("05", HERE + "1位", code="NOBODY"),
    ]
    found = reconcile("1库", known, seen)
    outcomes = {line.dossier or line.number: line.outcome for line in found.lines}
    assert outcomes == {
        right: Outcome.RIGHT,
        elsewhere: Outcome.MISPLACED,
        gone: Outcome.MISSING,
        lent: Outcome.ON_LOAN,
        sent: Outcome.UNEXPECTED,
        other: Outcome.MISPLACED,
        "NOBODY": Outcome.UNKNOWN,
    }
    assert (found.expected, found.seen, found.digitised) == (3, 5, 2)
    assert found.wrong[0].dossier == gone
    assert [line.dossier for line in found.damaged] == [right]


READINGS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from([HERE, THERE]), st.booleans()), max_size=8
)


@given(READINGS, st.randoms())
def test_no_dossier_is_lost_or_counted_twice_in_any_order(
    drawn: list[tuple[str, str, bool]], chance: Random
) -> None:
    readings = []
    for number, (dossier, place, void) in enumerate(drawn):
        entry = f"{number:04d}"
        readings.append(Seen(entry, place + "1位", dossier))
        if void:
            readings.append(Seen(f"{number:04d}x", place, void=entry))
    known = [recorded(name, HERE + "1位") for name in NAMES[:4]]
    found = reconcile("1库", known, readings)
    shuffled = list(readings)
    chance.shuffle(shuffled)
    assert reconcile("1库", known, shuffled) == found
    told = [line.dossier or line.number for line in found.lines]
    assert len(set(told)) == len(told)
    assert {each.dossier for each in known} <= set(told)
    last = {d: (p, v) for d, p, v in drawn}
    missing = {line.dossier for line in found.lines if line.outcome is Outcome.MISSING}
    assert all(name in missing for name in NAMES[:4] if name not in last)


def test_places_are_compared_by_level() -> None:
    assert level_of("1库2列1节3层5位") == HERE
    assert same_level("1库2列1节３层9位", HERE + "1位")
    assert not same_level(HERE + "1位", THERE + "1位")
    assert not same_level("", "")
    assert same_level("铁柜二", "铁柜二")
