"""Copies of pages: for those who may, on record, with what a machine read beneath."""

import pytest

from edge.domain.errors import Denied, NotFound
from edge.store.dossiers import pages_of
from edge.store.texts import PageText, note_text
from edge.workflows.copying import copy_of
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, file_material
from tests.offices import CLERK, READER, page_image, receive_person, scan


def filed(office: Office, *words: str) -> str:
    received = receive_person(office, "王秀英")
    capture = scan(office, *words)
    numbers = tuple(range(1, len(words) + 1))
    filing = Filing(received.dossier, "1", "履历表", "", capture, numbers)
    return file_material(office, CLERK, filing).id


def looks(office: Office) -> list[str]:
    with office.space.read() as town:
        return [purpose for (purpose,) in town.execute("select purpose from view")]


def test_a_copy_holds_the_pages_and_is_a_look_on_record(office: Office) -> None:
    material = filed(office, "one", "two")
    with office.space.read() as town:
        blob = pages_of(town, material)[0].blob
    read = PageText("上河村", 0, (620, 877), ((60, 30, 200, 20, "上河村"),))
    office.space.write(lambda c: note_text(c, blob, read, 1))
    title, pdf = copy_of(office, CLERK, material)
    assert title == "履历表"
    assert page_image("one").jpeg in pdf
    assert page_image("two").jpeg in pdf
    assert looks(office) == ["copy"]


def test_who_may_not_prove_gets_no_copy_and_leaves_no_look(office: Office) -> None:
    material = filed(office, "one")
    with pytest.raises(Denied):
        copy_of(office, READER, material)
    assert looks(office) == []


def test_what_is_not_there_is_told(office: Office) -> None:
    with pytest.raises(NotFound):
        copy_of(office, CLERK, "0" * 32)
