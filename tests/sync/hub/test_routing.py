"""A dossier's way from one town to another, through the hub."""

import hashlib
import shutil
from pathlib import Path

from edge.store.database import Space
from edge.store.entries import all_entries
from edge.store.transfers import arrival_of, transfer_of
from sync.hub.county import County
from tests.sync.test_session import unsent_at
from tests.sync.world import Box, World


def scanned(box: Box, content: bytes) -> dict[str, object]:
    """A page whose files are held at the box."""
    blob, thumb = box.blobs.put(content), box.blobs.put(b"small " + content)
    return {"blob": blob, "thumb": thumb, "width": 1, "height": 1, "dpi": 300, "bytes": 1}


def a_dossier(box: Box) -> None:
    box.append("person.registered", "p1", {"name": "张伟", "id_number": "510101198001010010"})
    registered = {"person": "p1", "number": "A-1", "class": "干部", "holder": "x", "scheme": "s"}
    box.append("dossier.registered", "d1", {**registered, "counts": {"1": 1}})
    pages = [scanned(box, b"page one"), scanned(box, b"page two")]
    filed = {"dossier": "d1", "category": "1", "position": 1, "title": "履历表"}
    box.append("material.filed", "m1", {**filed, "formed_on": "1998", "pages": pages})
    note = {"field": "birth", "value": "198001", "dossier": "d1", "material": "m1", "page": 2}
    box.append("record.noted", "p1", note)


def steps(box: Box) -> frozenset[str]:
    with box.town.read() as connection:
        transfer = transfer_of(connection, "t1")
    return transfer.steps if transfer else frozenset()


def test_a_dossier_travels_and_is_confirmed(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sent = {"dossier": "d1", "to": "510102", "reason": "工作调动", "letter": "函 1"}
    sender.append("transfer.sent", "t1", sent)
    sender.sync()
    receiver.sync()
    assert steps(receiver) == {"arrived"}
    with receiver.town.read() as connection:
        arrival = arrival_of(connection, "t1")
    assert arrival is not None
    assert arrival["person"]["name"] == "张伟"
    assert arrival["dossier"]["number"] == "A-1"
    (material,) = arrival["materials"]
    assert (material["title"], len(material["pages"])) == ("履历表", 2)
    (note,) = arrival["notes"]
    assert (note["value"], note["material"], note["page"]) == ("198001", material["id"], 2)
    receiver.append("transfer.received", "t1", {"dossier": "d9"})
    receiver.sync()
    sender.sync()
    assert steps(sender) == {"sent", "confirmed"}


def test_a_dossier_that_no_box_would_take_in_keeps_no_town_still(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.append("dossier.registered", "d2", {"person": "p1", "number": "A-2"})
    for number in range(3):
        filed = {"dossier": "d2", "category": "1", "title": f"{number}" * 1_500_000}
        sender.append("material.filed", f"large{number}", filed)
    for transfer, dossier in (("t2", "d2"), ("t1", "d1")):
        sent = {"dossier": dossier, "to": "510102", "reason": "调动"}
        sender.append("transfer.sent", transfer, sent)
    sender.sync()
    receiver.sync()
    assert steps(receiver) == {"arrived"}
    with receiver.town.read() as connection:
        assert transfer_of(connection, "t2") is None


def test_a_damaged_page_at_the_hub_keeps_no_record_back(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.sync()
    blobs = world.hub.county.spaces.blobs("town-510101")
    digest = hashlib.sha256(b"page one").hexdigest()
    path = blobs.folder / blobs.place(digest)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "510102", "reason": "调动"})
    sender.sync()
    assert unsent_at(sender) == 0
    receiver.sync()
    assert steps(receiver) == {"arrived"}
    # What is damaged was set aside, and comes again.
    sender.sync()
    assert blobs.read(digest) == b"page one"


def test_the_receiver_gets_the_pages_it_files(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "510102", "reason": "调动"})
    sender.sync()  # entries are routed before the files are up: they must be found later
    receiver.sync()
    with receiver.town.read() as connection:
        arrival = arrival_of(connection, "t1")
    assert arrival is not None
    filed = {**arrival["materials"][0], "dossier": "d1"}
    receiver.append("material.filed", filed.pop("id"), filed)
    receiver.sync()
    digest = hashlib.sha256(b"page one").hexdigest()
    assert receiver.blobs.read(digest) == b"page one"


def test_routing_again_writes_nothing(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "510102", "reason": "调动"})
    sender.sync()
    with world.hub.county.spaces.town("510102").read() as connection:
        before = connection.execute("select count(*) from entry").fetchone()[0]
    sender.view("d1")
    sender.sync()
    receiver.sync()
    with world.hub.county.spaces.town("510102").read() as connection:
        assert connection.execute("select count(*) from entry").fetchone()[0] == before


def test_an_unknown_town_leaves_the_transfer_open(world: World) -> None:
    sender = world.box("510101")
    a_dossier(sender)
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "999999", "reason": "调动"})
    sender.sync()
    assert steps(sender) == {"sent"}


def test_a_file_that_no_transfer_names_is_not_brought_over(world: World) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.sync()
    digest = hashlib.sha256(b"page one").hexdigest()
    receiver.append(
        "material.filed",
        "m9",
        {"dossier": "d", "category": "1", "pages": [{"blob": digest, "thumb": digest}]},
    )
    receiver.sync()
    assert not receiver.blobs.has(digest)


def arrivals(space: Space) -> int:
    with space.read() as connection:
        return sum(entry.kind == "transfer.arrived" for entry in all_entries(connection))


def restored(world: World, backup: Path) -> None:
    """The hub as it was when the backup was made."""
    hub = world.hub
    hub.close()
    shutil.rmtree(hub.folder)
    shutil.copytree(backup, hub.folder)
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()


def backed_up(world: World, backup: Path) -> None:
    hub = world.hub
    hub.close()
    shutil.copytree(hub.folder, backup)
    hub.county = County.open(hub.folder, hub.clock)
    hub.start()


def test_a_restored_hub_waits_for_what_it_may_have_written_before_it_routes_again(
    world: World, tmp_path: Path
) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.sync()
    receiver.sync()
    backed_up(world, tmp_path / "backup")
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "510102", "reason": "调动"})
    sender.sync()
    receiver.sync()
    restored(world, tmp_path / "backup")
    sender.sync()
    receiver.append("transfer.received", "t1", {"dossier": "d9"})
    receiver.sync()
    # The answer waits in the same way for the sender's town to be heard.
    sender.sync()
    sender.sync()
    receiver.sync()
    towns = world.hub.county.spaces.towns
    assert arrivals(towns["510102"]) == arrivals(receiver.town) == 1
    assert steps(receiver) == {"arrived", "received"}
    assert steps(sender) == {"sent", "confirmed"}


def test_a_transfer_that_a_restored_hub_had_never_routed_goes_out_after_the_wait(
    world: World, tmp_path: Path
) -> None:
    sender, receiver = world.box("510101"), world.box("510102")
    a_dossier(sender)
    sender.sync()
    receiver.sync()
    backed_up(world, tmp_path / "backup")
    sender.view("d1")
    sender.sync()
    restored(world, tmp_path / "backup")
    sender.append("transfer.sent", "t1", {"dossier": "d1", "to": "510102", "reason": "调动"})
    sender.sync()
    assert arrivals(world.hub.county.spaces.town("510102")) == 0
    # A restart forgets what waited, and finds it again.
    world.hub.close()
    world.hub.county = County.open(world.hub.folder, world.hub.clock)
    world.hub.start()
    receiver.sync()
    assert arrivals(world.hub.county.spaces.town("510102")) == 1
    receiver.sync()
    assert steps(receiver) == {"arrived"}
