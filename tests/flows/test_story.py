"""The scripted day, over real parts: the same that `make story` runs."""

from pathlib import Path

import pytest

from provisioning.story import tell_story


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("story")
def test_a_day_in_two_towns_goes_from_paper_to_county(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sockets below the folder have short names; the day leaves its traces there.
    monkeypatch.chdir(tmp_path)
    told: list[str] = []

    assert tell_story(Path("story"), told.append) == 0

    assert len(told) == 24
    assert all(line.startswith("✓") for line in told[:-1])
