"""A fresh county for each test, and the warm process of which machines are forked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.lives import Lives, warm
from tests.sync.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub with two towns over HTTPS on loopback."""
    built = World(tmp_path)
    yield built
    built.close()


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    """Forks to be killed, for a file's tests."""
    with warm() as opened:
        yield opened
