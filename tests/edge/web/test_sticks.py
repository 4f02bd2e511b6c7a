"""Sticks at the screens: what is plugged in is found, one is carried by at a time, all is said."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from edge.domain.errors import Conflict, InvalidInput, NotFound, StorageFull
from edge.web.sticks import Carriage, Said, Sticks
from tests.edge.web.conftest import Desk

PATIENCE_S = 60


def ended(sticks: Sticks) -> Carriage:
    """The carrying once it has come to its end."""
    deadline = time.monotonic() + PATIENCE_S
    while (now := sticks.carriage) is None or now.running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return now


def test_mounted_sticks_are_found_below_the_mounts_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "not mounted").mkdir()
    # What every Linux machine has mounted stands for a stick.
    found = Sticks([Path("/"), tmp_path, tmp_path / "none"], [], {}).plugged()
    assert Path("/proc") in [each.path for each in found]
    assert tmp_path / "not mounted" not in [each.path for each in found]


def test_a_folder_that_stands_for_a_stick_is_one_while_it_is_there(tmp_path: Path) -> None:
    stick = tmp_path / "KINGSTON"
    sticks = Sticks([], [stick], {})
    assert sticks.plugged() == []
    stick.mkdir()
    (found,) = sticks.plugged()
    assert (found.name, found.free > 0) == ("KINGSTON", True)


def test_one_is_carried_by_at_a_time_and_its_end_is_said(tmp_path: Path) -> None:
    go_on, told = threading.Event(), []

    def act(stick: Path, receiver: str, watch: Callable[[int, int], None]) -> Sequence[Said]:
        told.append((stick, receiver))
        watch(3, 10)
        assert go_on.wait(PATIENCE_S)
        return [("done", "carry.safe", {})]

    sticks = Sticks([], [tmp_path], {"export": act})
    with pytest.raises(NotFound):
        sticks.start("format", str(tmp_path))
    with pytest.raises(InvalidInput, match=r"carry\.no_stick"):
        sticks.start("export", "/etc")
    sticks.start("export", str(tmp_path), "510101")
    with pytest.raises(Conflict, match=r"carry\.under_way"):
        sticks.start("export", str(tmp_path))
    while (now := sticks.carriage) is None or not now.total:
        time.sleep(0.01)
    assert (now.done, now.total, now.running) == (3, 10, True)
    go_on.set()
    assert ended(sticks).said == (("done", "carry.safe", {}),)
    assert told == [(tmp_path, "510101")]


def test_what_goes_wrong_is_said_and_the_next_may_begin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    troubles: list[Exception] = [StorageFull("carry.stick_full"), ValueError("unforeseen")]

    def act(stick: Path, receiver: str, watch: Callable[[int, int], None]) -> Sequence[Said]:
        raise troubles.pop(0)

    sticks = Sticks([], [tmp_path], {"import": act})
    for key in ("carry.stick_full", "carry.failed"):
        sticks.start("import", str(tmp_path))
        assert ended(sticks).said == (("alarm", key, {}),)
    assert "unforeseen" in caplog.text


def test_a_program_that_ends_stops_the_carrying(tmp_path: Path) -> None:
    begun = threading.Event()

    def act(stick: Path, receiver: str, watch: Callable[[int, int], None]) -> Sequence[Said]:
        begun.set()
        while True:
            watch(1, 2)
            time.sleep(0.01)

    sticks = Sticks([], [tmp_path], {"export": act})
    sticks.start("export", str(tmp_path))
    assert begun.wait(PATIENCE_S)
    sticks.stop(PATIENCE_S)
    assert ended(sticks).said == (("care", "carry.stopped", {}),)


def test_who_only_reads_may_not_carry(desk: Desk) -> None:
    desk.sign_in("oujing")
    assert "导出到U盘" not in desk.get("/sync").text
    assert desk.get("/sync/sticks").status_code == 403
