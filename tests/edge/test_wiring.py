"""Devices joined to the record: what arrives is filed, whatever comes between."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.settings import HotFolderSettings, Settings
from edge.store.captures import waiting_captures
from edge.supervise import Loops
from edge.web.events import Stations
from edge.wiring import Wiring
from edge.workflows.digitising import close_abandoned_batches
from edge.workflows.office import Office
from tests.offices import page_image


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def loops(office: Office, tmp_path: Path, inbox: Path) -> Iterator[Loops]:
    """The loops of a box that has a hot folder and nothing else."""
    settings = Settings(tmp_path, hot_folder=HotFolderSettings(inbox, quiet=0.1))
    wiring, started = Wiring(settings, office, Stations()), Loops()
    wiring.start(started)
    yield started
    wiring.close()
    started.stop()


def until(true, seconds: float = 15) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def arrived(office: Office) -> int:
    with office.space.read() as town:
        return len(waiting_captures(town))


def trouble(loops: Loops) -> str:
    (health,) = loops.health()
    return health.trouble


def test_a_document_that_could_not_be_kept_is_filed_once_it_can(
    office: Office, inbox: Path, loops: Loops
) -> None:
    until(inbox.is_dir)
    incoming = office.blobs.folder / "incoming"
    away = incoming.rename(incoming.with_name("away"))
    (inbox / "one.jpg").write_bytes(page_image("one").jpeg)
    until(lambda: bool(trouble(loops)))
    (inbox / "two.jpg").write_bytes(page_image("two").jpeg)
    assert arrived(office) == 0
    away.rename(incoming)
    until(lambda: arrived(office) == 2)
    # What was begun and failed leaves no half batch to be recorded after a restart.
    assert close_abandoned_batches(office) == 0
    assert trouble(loops) == ""
    assert not any(inbox.iterdir())
    assert not any((inbox.with_name("inbox.work")).iterdir())
