"""Whether ten times the work needs more memory: what both sides held at most, for a tenth and all.

1.0 is flat. What a side holds at rest is part of it, since a machine has to have that too.
"""

import statistics
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.pair import Carriage, carry
from tests.bench.record import TOWN
from tests.bench.replication import Ours

SHARE = 10


def measure_memory(folder: Path, dossiers: int, rounds: int, push: Figure) -> Figure:
    """Push a tenth of the dossiers to a fresh hub; `push` has what the sides held for all."""
    tenths = [_push(folder / f"tenth{place}", dossiers // SHARE) for place in range(rounds)]
    box, hub = push.also["box_mib"], push.also["hub_mib"]
    growths = [max(box / tenth.near_mib, hub / tenth.far_mib) for tenth in tenths]
    also = {
        "tenth_box_mib": statistics.median(tenth.near_mib for tenth in tenths),
        "tenth_hub_mib": statistics.median(tenth.far_mib for tenth in tenths),
        "whole_box_mib": box,
        "whole_hub_mib": hub,
    }
    return Figure("memory.flat", "x of a tenth", tuple(growths), None, also)


def _push(folder: Path, dossiers: int) -> Carriage:
    ours = Ours(folder)
    try:
        return carry(ours.box(TOWN, 0, dossiers), ours.hub, ours.meter, "cold")
    finally:
        ours.close()
