"""What dossiers lack is kept as they change, and equals what judging them all anew finds."""

from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import pytest

from edge.domain.kinds import Kind
from edge.store import lacks
from edge.store.database import Connection
from edge.store.entries import Author, Pen, all_entries
from edge.store.lacks import MISSING, UNSAID
from edge.store.projection import rebuild
from edge.workflows import gaps
from edge.workflows.accession import Received
from edge.workflows.gaps import gaps_over_all, judge_some, lacking
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, correct_person, file_material, reclassify
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, Clock, id_number, receive_person, scan


def kept(office: Office) -> list[Any]:
    """What is kept, once nothing waits to be judged."""
    while judge_some(office):
        pass
    with office.space.read() as town:
        asked = ("select * from lack", "select * from lack_judged")
        return [*(town.execute(each).fetchall() for each in asked), lacks.counts(town)]


def file(office: Office, dossier: str, category: str, title: str) -> str:
    capture = scan(office, title)
    return file_material(office, CLERK, Filing(dossier, category, title, "", capture, (1,))).id


def claimed_earlier(office: Office, material: str, held: Received) -> None:
    """Let a lesser entry arrive that claims a material and a dossier which are known already.

    Of the same box, as a twin of it would write.
    """
    ids = count(1)
    author = Author(office.author.box, Clock(0), lambda at, mark: f"{next(ids):020x}{mark}")
    filed = {"dossier": held.dossier, "category": "9-1", "position": 1, "title": "学籍成绩"}
    registered = {"person": held.person, "number": "1", "class": "退休"}

    def act(connection: Connection) -> None:
        pen = Pen(connection, author, "u-other")
        pen.append(Kind.MATERIAL_FILED, material, filed)
        pen.append(Kind.DOSSIER_REGISTERED, held.dossier, registered)

    office.space.write(act)


def laid_down(office: Office, name: str, value: str) -> None:
    author = Author("f" * 32, Clock())
    office.county.write(
        lambda c: Pen(c, author, "hub").append(Kind.RULE_SET, name, {"value": value})
    )


def test_whatever_changes_a_dossier_its_lacks_are_those_of_judging_all_anew(
    office: Office,
) -> None:
    one = receive_person(office, "王建国", id_number(11), unit="某厂")
    two = receive_person(office, "李红")
    materials: list[str] = []
    acts: tuple[Callable[[], object], ...] = (
        lambda: materials.append(file(office, one.dossier, "4-1", "毕业生登记表")),
        lambda: materials.append(file(office, two.dossier, "9-1", "招工录用表")),
        lambda: reclassify(office, CLERK, materials[1], "4-2", "放错了"),
        lambda: correct_person(office, CLERK, one.person, "politics", "中共党员", ""),
        lambda: correct_person(office, CLERK, two.person, "unit", "某所", ""),
        lambda: laid_down(office, "profile.毕业生", "4-1 成绩／学籍；7 奖状"),
        lambda: receive_person(office, "赵强", id_number(12)),
        lambda: claimed_earlier(office, materials[0], one),
        lambda: send(office, CLERK, one.dossier, MAPLE, "迁居"),
        lambda: office.space.write(lambda c: rebuild(c, list(all_entries(c)))),
    )
    seen = [kept(office)]
    for act in acts:
        act()
        seen.append(kept(office))
        office.space.write(lambda c: lacks.judge_all_anew(c, "other rules"))
        assert kept(office) == seen[-1]
    changed = [before != after for before, after in pairwise(seen)]
    assert changed == [True] * 9 + [False]
    assert not judge_some(office), "what is judged is not judged again"
    found = gaps_over_all(office, CLERK)
    assert (found.dossiers, found.waiting, found.missing["奖状"]) == (2, 0, 1)


def test_a_long_list_comes_in_pages_and_a_large_change_in_pieces(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "PIECE", 3)
    for number in range(7):
        receive_person(office, f"王{number}", id_number(number))
    assert [gaps_over_all(office, CLERK).waiting for _ in range(3)] == [4, 1, 0]
    assert gaps_over_all(office, CLERK).unsaid["就业"] == 7
    names: list[str] = []
    after = ""
    while found := lacking(office, CLERK, UNSAID, "就业", after, 3):
        names += [each.name for each in found]
        after = found[-1].dossier
    assert names == [f"王{number}" for number in range(7)]
    assert lacking(office, CLERK, MISSING, "没有这种", "", 3) == []
