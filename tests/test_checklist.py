"""Every feature that belongs to the counter is shown by a test, and the table says which."""

from tests.checklist import TABLE, marked, rows, written


def test_the_table_is_what_the_tests_say() -> None:
    assert TABLE.read_text("utf-8") == written(), "run python -m tests.checklist"


def test_every_row_of_the_town_is_shown_and_no_mark_names_another() -> None:
    shown = marked()
    every = {row.id: row for row in rows()}
    assert len(every) == 101
    assert shown.keys() <= every.keys()
    assert [id for id, row in every.items() if row.owner == "town" and id not in shown] == []
