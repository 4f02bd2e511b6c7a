"""`dangxia carry` at a box and at the hub: what it prints, and with which code it ends."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.box import hold_folder, key_path, pins_path
from edge.store.database import Space
from edge.store.keys import Keys
from provisioning.cli import main
from sync.hub.county import County
from tests.sync.carriage import TOWN, dump_of, work
from tests.sync.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A box's folder with its settings, the hub's beside it, both at rest; and a stick."""
    world = World(tmp_path)
    box = world.box()
    box.pins.save(pins_path(box.folder))
    work(box, 3)
    world.close()
    (box.folder / "town.db").rename(box.folder / f"town-{TOWN}.db")
    for leftover in box.folder.glob("town.db-*"):
        leftover.unlink()
    (tmp_path / "box.toml").write_text('folder = "box0"\nport = 8100\n', "utf-8")
    (tmp_path / "stick").mkdir()
    return tmp_path


def box(act: str, folder: Path) -> int:
    return main(["carry", act, str(folder / "stick"), "--config", str(folder / "box.toml")])


def hub(act: str, folder: Path, *more: str) -> int:
    return main(["carry", act, str(folder / "stick"), "--folder", str(folder / "hub"), *more])


def test_what_it_prints_follows_the_terminal_or_what_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["box", "verify", "--config", str(folder / "box.toml")]
    said = {"en": "entries 6, seals ", "zh": "记录 6，链封 "}

    def printed(*arguments: str) -> str:
        assert main(arguments) == 0
        return capsys.readouterr().out

    assert said["zh"] in printed(*asked)
    assert said["en"] in printed("--lang", "en", *asked)
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert said["en"] in printed(*asked)
    assert said["zh"] in printed("--lang", "zh", *asked)
    assert main(["carry", "import", str(folder), *asked[2:]]) == 1
    assert "There is nothing to exchange on this stick" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert said["zh"] in printed(*asked)


def test_there_and_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert box("export", folder) == 0
    assert "文件 6 个" in capsys.readouterr().out
    assert hub("import", folder) == 0
    assert "文件 6 个" in capsys.readouterr().out
    # Without a name, the box that brought the stick is meant.
    assert hub("export", folder) == 0
    assert box("import", folder) == 0
    assert capsys.readouterr().err == ""
    keys = Keys.load(key_path(folder / "box0"))
    with (
        closing(County.open(folder / "hub")) as county,
        closing(
            Space(folder / "box0" / f"town-{TOWN}.db", keys.derive("database"), f"town-{TOWN}")
        ) as town,
    ):
        assert dump_of(town) == dump_of(county.spaces.town(TOWN))


@pytest.mark.parametrize("how", ["id", "beginning", "town"])
def test_the_hub_names_its_receiver(folder: Path, how: str) -> None:
    id = Keys.load(key_path(folder / "box0")).id
    assert hub("export", folder, "--for", {"id": id, "beginning": id[:6], "town": TOWN}[how]) == 0
    assert box("import", folder) == 0


def test_a_failure_is_one_sentence_and_code_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ["carry", "import", str(folder), "--folder", str(folder / "nowhere")]
    acts: tuple[Callable[[], int], ...] = (
        lambda: hub("export", folder),
        lambda: hub("export", folder, "--for", "nobody"),
        lambda: hub("import", folder),
        lambda: box("import", folder),
        lambda: main(nowhere),
    )
    for act in acts:
        assert act() == 1
        told = capsys.readouterr().err
        assert len(told.splitlines()) == 1
        assert "技术员：carry" not in told


def test_what_was_not_taken_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert box("export", folder) == 0
    max((folder / "stick").rglob("*.part")).write_bytes(b"torn")
    assert hub("import", folder) == 1
    told = capsys.readouterr()
    assert "新记录 6 条" in told.out
    assert "坏了" in told.err


def test_a_box_at_work_is_left_alone_and_its_buttons_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_folder(folder / "box0"):
        assert box("export", folder) == 1
    assert "「导出到U盘」" in capsys.readouterr().err
    assert box("export", folder) == 0


@pytest.mark.parametrize("arguments", [[], ["export"], ["export", "x"], ["wash", "x"]])
def test_wrong_use_is_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["carry", *arguments])
    assert caught.value.code == 2
