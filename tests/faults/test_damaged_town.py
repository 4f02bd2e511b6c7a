"""One town's damaged database at the hub: everything else goes on, and it comes back whole."""

import shutil
from argparse import Namespace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from edge.box import _opened
from edge.domain.errors import ArchiveError, PeerRefused, PeerUnreachable
from edge.settings import Settings
from edge.store import holdings, possession
from edge.store.staff import name_of_institution
from provisioning.commands import county as county_command
from sync.hub.app import screens_app
from sync.hub.county import County
from sync.hub.health import health_routes
from tests.faults.machines import digest_of, lacking, troubles, work
from tests.faults.test_flipped_bits import PAGE, flip
from tests.sync.hub.test_routing import a_dossier, steps
from tests.sync.hub.web.county import form, sign_in
from tests.sync.world import Box, World

DAMAGED, SOUND = "510101", "510102"


def down(world: World) -> Path:
    """Stop the hub; where the database lies that will be damaged."""
    world.hub.stop()
    world.hub.county.close()
    return world.hub.folder / "spaces" / f"town-{DAMAGED}.db"


def up(world: World) -> County:
    world.hub.county = County.open(world.hub.folder, world.hub.clock)
    world.hub.start()
    return world.hub.county


def take_away(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        if each.suffix != ".mark":
            each.unlink()


def refused(box: Box) -> str:
    with pytest.raises(PeerRefused) as caught:
        box.sync()
    return caught.value.key


def metrics(county: County) -> str:
    with TestClient(Litestar(health_routes(county), openapi_config=None)) as client:
        return client.get("/metrics").text


def screens(county: County) -> str:
    """The overview, and the answer to a search."""
    with TestClient(screens_app(county)) as client:
        assert sign_in(client, "shanzhe", "246810").status_code == 303
        overview = client.get("/").text
        return overview + client.post("/search", data={**form(client), "q": "张伟"}).text


@pytest.mark.parametrize("mended", ["from a backup", "by the boxes alone"])
def test_a_damaged_town_keeps_nothing_back_and_comes_back_whole(
    world: World, capsys: pytest.CaptureFixture[str], mended: str
) -> None:
    world.hub.county.enrol_user("单喆", "shanzhe", "", ["supervisor"], "246810")
    box, other = world.box(DAMAGED), world.box(SOUND)
    entries, files = list[str](), list[str]()

    def note(what: str, name: str) -> None:
        (entries if what == "entry" else files).append(name)

    a_dossier(other)
    work(box, "before", True, note)
    for each in (box, other):
        each.sync()
    path = down(world)
    backup = path.with_name("kept-elsewhere")
    shutil.copy(path, backup)
    work(box, "since the backup", False, note)
    county = up(world)
    box.sync()

    path = down(world)
    flip(path, 20)
    county = up(world)
    assert county.spaces.damaged == [DAMAGED]
    # Its box works on, and says what the matter is; to the other town nothing has happened.
    work(box, "meanwhile", False, note)
    assert refused(box) == "sync.peer_damaged"
    other.append("transfer.sent", "t1", {"dossier": "d1", "to": DAMAGED, "reason": "调动"})
    other.sync()
    assert steps(other) == {"sent"}
    assert f'dangxia_town_database_damaged{{town="{DAMAGED}"}} 1' in metrics(county)
    assert f'dangxia_town_database_damaged{{town="{SOUND}"}} 0' in metrics(county)
    said = screens(county)
    assert "城关镇在县里的资料库有损坏" in said
    assert "没有查到这些镇：城关镇。" in said
    with pytest.raises(ArchiveError, match=r"storage\.unreadable"):
        county.add_town(DAMAGED, "城关镇")

    path = down(world)
    assert county_command.verify_hub(Namespace(folder=world.hub.folder)) == 1
    said = capsys.readouterr().out
    assert f"✗ page town-{DAMAGED}.db: 1（byte 0，共 1 页损坏）" in said
    assert f"town-{SOUND}: 记录 " in said
    take_away(path)
    if mended == "from a backup":
        shutil.copy(backup, path)
    county = up(world)
    assert county.spaces.damaged == []
    for each in (box, other, box):
        each.sync()
    town, blobs = county.spaces.town(DAMAGED), county.spaces.blobs(f"town-{DAMAGED}")
    assert digest_of(town) == digest_of(box.town)
    assert lacking(town, blobs, entries, files) == []
    assert troubles(town, blobs, county.peers.roster, county.keys) == []
    with town.read() as connection:
        # The transfer's own papers have not been seen off yet by the other town.
        awaited = holdings.awaited_by_class(connection)
        assert possession.unsent(connection, box.keys.id)[0] == 0
    assert not awaited
    assert steps(box) == {"arrived"}
    assert "资料库有损坏" not in screens(county)


def test_damage_that_is_met_later_ends_that_towns_exchange_alone(world: World) -> None:
    box, other = world.box(DAMAGED), world.box(SOUND)
    for number in range(8):
        work(box, f"w{number}", False, lambda *_: None)
    box.sync()
    path = down(world)
    for page in range(2, path.stat().st_size // PAGE):
        flip(path, page * PAGE + 100)
    county = up(world)
    work(box, "meanwhile", False, lambda *_: None)
    assert refused(box) == "sync.peer_damaged"
    assert county.spaces.damaged == [DAMAGED]
    assert list(county.spaces.towns) == [SOUND]
    other.view()
    assert other.sync().pushed == 1
    assert f'dangxia_town_database_damaged{{town="{DAMAGED}"}} 1' in metrics(county)


def test_a_boxs_damaged_copy_of_the_county_is_brought_anew(world: World) -> None:
    box = world.box(DAMAGED)
    box.pins.save(box.folder / "pins.json")
    settings = Settings(box.folder)
    world.boxes.remove(box)
    box.view()
    box.sync()
    box.close()
    (box.folder / "town.db").rename(box.folder / f"town-{DAMAGED}.db")
    path = box.folder / "county.db"
    flip(path, 20)
    damaged = path.read_bytes()
    # Without a line nothing is thrown away: the next start tries again.
    world.hub.stop()
    with pytest.raises(ArchiveError, match=r"storage\.unreadable") as caught:
        _opened(settings)
    assert isinstance(caught.value.__cause__, PeerUnreachable)
    assert path.read_bytes() == damaged
    world.hub.start()
    record = _opened(settings)
    assert record.office.name == "城关镇"
    with record.county.read() as connection:
        assert name_of_institution(connection, SOUND) == "竹溪乡"
    assert path.with_name("county.db.damaged").read_bytes() == damaged
    record.close()
