"""Nobody's dossier becomes another's: of several registrations of an id its own box's stands."""

from collections.abc import Iterator
from typing import Any

import pytest

from edge.domain.entry import Entry, compose, mark_of, sha256_hex
from edge.domain.kinds import Kind
from edge.store.database import Connection, Space
from edge.store.matters import matter_of, standing_of
from edge.store.projection import dump, rebuild
from tests.offices import open_space

OURS, THEIRS = "1" * 32, "2" * 32
SUBJECT = f"{16:020x}{mark_of(OURS)}"
PAGE = {"blob": sha256_hex("page"), "thumb": sha256_hex("thumb")}
# What is shown of each kind's subject, from which table.
SHOWN: dict[str, tuple[str, str, dict[str, Any]]] = {
    Kind.PERSON_REGISTERED: ("person", "name", {"name": "王䶮"}),
    Kind.DOSSIER_REGISTERED: ("dossier", "number", {"number": "8101-1"}),
    Kind.CAPTURE_TAKEN: ("capture", "device", {"device": "scan-1", "pages": [PAGE]}),
    Kind.MATERIAL_FILED: ("material", "title", {"title": "履历表", "pages": [PAGE]}),
    Kind.PROOF_ISSUED: ("proof", "number", {"number": "存档8101-1"}),
    Kind.PAPER_ISSUED: ("paper", "number", {"number": "8101-2"}),
    Kind.MATTER_OPENED: ("matter", "number", {"flow": "rectification", "number": "8101-3"}),
    Kind.CLIMATE_ALERT: ("climate_alert", "room", {"room": "一号库房"}),
    Kind.SWITCH_COMMANDED: ("switch_command", "switch", {"switch": "除湿机"}),
}


def registration(kind: str, box: str, number: int, data: dict[str, Any]) -> tuple[Entry, str]:
    return compose(
        id=f"{number:020x}{mark_of(box)}", kind=kind, about=SUBJECT, at=1, by="u", box=box, n=1,
        prev=sha256_hex(""), data=data, salt=box,
    )  # fmt: skip


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    opened = open_space(tmp_path_factory.mktemp("town"), "town-1")
    yield opened
    opened.close()


def in_both_orders(connection: Connection, made: list[tuple[Entry, str]]) -> None:
    """Store two entries and project them; the other order must give the same."""
    connection.execute("delete from entry")
    rows = [(bytes.fromhex(entry.id), entry.head, text) for entry, text in made]
    connection.executemany("insert into entry (id, head, data) values (?, ?, ?)", rows)
    entries = [entry for entry, _ in made]
    rebuild(connection, entries[::-1], batch_size=1)
    backwards = dump(connection)
    rebuild(connection, entries, batch_size=1)
    assert dump(connection) == backwards


@pytest.mark.parametrize("kind", SHOWN)
def test_a_neighbour_s_earlier_registration_of_our_id_takes_nothing_over(
    space: Space, kind: str
) -> None:
    table, column, data = SHOWN[kind]
    ours = registration(kind, OURS, 32, data)
    taken = registration(kind, THEIRS, 8, {**data, column: "他人", "pages": []})

    def act(connection: Connection) -> list[list[Any]]:
        in_both_orders(connection, [taken, ours])
        asked = (f"select {column} from {table}", "select owner from page")  # noqa: S608  (constants)
        return [connection.execute(each).fetchall() for each in asked]

    pages = [(SUBJECT,)] if "pages" in data else []
    assert space.write(act) == [[(data[column],)], pages]


def test_pages_stay_with_the_scan_whose_id_a_neighbour_files_as_a_material(space: Space) -> None:
    ours = registration(Kind.CAPTURE_TAKEN, OURS, 32, {"device": "scan-1", "pages": [PAGE]})
    taken = registration(Kind.MATERIAL_FILED, THEIRS, 8, {"title": "他人", "pages": []})

    def act(connection: Connection) -> list[tuple[bytes]]:
        in_both_orders(connection, [taken, ours])
        return connection.execute("select blob from page").fetchall()

    assert space.write(act) == [(bytes.fromhex(PAGE["blob"]),)]


def test_a_matter_is_begun_by_whose_it_is_and_the_other_beginning_lies_aside(space: Space) -> None:
    kind, flow = Kind.MATTER_OPENED, {"flow": "rectification", "number": "8101-3"}
    ours = registration(kind, OURS, 32, {**flow, "fields": {"what": "缺页"}})
    taken = registration(kind, THEIRS, 8, {**flow, "fields": {"what": "他人"}})

    def act(connection: Connection) -> tuple[list[str], list[str], dict[str, str]]:
        in_both_orders(connection, [taken, ours])
        standing = standing_of(connection, matter := matter_of(connection, SUBJECT))
        taken_in = [act.entry for act in standing.taken]
        return taken_in, [act.entry for act in standing.aside], dict(matter.fields)

    assert space.write(act) == ([ours[0].id], [taken[0].id], {"what": "缺页"})


def test_where_neither_is_the_id_s_own_the_earlier_one_stands(space: Space) -> None:
    kind = Kind.PERSON_REGISTERED
    made = [
        registration(kind, box, number, {"name": name})
        for box, number, name in (("3" * 32, 8, "早"), (THEIRS, 32, "晚"))
    ]

    def act(connection: Connection) -> list[tuple[str]]:
        in_both_orders(connection, made)
        return connection.execute("select name from person").fetchall()

    assert space.write(act) == [("早",)]
