"""Morango, which Kolibri replicates with: Django on both sides, certificates, its own protocol."""

from pathlib import Path

from tests.bench.pair import Meter, Side
from tests.bench.peers.installing import pip_packages

SCRIPT = Path(__file__).with_name("kolibri") / "side.py"
PACKAGES = ("morango==0.8.15", "cheroot==11.1.2")


def start(folder: Path, rows: Path, dossiers: int) -> tuple[Side, Side, Meter]:
    """A database that reads its records from `rows`, and a server on a free port."""
    python = pip_packages("morango", *PACKAGES)
    far = Side([python, SCRIPT, "far", folder / "far"])
    meter = Meter(far.ready["port"])
    certificate = folder / "far" / "certificate.json"
    near = Side([python, SCRIPT, "near", folder / "near", str(meter.port), rows, certificate])
    return near, far, meter
