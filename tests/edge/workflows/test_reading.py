"""The queue of pages to be read: durable, patient with what fails, never in the record."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from edge.domain.errors import ArchiveError, InvalidInput
from edge.imaging.ocr import Line, Reading
from edge.imaging.reader import Reader, ReaderLost
from edge.store import texts
from edge.store.holdings import note_held
from edge.store.projection import dump
from edge.workflows.office import Office
from edge.workflows.reading import read_next, suggestion_for
from edge.workflows.supplement import Filing, file_material
from tests.offices import CLERK, deliver, office_in, page_image, receive_person, scan


class Eye(Reader):
    """A reader that gives what a test puts before it, or raises it."""

    def __init__(self, *answers: str | Exception | None) -> None:
        super().__init__(lambda: False, lambda: False)
        self.answers, self.read_masters = list(answers), list[bytes]()

    def read(self, master: bytes) -> Reading | None:
        self.read_masters.append(master)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return None
        lines = enumerate(answer.splitlines())
        return Reading(
            tuple(Line(10, 30 * n, 200, 20, text) for n, text in lines), 0, 90.0, (620, 877)
        )


def unread(office: Office) -> int:
    with office.space.read() as town:
        return texts.count_unread(town)


def found(office: Office, words: str) -> list[tuple[str, int, str]]:
    with office.space.read() as town:
        return [(hit.material, hit.number, hit.found) for hit in texts.find_text(town, words, 9)]


def filed(office: Office, name: str, words: Sequence[str]) -> str:
    received = receive_person(office, name)
    capture = scan(office, *words)
    numbers = tuple(range(1, len(words) + 1))
    return file_material(
        office, CLERK, Filing(received.dossier, "1", "履历表", "", capture, numbers)
    ).id


def test_every_master_waits_to_be_read_once_the_newest_first(office: Office) -> None:
    material = filed(office, "王秀英", ["one", "two"])
    assert unread(office) == 2
    eye = Eye("第二页 上河村", "第一页", "never")
    assert read_next(office, eye)
    assert eye.read_masters == [page_image("two").jpeg]
    assert read_next(office, eye)
    assert not read_next(office, eye)
    assert (unread(office), len(eye.answers)) == (0, 1)
    assert found(office, "上河村") == [(material, 2, "上河村")]


def test_the_queue_outlives_the_box_and_a_page_in_hand_is_read_again(tmp_path: Path) -> None:
    with office_in(tmp_path) as office:
        filed(office, "王秀英", ["one"])
        assert read_next(office, Eye(ReaderLost("imaging.reader_lost")))
    with office_in(tmp_path) as office:
        assert unread(office) == 1
        assert read_next(office, Eye("读到了"))
        assert unread(office) == 0


def test_a_page_that_cannot_be_read_is_left_alone_after_three_tries(office: Office) -> None:
    filed(office, "王秀英", ["good", "bad"])
    bad = [InvalidInput("page.unreadable")] * texts.TRIES
    eye = Eye(*bad, "好的一页")
    for _ in range(4):
        assert read_next(office, eye)
    assert not read_next(office, eye)
    assert unread(office) == 0
    assert found(office, "好的一页")


def test_without_tesseract_nothing_is_struck_off_the_queue(office: Office) -> None:
    filed(office, "王秀英", ["one"])
    with pytest.raises(ArchiveError):
        read_next(office, Eye(ArchiveError("imaging.tool_missing", tool="tesseract")))
    assert unread(office) == 1


def test_a_reader_that_ends_leaves_the_page_waiting(office: Office) -> None:
    filed(office, "王秀英", ["one"])
    assert not read_next(office, Eye(None))
    assert unread(office) == 1


def test_text_is_of_this_machine_alone(tmp_path: Path) -> None:
    with office_in(tmp_path / "a") as one, office_in(tmp_path / "b") as two:
        filed(one, "王秀英", ["one"])
        with one.space.read() as here:
            before = dump(here)
        assert read_next(one, Eye("只在这台机器上"))
        with one.space.read() as here:
            assert dump(here) == before
        deliver(one.space, two.space)
        assert (unread(two), found(two, "只在这台")) == (0, [])
        master = page_image("one").jpeg
        digest = bytes.fromhex(two.blobs.put(master))
        two.space.write(lambda c: note_held(c, [(digest, len(master))]))
        assert unread(two) == 1


def test_words_are_found_across_lines_widths_and_blanks(office: Office) -> None:
    material = filed(office, "王秀英", ["one"])
    read_next(office, Eye("毕业院校 浙东\n农林学院　ＡＢ１２"))
    for words in ("浙东农林", "学院ab", "ab 12", "农"):
        assert [hit[:2] for hit in found(office, words)] == [(material, 1)], words
    assert found(office, "浙西农林") == []


def test_a_snippet_shows_what_stands_around(office: Office) -> None:
    filed(office, "王秀英", ["one"])
    read_next(office, Eye("甲" * 40 + "上河村" + "乙" * 40))
    with office.space.read() as town:
        (hit,) = texts.find_text(town, "上河村", 9)
    assert (hit.before, hit.found, hit.after) == ("甲" * 18, "上河村", "乙" * 18)


def test_a_guess_is_made_of_what_was_read_on_the_chosen_pages(office: Office) -> None:
    capture = scan(office, "one", "two")
    read_next(office, Eye("2007年5月1日"))
    read_next(office, Eye("职工登记表"))
    with office.space.read() as town:
        blobs = [
            row[0]
            for row in town.execute(
                "select lower(hex(blob)) from page where owner = ? order by number", (capture,)
            )
        ]
    guess = suggestion_for(office, blobs)
    assert guess is not None
    assert (guess.category, guess.title, guess.formed_on) == ("1", "职工登记表", "20070501")
    assert suggestion_for(office, []) is None
