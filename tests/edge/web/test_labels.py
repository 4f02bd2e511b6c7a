"""Labels from the counter: printed by one touch, put on record, and refused in plain words."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from devices.label_printer import LabelPrinter, load_label_models
from devices.simulators.label_printer import SimulatedLabelPrinter
from edge.domain.cover_code import dossier_of_cover, shelf_of_code
from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.entries import history_of
from edge.web.parts import Labels
from edge.workflows.dividing import cover_sheet
from edge.workflows.matters import Opening, open_matter
from edge.workflows.office import Office
from tests.edge.web.conftest import Desk, open_desk
from tests.edge.workflows.test_reading_room import KEEPER
from tests.offices import CLERK, id_number, receive_person


@pytest.fixture
def far(tmp_path: Path) -> Iterator[SimulatedLabelPrinter]:
    with SimulatedLabelPrinter(tmp_path / "labels") as running:
        yield running


@pytest.fixture
def labelled(office: Office, tmp_path: Path, far: SimulatedLabelPrinter) -> Iterator[Desk]:
    printer = LabelPrinter("127.0.0.1", load_label_models()["TSPL-203"], far.port)
    labels = Labels(printer, 203, "60x40", printer.model.name)
    yield from open_desk(office, tmp_path / "work", None, None, labels=labels)


def read(path: Path) -> str:
    return zxingcpp.read_barcodes(np.array(Image.open(path).convert("L")))[0].text


@pytest.mark.checklist("001-02", "001-06")
def test_a_cover_bears_its_dossier_and_nothing_that_names_a_number(
    labelled: Desk, far: SimulatedLabelPrinter
) -> None:
    received = receive_person(labelled.office, "王秀英", id_number(1))
    labelled.sign_in()
    assert "封面标签" in labelled.get(f"/persons/{received.person}").text
    answer = labelled.post(f"/dossiers/{received.dossier}/label", fragment=True)
    assert (answer.status_code, "标签打好了" in answer.text) == (200, True)
    code = read(far.printed()[0])
    assert dossier_of_cover(code) == received.dossier
    assert id_number(1) not in code
    with labelled.office.space.read() as town:
        acts = history_of(town, received.dossier)
        (printed,) = [each for each in acts if each.kind == Kind.LABEL_PRINTED]
    assert printed.body["label"] == "cover"
    assert printed.body["printer"] == "TSPL 标签打印机 203 dpi"


def test_a_label_is_a_look_and_a_graded_dossier_gets_one_from_who_is_cleared(
    labelled: Desk, far: SimulatedLabelPrinter
) -> None:
    office, received = labelled.office, receive_person(labelled.office, "王秀英", id_number(1))
    labelled.sign_in()
    assert labelled.post(f"/dossiers/{received.dossier}/label", fragment=True).status_code == 200
    with office.space.read() as town:
        assert town.execute("select dossier, by from view").fetchall() == [
            (received.dossier, CLERK.id)
        ]
    graded = {"grade": "机密", "basis": "密〔2026〕1号"}
    open_matter(office, KEEPER, Opening("secrecy", received.dossier, fields=graded))
    for sheet in ("label", "cover-sheet"):
        answer = labelled.post(f"/dossiers/{received.dossier}/{sheet}", fragment=True)
        assert (answer.status_code, "机密" in answer.text) == (403, True), sheet
    with pytest.raises(Denied, match=r"dossier\.secret"):
        cover_sheet(office, CLERK, received.dossier)
    assert len(far.printed()) == 1
    with office.space.read() as town:
        kinds = [each.kind for each in history_of(town, received.dossier)]
    assert kinds.count(Kind.DOSSIER_REFUSED) == 3


def test_a_place_is_labelled_by_who_keeps_the_room(
    labelled: Desk, far: SimulatedLabelPrinter
) -> None:
    labelled.sign_in()
    assert "从第几位" in labelled.get("/places/labels").text
    where = {"room": 1, "row": 2, "bay": 1, "level": 3, "place": 5}
    answer = labelled.post("/places/labels/print", fragment=True, **where, last="7")
    assert (answer.status_code, "3 张架位标签打好了" in answer.text) == (200, True)
    told = [shelf_of_code(read(each)) for each in far.printed()]
    assert told == [f"1库2列1节3层{place}位" for place in (5, 6, 7)]
    assert labelled.post("/places/labels/print", fragment=True, **where, last="").status_code == 200
    assert len(far.printed()) == 4
    for wrong, status in (({"level": 0}, 400), ({"last": "66"}, 422), ({"last": "x"}, 400)):
        answer = labelled.post("/places/labels/print", **{**where, **wrong})
        assert answer.status_code == status
    labelled.post("/lock")
    labelled.sign_in("oujing")
    assert labelled.get("/places/labels").status_code == 403


def test_a_printer_without_labels_says_so_and_nothing_is_on_record(
    labelled: Desk, far: SimulatedLabelPrinter
) -> None:
    received = receive_person(labelled.office, "王秀英")
    labelled.sign_in()
    far.fault("paper_out")
    answer = labelled.post(f"/dossiers/{received.dossier}/label", fragment=True)
    assert (answer.status_code, "没有标签纸" in answer.text) == (503, True)
    with labelled.office.space.read() as town:
        kinds = [entry.kind for entry in history_of(town, received.dossier)]
    assert Kind.LABEL_PRINTED not in kinds


def test_an_office_without_a_label_printer_offers_none(desk: Desk) -> None:
    received = receive_person(desk.office, "王秀英")
    desk.sign_in()
    assert "封面标签" not in desk.get(f"/persons/{received.person}").text
    answer = desk.post(f"/dossiers/{received.dossier}/label", fragment=True)
    assert (answer.status_code, "没有标签打印机" in answer.text) == (503, True)
