"""How much room the hub's disk has: what a county must know before its towns are refused."""

import shutil
from dataclasses import dataclass
from pathlib import Path

# One segment being merged, the log of its database, and a file in the making.
LEAST_BYTES = 64 << 20
CARE_SHARE, CARE_BYTES = 0.05, 20 << 30


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk under the hub's folder, in bytes."""

    total: int
    free: int

    @property
    def full(self) -> bool:
        """Say whether what towns send can no longer be taken."""
        return self.free < LEAST_BYTES

    @property
    def short(self) -> bool:
        """Say whether it will soon be full."""
        return self.free < min(self.total * CARE_SHARE, CARE_BYTES) or self.full


def disk_of(folder: Path) -> Disk:
    """Look at the disk on which a folder lies."""
    usage = shutil.disk_usage(folder)
    return Disk(usage.total, usage.free)
