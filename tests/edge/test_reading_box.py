"""A running box reads its pages in quiet moments, though its reader is killed."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from edge.box import Box
from edge.imaging.master import of_jpeg
from edge.settings import read_settings
from edge.store import texts
from edge.workflows.digitising import take_document
from edge.workflows.supplement import Filing, file_material
from tests.edge.imaging.test_quality import jpeg, text_page
from tests.edge.test_box import enrolled_box
from tests.offices import CLERK, close_office, open_office, receive_person

SOON = 180.0


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def readers() -> list[psutil.Process]:
    """The reading processes that this one has started."""
    return [
        each
        for each in psutil.Process().children()
        if "edge.imaging.reader" in " ".join(each.cmdline())
    ]


def test_pages_are_read_when_nobody_is_at_work_and_a_killed_reader_loses_none(
    tmp_path: Path,
) -> None:
    config = enrolled_box(tmp_path)
    office = open_office(tmp_path / "data")
    received = receive_person(office, "王秀英")
    masters = [of_jpeg(jpeg(text_page(lines=lines), 150)) for lines in (5, 9)]
    capture = take_document(office, CLERK, "scanner", "test", masters)
    assert capture is not None
    filing = Filing(received.dossier, "1", "登记表", "", capture.id, (1, 2))
    file_material(office, CLERK, filing)
    close_office(office)
    box = Box(read_settings(config))
    try:
        box.start()
        until(lambda: bool(readers()))
        os.kill(readers()[0].pid, signal.SIGKILL)

        def read() -> int:
            with box.record.town.read() as town:
                return len(texts.find_text(town, "养老保险", 9))

        until(lambda: read() == 2)
    finally:
        box.stop()
    assert readers() == []
