"""A machine of the simulated town: real files, a real space, a real replica; no wire, no clock."""

import random
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from edge.store import exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.exchange import Batch
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from edge.store.projection import dump
from sync.replica import Replica
from sync.roster import Member, Roster

TOWN = "town-1"
KEYS = {name: Keys(bytes([place]) * 32) for place, name in enumerate(("hub", "a", "b", "c"), 1)}
HUB = KEYS["hub"].id
ROSTER = Roster(
    HUB,
    KEYS["hub"].public_key,
    {
        keys.id: Member(keys.id, "1", name, keys.public_key, False)
        for name, keys in KEYS.items()
        if name != "hub"
    },
)
PARTS = ("", "-wal", ".unfinished")
# Beyond it the log has been copied back, and may not lose its tail any more.
WHOLE_LOG = 3 << 20
YEAR_MS = 365 * 86_400_000

Act = tuple[str, str, dict[str, object], tuple[str, ...]]
Rows = dict[tuple[str, object], tuple[object, ...]]


class PowerCut(Exception):
    """The machine stopped between two transactions."""


class Replicating(Replica):
    """A replica whose power fails after so many merges."""

    fuse: int | None = None

    def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
        if self.fuse == 0:
            raise PowerCut
        if self.fuse is not None:
            self.fuse -= 1
        return super()._merge(batch)


Kind = type[Replicating]


class Chance:
    """Everything that is drawn in a history, by its seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._now, self._count = 1_700_000_000_000, 0

    def clock(self) -> int:
        self._now += self.random.randint(0, 50)
        return self._now

    def mint(self, at: int, mark: str) -> str:
        self._count += 1
        return (
            f"{at:012x}7{self.random.getrandbits(12):03x}{0x8000 + self._count % 0x4000:04x}{mark}"
        )

    def once_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0


class Machine:
    """A box or the hub. `kind` is the replica's class: the real one, or a mutant."""

    def __init__(
        self,
        name: str,
        folder: Path,
        chance: Chance,
        kind: Kind,
        space: type[Space],
        schema: int,
    ) -> None:
        self.name, self.folder, self.chance, self.kind = name, folder, chance, kind
        self.keys, self.schema, self._space = KEYS[name], schema, space
        self.id = self.keys.id
        # What has happened to it: set back in any way, and by a disk that lost the end of its log.
        self.was_set_back = self.lost_tail = False
        self.backups: list[Path] = []
        self.skew = 0
        self.file = folder / "town.db"
        self.mark = folder / "town.db.mark"
        self.author = Author(self.id, self.clock, chance.mint, chance.random.randbytes)
        self.open()

    def clock(self) -> int:
        return self.chance.clock() + self.skew

    def jump(self) -> None:
        """Set the clock wrong, or right again."""
        self.skew = self.chance.random.choice((-20, -1, 0, 3)) * YEAR_MS

    def open(self) -> None:
        self.space = self._space(self.file, database_key(self.name), TOWN)
        self.replica = self.kind(
            self.space,
            self.keys,
            lambda: ROSTER,
            self.folder / "quarantine",
            self.clock,
            segment_changes=self.chance.random.choice((6, 20, 20_000)),
            merge_limit=self.chance.random.choice((4, 10, 1_000)),
            schema=self.schema,
        )

    def close(self) -> None:
        self.space.close()

    def reopen(self) -> None:
        self.close()
        self.open()

    def append(self, acts: list[Act]) -> list[str]:
        def write(connection: Connection) -> list[str]:
            pen = Pen(connection, self.author, "clerk")
            return [entry.id for entry in pen.append_many(acts)]

        return self.space.write(write)

    def say(self, text: str) -> None:
        """Change the row that this machine alone writes."""
        upsert = "insert into box_status values (?1, ?2) on conflict (box) do update set body = ?2"
        self.space.write(lambda c: c.execute(upsert, (self.id, text)) and None)

    def idle(self) -> None:
        """An update that changes nothing, and raises the extension's counter all the same."""
        self.space.write(lambda c: c.execute("update entry set head = head") and None)
        self.space.write(lambda c: c.execute("update counter set last = last") and None)

    def upgrade(self) -> None:
        if self.schema != schema_version():
            self.schema = schema_version()
            self.reopen()

    def copy_to(self, folder: Path) -> Path:
        """The disk as a power cut would leave it now."""
        folder.mkdir(parents=True)
        for path in (*(Path(str(self.file) + part) for part in PARTS), self.mark):
            if path.exists():
                shutil.copyfile(path, folder / path.name)
        return folder

    def replace_by(self, copy: Path, *, mark: str, tail: float = 1.0) -> None:
        """Switch off, put the copy in place, switch on. `mark`: keep, restore or lose."""
        self.close()
        for path in self.folder.glob("town.db*"):
            if path != self.mark:
                path.unlink()
        for path in copy.iterdir():
            if path.name != self.mark.name:
                shutil.copyfile(path, self.folder / path.name)
        if mark != "keep":
            self.mark.unlink(missing_ok=True)
        if mark == "restore" and (copy / self.mark.name).exists():
            shutil.copyfile(copy / self.mark.name, self.mark)
        log = Path(str(self.file) + "-wal")
        if tail < 1.0 and log.exists():
            with log.open("r+b") as file:
                file.truncate(int(log.stat().st_size * tail))
        self.open()

    def fail_power(self, folder: Path) -> None:
        """Stop at once: what no write has waited for the disk for may be gone, from its end on."""
        kept, size = getattr(self.space, "durable_log", self.log_size), self.log_size
        copy = self.copy_to(folder)
        tail = 1.0
        if kept < size < WHOLE_LOG:
            tail = self.chance.random.uniform(kept, size) / size
        self.replace_by(copy, mark="keep", tail=tail)

    @property
    def log_size(self) -> int:
        log = Path(str(self.file) + "-wal")
        return log.stat().st_size if log.exists() else 0

    def ids(self) -> set[str]:
        with self.space.read() as connection:
            return {id.hex() for (id,) in connection.execute("select id from entry")}

    def rows(self) -> Rows:
        """Every replicated row, by table and key."""
        with self.space.read() as connection:
            return {
                (table, row[0]): tuple(row[1:])
                for table in exchange.TABLES
                for row in connection.execute(f"select * from {table}")  # noqa: S608
            }

    def state(self) -> tuple[object, ...]:
        """What a refused segment must not touch."""
        with self.space.read() as connection:
            cursors = connection.execute("select * from cursor order by 1, 2").fetchall()
            applied = connection.execute("select * from applied order by 1").fetchall()
            return (dump(connection), exchange.last_version(connection), cursors, applied)


@cache
def database_key(name: str) -> bytes:
    return KEYS[name].derive("database")


def template(folder: Path, name: str, space: type[Space]) -> Path:
    """An empty database of one machine, made once."""
    file = folder / f"{name}-{space.__name__}.db"
    if not file.exists():
        opened = space(file, database_key(name), TOWN)
        Replica(opened, KEYS[name], lambda: ROSTER, folder, lambda: 0)
        opened.close()
    return file
