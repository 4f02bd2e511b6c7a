"""Whether ten times the work needs more memory: what both sides held at most, for all and tenfold.

1.0 is flat. What a side holds at rest is part of it, since a machine has to have that too.
"""

from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.pair import carry
from tests.bench.record import TOWN
from tests.bench.replication import Ours

TENFOLD = 10


def measure_memory(folder: Path, dossiers: int, push: Figure) -> Figure:
    """Push ten times the dossiers to a fresh hub, once; `push` has what the sides held for all."""
    ours = Ours(folder)
    try:
        tenfold = carry(ours.box(TOWN, 0, dossiers * TENFOLD), ours.hub, ours.meter, "cold")
    finally:
        ours.close()
    growths = tenfold.near_mib / push.also["box_mib"], tenfold.far_mib / push.also["hub_mib"]
    also = {
        "box_mib": push.also["box_mib"],
        "hub_mib": push.also["hub_mib"],
        "tenfold_box_mib": tenfold.near_mib,
        "tenfold_hub_mib": tenfold.far_mib,
        "tenfold_s": tenfold.wall,
    }
    return Figure("memory.flat", "x for ten times as many", (max(growths),), None, also)
