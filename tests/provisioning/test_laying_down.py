"""What the county lays down by the command line: rules, and schemes that dossiers are sorted by."""

from pathlib import Path

import pytest

from edge.domain.archive import BUILT_IN
from edge.store import rules
from edge.store.database import Space
from edge.workflows.office import Office
from edge.workflows.reception import scheme_for
from edge.workflows.supplement import Filing, file_material, reclassify
from provisioning.cli import main
from sync.hub.county import County
from tests.offices import CLERK, deliver, receive_person, scan

OWN = """
code = "own"
name = "本县方案"
[[categories]]
code = "甲"
name = "本人材料"
[[categories]]
code = "甲-1"
name = "履历"
parent = "甲"
[[categories]]
code = "乙"
name = "单位材料"
english = "Employers"
"""


def dangxia(*words: str) -> int:
    return main(["county", *words])


@pytest.mark.checklist("000-05")
def test_a_published_scheme_and_rules_reach_the_office_and_its_dossiers(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, file = str(tmp_path / "hub"), tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    assert dangxia("found", "--folder", hub, "--name", "青山县") == 0
    assert dangxia("scheme", "--folder", hub, str(file)) == 0
    assert "本县方案：3 类" in capsys.readouterr().out
    assert dangxia("rule", "--folder", hub, "--name", "scheme.default", "--value", "own") == 0
    assert dangxia("rules", "--folder", hub) == 0
    assert "scheme.default" in capsys.readouterr().out
    old = receive_person(office, "王建国").dossier
    reach(Path(hub), office.county)
    new = receive_person(office, "李红", counts={"甲": 2}).dossier
    assert [each.code for each in scheme_for(office).tops] == ["甲", "乙"]
    with office.space.read() as town, office.county.read() as county:
        named = dict(town.execute("select id, scheme from dossier").fetchall())
        assert named == {old: BUILT_IN.code, new: "own"}
        assert rules.scheme_of(county, "unpublished") == BUILT_IN
    material = file_material(
        office, CLERK, Filing(new, "甲-1", "履历表", "1998", scan(office, "a"), (1,))
    )
    assert reclassify(office, CLERK, material.id, "乙", "放错了").category == "乙"


def reach(hub: Path, county: Space) -> None:
    """Bring what the hub has laid down to an office."""
    opened = County.open(hub)
    deliver(opened.spaces.county, county)
    opened.close()


@pytest.mark.parametrize(
    "text",
    [
        "code = ",
        'code = "own"\nname = "x"\n',
        'code = "own"\nname = "x"\ncategories = ["1"]\n',
        'code = "a b"\nname = "x"\n[[categories]]\ncode = "1"\nname = "y"\n',
        OWN + '[[categories]]\ncode = "甲"\nname = "y"\n',
    ],
)
def test_a_scheme_that_makes_no_sense_changes_nothing(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, file = str(tmp_path / "hub"), tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    dangxia("found", "--folder", hub, "--name", "青山县")
    assert dangxia("scheme", "--folder", hub, str(file)) == 1
    assert "分类方案" in capsys.readouterr().err
    assert dangxia("rule", "--folder", hub, "--name", "a b", "--value", "1") == 1
