"""Empty databases for tests: copies of one that the program itself made, under other keys.

To run all migrations costs twenty times what everything else about a new space does, and tests open
thousands of them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.store import database

BY_THE_PROGRAM = database._create
_KEY = bytes(32)


@contextmanager
def fresh_spaces(folder: Path) -> Iterator[None]:
    """Have spaces made so for the length of a block; each becomes a peer of its own."""
    made = folder / "empty.db"

    def copy(path: Path, key: bytes) -> None:
        if not made.exists():
            BY_THE_PROGRAM(made, _KEY)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, path)
        with database.open_plain(path, _KEY) as connection:
            connection.execute("pragma synchronous=off")
            connection.execute("update crsql_site_id set site_id = randomblob(16)")
            connection.execute(f"pragma rekey=\"x'{key.hex()}'\"")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_create", copy)
        yield
