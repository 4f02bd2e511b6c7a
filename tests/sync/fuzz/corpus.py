"""Two machines in the midst of their work, and what each would honestly ship next."""

import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.entries import Author, Pen
from edge.store.keys import Keys
from sync.replica import Replica
from sync.segment import Segment, open_segment
from tests.sync.sides import BOX, HUB, OTHER, ROSTER, TOWN
from tests.sync.simulator.undivided import Undivided

DIGEST = "ab" * 32
PAGE = {"blob": DIGEST, "thumb": "cd" * 32, "width": 2480, "height": 3508, "dpi": 300, "bytes": 9}
CONTENTS: dict[str, dict[str, Any]] = {
    Kind.PERSON_REGISTERED: {"name": "王建国", "id_number": "510101198001010011", "sex": "男"},
    Kind.PERSON_CORRECTED: {"field": "name", "value": "李䶮"},
    Kind.DOSSIER_REGISTERED: {
        "person": "p1", "number": "510101-1-0001", "class": "干部", "holder": "城关镇",
        "scheme": "s", "shelf": "1柜2层3位", "counts": {"1": 2, "4-1": 1},
    },
    Kind.DOSSIER_MOVED: {"shelf": "1柜2层4位"},
    Kind.CAPTURE_TAKEN: {"source": "adf", "device": "d", "pages": [PAGE, {**PAGE, "number": 2}]},
    Kind.CAPTURE_ARRANGED: {"pages": [{**PAGE, "number": 1, "turn": 90}]},
    Kind.MATERIAL_FILED: {
        "dossier": "d1", "category": "4-1", "position": 1, "title": "履历表",
        "formed_on": "198001", "copy": False, "capture": "c1", "pages": [PAGE],
    },
    Kind.MATERIAL_RECLASSIFIED: {"category": "9-2", "position": 3},
    Kind.CUSTODY_RECEIVED: {"from": "县局", "letter": "l", "counts": {"1": 1}},
    Kind.CUSTODY_LENT: {"borrower": "b", "unit": "u", "due": "20261201", "pages": 3},
    Kind.CUSTODY_RETURNED: {"loan": "0" * 32, "pages": 3},
    Kind.DOSSIER_VIEWED: {"purpose": "查阅", "what": "目录"},
    Kind.PROOF_ISSUED: {
        "dossier": "d1", "kind": "k", "number": "n1", "purpose": "p", "statement": ["s"],
        "code": "c", "blob": DIGEST,
    },
    Kind.PROOF_PRINTED: {"printer": "p", "job": "1"},
    Kind.PROOF_REVOKED: {"reason": "写错", "instead": "0" * 32},
    Kind.RECORD_NOTED: {
        "field": "birth", "value": "196503", "words": "一九六五年三月生", "dossier": "d1",
        "title": "职工登记表", "page": 2, "altered": True,
    },
    Kind.RECORD_STRUCK: {"note": "0" * 32, "reason": "摘错"},
    Kind.DOSSIER_GRADED: {"secrecy": "机密"},
    Kind.CLIMATE_HOUR: {"hour": 9, "sensors": {"t1": {"min": 1, "max": 2}}},
    Kind.CLIMATE_ALERT: {
        "room": "r", "sensor": "t1", "breach": "hot", "value": 31.5, "limit": 24, "also": ["wet"],
    },
    Kind.CLIMATE_ACKNOWLEDGED: {"note": "n"},
    Kind.CLIMATE_UNSEEN: {},
    Kind.TRANSFER_SENT: {"dossier": "d1", "to": "510102", "reason": "调动"},
    Kind.TRANSFER_RECEIVED: {"dossier": "d1"},
    Kind.CONFLICT_PROPOSED: {
        "conflict": "person", "chosen": "p1", "answers": ["0" * 32], "note": "n",
    },
    Kind.LIST_FROZEN: {"form": "f", "facts": [["年度", "2026"]], "lines": [["1", "x"]]},
    Kind.STOCK_SEEN: {"place": "1库2列1节3层", "dossier": "d1", "condition": "受潮"},
    Kind.BOX_REPORTED: {"status": {"disk": 0.5}},
    "kind.of_tomorrow": {"unknown": [1, {"deep": None}]},
}  # fmt: skip
SUBJECTS = ("p1", "p2", "d1", "d2", "c1")


@dataclass(frozen=True)
class Offer:
    """What a rightful sender ships next to a receiver."""

    receiver: str
    keys: Keys
    content: bytes
    segment: Segment


class Site:
    """One machine whose database can be put back to where it stood."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder, self.keys = folder, keys
        folder.mkdir(parents=True)
        self.file = folder / "town.db"
        self.open()

    def open(self) -> None:
        self.space = Undivided(self.file, b"", TOWN)
        self.replica = Replica(
            self.space, self.keys, lambda: ROSTER, self.folder / "refused", lambda: 1_700_000_000
        )

    def keep(self) -> None:
        """Remember the state."""
        self.space.close()
        shutil.copyfile(self.file, self.folder / "kept")
        self.open()

    def put_back(self) -> None:
        """Return to the state remembered."""
        self.space.close()
        shutil.rmtree(self.folder / "refused", ignore_errors=True)
        for path in self.folder.glob("town.db*"):
            path.unlink()
        shutil.copyfile(self.folder / "kept", self.file)
        self.open()


def build(folder: Path) -> tuple[dict[str, Site], list[Offer]]:
    """The hub and a box as receivers, each in its kept state, and what may come to them next."""
    chance = random.Random(0)
    sites = {keys.id: Site(folder / keys.id[:6], keys) for keys in (HUB, BOX, OTHER)}
    hub, box, other = (sites[keys.id] for keys in (HUB, BOX, OTHER))
    for site in (other, box, hub):
        _work(site, chance, 8)
    _carry(other, box)
    _carry(box, hub)
    _carry(hub, box)
    for site in (other, box, hub):
        _work(site, chance, 8)
    offers = [_offer(box, hub), _offer(hub, box), _offer(other, box)]
    for site in sites.values():
        site.keep()
    _carry(other, box)
    # Now the box passes on its neighbour's acts too.
    offers.append(_offer(box, hub))
    for site in sites.values():
        site.put_back()
    return sites, offers


def _work(site: Site, chance: random.Random, count: int) -> None:
    kinds = sorted(CONTENTS)
    stems = (f"{number:012x}" + chance.randbytes(4).hex() for number in range(1, 1_000))

    def mint(at: int, mark: str) -> str:
        return next(stems) + mark

    author = Author(site.keys.id, lambda: 1_700_000_000_000, mint, chance.randbytes)

    def write(connection: Connection) -> None:
        pen = Pen(connection, author, "clerk")
        for _ in range(chance.randint(1, 3)):
            kind = chance.choice(kinds)
            pen.append(kind, chance.choice(SUBJECTS), CONTENTS[kind])

    for _ in range(count):
        site.space.write(write)
    upsert = "insert into box_status values (?1, ?2) on conflict (box) do update set body = ?2"
    site.space.write(lambda c: c.execute(upsert, (site.keys.id, os.urandom(4).hex())) and None)


def _carry(source: Site, target: Site) -> None:
    content = _next(source, target)
    taken = target.replica.take(content, source.keys.id)
    if target.keys is HUB:
        target.replica.sign_for(taken.boxes)


def _offer(source: Site, target: Site) -> Offer:
    content = _next(source, target)
    return Offer(target.keys.id, source.keys, content, open_segment(content, ROSTER.key_of)[0])


def _next(source: Site, target: Site) -> bytes:
    cursor = target.replica.cursor_of(source.keys.id, source.replica.epoch)
    content = source.replica.outgoing(target.keys.id, target.replica.epoch, cursor)
    assert content is not None
    return content
