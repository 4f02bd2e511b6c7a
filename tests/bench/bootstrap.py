"""A new box begins with a snapshot: making it, carrying it over HTTPS, opening it, one exchange.

Dossiers have captured pages as rows of metadata; the page files themselves stay at the hub.
"""

import hashlib
import shutil
import statistics
from pathlib import Path
from random import Random

from edge.domain.kinds import Kind
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.keys import Keys
from edge.store.projection import dump
from sync.bootstrap import Bootstrap
from sync.enrolment import ask_admission
from sync.roster import space_of
from sync.wire import Link, Wire
from tests.bench.figures import Cost, Figure, timed
from tests.bench.record import id_of, register, subject_of
from tests.sync.world import Box, World

TOWN = "510101"
# Few transactions, since each writes most pages of the indexes of digests.
PAGES_PER_DOSSIER, TRANSACTION = 40, 2_500
# The making of the town is no part of the figure: with all indexes in memory it takes minutes less.
MAKING_CACHE_KIB = 2_000_000
ROOT = Path(__file__).resolve().parents[2]
KEPT, SMALL = ROOT / "var" / "bench" / "town", 200_000


def measure_bootstrap(
    folder: Path, dossiers: int, rounds: int, pages: int = PAGES_PER_DOSSIER
) -> Figure:
    """Bring a filled town to new boxes, `rounds` times; the unit is seconds, less is better."""
    _make_town(folder / "world", dossiers, pages)
    world = World(folder / "world")
    world.hub.county.snapshots.least = 1
    town = world.hub.county.spaces.town(TOWN)
    costs, size = list[Cost](), 0
    for place in range(rounds):
        newcomer = _Newcomer(world, place)
        costs.append(timed(newcomer.begin))
        size = newcomer.box.town.path.stat().st_size
        if place == 0 and dossiers * pages <= SMALL:
            _check(town, newcomer.box.town)
        newcomer.box.close()
    world.close()
    walls = tuple(cost.wall for cost in costs)
    return Figure(
        "bootstrap",
        "s",
        walls,
        None,
        {
            "pages": dossiers * pages,
            "cpu_s": statistics.median(cost.cpu for cost in costs),
            "mib": size / (1 << 20),
        },
    )


def _make_town(folder: Path, dossiers: int, pages: int) -> None:
    """Put a world with the filled town at `folder`: a large one is made once, and then copied."""
    if dossiers * pages <= SMALL:
        _fill_world(folder, dossiers, pages)
        return
    kept = KEPT / _recipe(dossiers, pages)
    if not kept.exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        _fill_world(KEPT / "making", dossiers, pages)
        (KEPT / "making").rename(kept)
    shutil.copytree(kept, folder)


def _recipe(dossiers: int, pages: int) -> str:
    """Changes with whatever has a part in what such a world holds."""
    known = hashlib.sha256(f"{dossiers} {pages}".encode())
    files = [path for name in ("domain", "store") for path in (ROOT / "edge" / name).rglob("*")]
    for path in sorted([*files, Path(__file__), Path(__file__).with_name("record.py")]):
        if path.suffix in (".py", ".sql"):
            known.update(path.read_bytes())
    return known.hexdigest()[:16]


def _fill_world(folder: Path, dossiers: int, pages: int) -> None:
    world = World(folder)
    town = world.hub.county.spaces.town(TOWN)
    author = Author(world.hub.county.keys.id, world.hub.clock)
    town.write(lambda c: c.execute(f"pragma cache_size=-{MAKING_CACHE_KIB}") and None)
    register(town, author, range(dossiers))
    capture(town, author, range(dossiers), pages)
    world.close()


class _Newcomer:
    """A machine that the county has admitted and that holds nothing."""

    box: Box

    def __init__(self, world: World, place: int) -> None:
        self._folder, self._clock = world.folder / f"newcomer{place}", world.hub.clock
        self._keys = Keys.make(self._folder / "box.key")
        ticket = world.hub.ticket(TOWN)
        self._pins = ask_admission(ticket, self._keys, TOWN, f"新机{place}").pins

    def begin(self) -> None:
        """Bring the snapshot, open it, and exchange once."""
        wire = Wire(self._pins, self._keys, self._clock, Link(self._folder / "cut"))
        bootstrap = Bootstrap(wire, self._keys, space_of(TOWN), self._folder / "town.db")
        assert bootstrap.run()
        wire.close()
        self.box = Box(self._folder, self._keys, self._pins)
        self.box.session.run_once(lambda: False)


def capture(space: Space, author: Author, places: range, pages: int) -> None:
    """Put `pages` pages on record for each dossier, as scans do."""
    for start in range(places.start, places.stop, TRANSACTION):
        some = range(start, min(start + TRANSACTION, places.stop))

        def take(connection: Connection, places: range = some) -> None:
            acts = [_capture(place, pages) for place in places]
            Pen(connection, author, "u-import").append_many(acts)

        space.write(take, urgent=False, durable=False)


def _capture(place: int, pages: int) -> tuple[str, str, dict[str, object], tuple[str, ...]]:
    random = Random(-place - 1)
    told: dict[str, object] = {
        "dossier": subject_of(place).dossier,
        "source": "feeder",
        "device": "scanner",
        "pages": [page(random) for _ in range(pages)],
    }
    return str(Kind.CAPTURE_TAKEN), id_of(random, 2_000_000 + place), told, ()


def page(random: Random) -> dict[str, object]:
    """One page's metadata; digests are as incompressible as real ones."""
    return {
        "blob": f"{random.getrandbits(256):064x}",
        "thumb": f"{random.getrandbits(256):064x}",
        "width": 2480,
        "height": 3508,
        "dpi": 300,
        "bytes": random.randrange(200_000, 600_000),
        "blank": 0,
        "dark": 0,
        "skew": 0.0,
    }


def _check(far: Space, near: Space) -> None:
    with near.read() as here, far.read() as there:
        assert dump(here) == dump(there), "box and hub differ"
