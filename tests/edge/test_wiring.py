"""Devices joined to the record: what arrives is filed, whatever comes between."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from devices.driver import State
from devices.simulators.barcode_gun import BarcodeGunFarEnd
from devices.simulators.card_reader import CardReaderFarEnd, card_of
from edge.domain.cover_code import cover_code
from edge.settings import BarcodeGunSettings, CardReaderSettings, HotFolderSettings, Settings
from edge.store.captures import waiting_captures
from edge.supervise import Loops
from edge.web.events import EVERY_CLERK, Stations
from edge.wiring import Wiring
from edge.workflows.digitising import close_abandoned_batches
from edge.workflows.office import Office
from tests.offices import page_image, receive_person


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


def until(true: Callable[[], object], seconds: float = 15) -> None:
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


class Heard(Stations):
    """Keeps what every station was told."""

    def __init__(self) -> None:
        super().__init__()
        self.signals: Queue[tuple[str, dict[str, str | int]]] = Queue()

    def publish(self, event: str, station: str = EVERY_CLERK, **fields: str | int) -> None:
        self.signals.put((event, fields))


def test_a_card_of_any_kind_and_a_code_reach_the_screens(office: Office, tmp_path: Path) -> None:
    """A resident of Hong Kong, foreigners with the older and the newer card; then a cover."""
    cards = {
        "陈大文": {"kind": "hongkong_macao_taiwan", "id_number": "810000199408230021"},
        "明德": {"kind": "foreigner", "id_number": "USA110078061502", "sex": "male",
                 "birth_date": "1978-06-15"},
        "马里亚": {"kind": "foreigner_2023", "id_number": "911124198108030024"},
    }  # fmt: skip
    received = {
        name: receive_person(office, name, card["id_number"]) for name, card in cards.items()
    }
    stations = Heard()
    with (
        CardReaderFarEnd(tmp_path / "card") as reader,
        BarcodeGunFarEnd(tmp_path / "gun") as gun,
    ):
        settings = Settings(
            tmp_path,
            card_reader=CardReaderSettings(tmp_path / "card"),
            barcode_gun=BarcodeGunSettings(tmp_path / "gun"),
        )
        wiring, started = Wiring(settings, office, stations), Loops()
        wiring.start(started)
        for name, card in cards.items():
            reader.present(card_of({"name": name, **card}))
            event, fields = stations.signals.get(timeout=10)
            assert (event, fields["person"]) == ("card", received[name].person)
            assert wiring.cards.of(int(fields["card"])) == name
            reader.lift()
            time.sleep(0.5)  # the driver must see the reader empty
        until(lambda: wiring.health()["barcode_gun"]().state is State.READY)
        gun.read(cover_code(received["明德"].dossier))
        event, fields = stations.signals.get(timeout=10)
        assert event == "code"
        assert wiring.codes.of(int(fields["code"])) == cover_code(received["明德"].dossier)
        # Taken out and put in again, both are there within seconds, without a word from anybody.
        reader.unplug()
        gun.unplug()
        until(lambda: {each().state for each in wiring.health().values()} == {State.ABSENT})
        reader.replug()
        gun.replug()
        until(lambda: {each().state for each in wiring.health().values()} == {State.READY}, 5)
        wiring.close()
        started.stop()
