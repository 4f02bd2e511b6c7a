"""PouchDB on LevelDB, replicating to express-pouchdb: CouchDB's protocol on both sides."""

import shutil
from pathlib import Path

from tests.bench.pair import Meter, Side
from tests.bench.peers.installing import Absent, npm_packages

SCRIPT = Path(__file__).with_name("pouchdb.mjs")
PACKAGES = ("pouchdb@9", "express-pouchdb@4", "express@4")


def start(folder: Path, rows: Path, dossiers: int) -> tuple[Side, Side, Meter]:
    """A database that reads its documents from `rows`, and a server on a free port."""
    node = shutil.which("node")
    if node is None:
        raise Absent("no node")
    modules = npm_packages("pouchdb", *PACKAGES)
    far = Side([node, SCRIPT, modules, "far", folder / "far"])
    meter = Meter(far.ready["port"])
    near = Side([node, SCRIPT, modules, "near", folder / "near", str(meter.port), rows])
    return near, far, meter
