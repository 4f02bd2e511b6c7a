"""One county for a file's reading tests, a fresh one for tests that write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.hub.web.county import County, county_in


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A filled county."""
    with county_in(tmp_path_factory.mktemp("county")) as filled:
        yield filled


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[County]:
    """A filled county of this test's own."""
    with county_in(tmp_path / "county") as filled:
        yield filled
