"""A folder for the histories, in memory where the machine has one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def templates() -> Iterator[Path]:
    """Where empty databases are kept, and histories live beside them."""
    parent = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="dangxia-", dir=parent))
    yield folder
    shutil.rmtree(folder)
