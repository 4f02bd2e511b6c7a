"""Whether ten times the work needs more memory: what both sides held at most, for a tenth and all.

1.0 is flat. What a side holds at rest is part of it, since a machine has to have that too.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.pair import Carriage, carry
from tests.bench.record import TOWN
from tests.bench.replication import Ours

SHARE = 10


def measure_memory(folder: Path, dossiers: int, rounds: int) -> Figure:
    """Push a tenth of the dossiers, then all, to a fresh hub each; greatest growth of a side."""
    tenths = [_push(folder / f"tenth{place}", dossiers // SHARE) for place in range(rounds)]
    wholes = [_push(folder / f"whole{place}", dossiers) for place in range(rounds)]
    growths = [
        max(whole.near_mib / tenth.near_mib, whole.far_mib / tenth.far_mib)
        for tenth, whole in zip(tenths, wholes, strict=True)
    ]
    also = {**_most("tenth", tenths), **_most("whole", wholes)}
    return Figure("memory.flat", "x of a tenth", tuple(growths), None, also)


def _most(name: str, carried: list[Carriage]) -> Mapping[str, float]:
    return {
        f"{name}_box_mib": max(each.near_mib for each in carried),
        f"{name}_hub_mib": max(each.far_mib for each in carried),
    }


def _push(folder: Path, dossiers: int) -> Carriage:
    ours = Ours(folder)
    try:
        return carry(ours.box(TOWN, 0, dossiers), ours.hub, ours.meter, "cold")
    finally:
        ours.close()
