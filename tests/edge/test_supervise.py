"""Loops that fail come back, say so once, and begin afresh once they are well."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge import supervise
from edge.domain.errors import StorageFull
from edge.supervise import Loops


@pytest.fixture
def loops() -> Iterator[Loops]:
    made = Loops()
    yield made
    made.stop()


def trouble(loops: Loops) -> str:
    (health,) = loops.health()
    return health.trouble


def until(true: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_long_loop_that_failed_is_well_again_once_it_has_done_something(
    loops: Loops, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, logger="dangxia.supervise")
    # The third pause would outlast the test, so a fourth turn comes after the first one again.
    monkeypatch.setattr(supervise, "PAUSES_S", (1.0, 0.0, 3_600.0))
    turns: list[int] = []
    go_on = threading.Event()

    def work() -> None:
        turns.append(len(turns))
        if len(turns) in (1, 2):
            raise StorageFull("storage.full")
        loops.well("room")
        assert go_on.wait(10)
        go_on.clear()
        raise StorageFull("storage.full")

    loops.start("room", work)
    until(lambda: trouble(loops) == "storage.full")
    until(lambda: len(turns) == 3)
    until(lambda: trouble(loops) == "")
    go_on.set()
    until(lambda: len(turns) == 4)
    told = [each.getMessage() for each in caplog.records]
    assert told[:3] == [
        "loop room: storage.full",
        "loop room is well again",
        "loop room: storage.full",
    ]
    go_on.set()


def test_the_log_of_a_loop_names_neither_fields_nor_paths(
    loops: Loops, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> None:
        raise FileNotFoundError(2, "No such file or directory", "/inbox/张三.pdf")

    loops.start("hot-folder", work)
    until(lambda: bool(trouble(loops)))
    assert "张三" not in caplog.text
    assert "No such file" in caplog.text
