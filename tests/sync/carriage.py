"""A county whose only line is a stick: helpers of the carrying tests."""

import os
from pathlib import Path

from edge.store.database import Space
from edge.store.projection import dump
from sync.carry import ROOT, Site, parcel_folder, site_of_box
from sync.carry_export import Exported, export_to
from sync.carry_import import Imported, import_from
from sync.hub.carry import site_of_hub
from tests.sync.world import Box, World

TOWN = "510101"


def site(box: Box) -> Site:
    return site_of_box(box.session.side)


def up(world: World, box: Box, stick: Path) -> tuple[Exported, Imported]:
    """Box to hub."""
    done = export_to(stick, site(box), box.pins.hub)
    found = [
        each
        for each in import_from(stick, site_of_hub(world.hub.county))
        if each.sender == box.keys.id
    ]
    return done, found[0]


def down(world: World, box: Box, stick: Path) -> tuple[Exported, Imported]:
    """Hub to box."""
    done = export_to(stick, site_of_hub(world.hub.county), box.keys.id)
    return done, import_from(stick, site(box))[0]


def file(box: Box, name: str, content: bytes, material: str) -> list[str]:
    """File a page with its thumbnail."""
    digest, thumb = box.blobs.put(content), box.blobs.put(b"small " + content[:40])
    page = {"blob": digest, "thumb": thumb}
    said = {"dossier": "d", "category": "1", "title": name, "pages": [page]}
    box.append("material.filed", material, said)
    return [digest, thumb]


def work(box: Box, count: int = 5, size: int = 40_000) -> list[str]:
    """Some days' work: persons and filed pages."""
    digests = []
    for number in range(count):
        id = f"{box.keys.id[:4]}-{number}-{os.urandom(3).hex()}"
        box.append("person.registered", f"p-{id}", {"name": f"张伟{number}"})
        digests += file(box, "年度考核登记表", os.urandom(size), f"m-{id}")
    return digests


def hub_town(world: World, town: str = TOWN) -> Space:
    return world.hub.county.spaces.town(town)


def dump_of(space: Space) -> bytes:
    with space.read() as connection:
        return dump(connection)


def parts_on(stick: Path, sender: str, receiver: str) -> list[Path]:
    return sorted(parcel_folder(stick, sender, receiver).glob("*.part"))


def size_of(stick: Path) -> int:
    return sum(path.stat().st_size for path in (stick / ROOT).rglob("*") if path.is_file())
