"""A fresh county for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub with two towns over HTTPS on loopback."""
    built = World(tmp_path)
    yield built
    built.close()
