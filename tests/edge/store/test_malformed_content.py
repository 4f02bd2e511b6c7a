"""Entries whose content is nonsense: refused whole, or shown; never what cannot be read."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.entry import compose, sha256_hex
from edge.domain.kinds import Kind
from edge.domain.stock import reconcile
from edge.store.captures import waiting_captures, waiting_pages
from edge.store.database import Connection, Space
from edge.store.dossiers import catalogue, dossiers_of_person, open_loans, pages_of
from edge.store.lists import list_of
from edge.store.matters import open_matters, standing_of
from edge.store.papers import papers_of_matter
from edge.store.persons import person_of
from edge.store.projection import REDUCERS, dump, project
from edge.store.proofs import proofs_of
from edge.store.records import notes_of
from edge.store.room import hours_since, open_alerts
from edge.store.room_sheet import seen_in
from edge.store.rules import rules_of, scheme_of
from edge.store.staff import institutions, members_of
from edge.store.stock import last_readings, readings_of, recorded_for
from edge.store.switches import command_of, commands_since, override_of
from edge.store.transfers import transfers
from tests.offices import open_space

# What the taking in of segments sets aside as content that no reducer can read.
SET_ASIDE = (KeyError, TypeError, AttributeError, ValueError)
SUBJECT = "1" * 32
FIELDS = (
    "name", "former_name", "id_number", "field", "value", "person", "number", "class", "holder",
    "scheme", "shelf", "counts", "source", "device", "pages", "dossier", "category", "position",
    "title", "formed_on", "copy", "capture", "from", "letter", "borrower", "unit", "due", "loan",
    "purpose", "what", "kind", "code", "blob", "printer", "job", "hour", "sensors", "room",
    "sensor", "breach", "limit", "note", "to", "reason", "login", "town", "roles", "pin",
    "public_key", "also", "place", "worse", "switch", "on", "until", "actual", "fault", "day",
    "half", "readings", "month", "flow", "step", "fields", "undoes", "form", "matter", "value",
    "categories", "person", "facts", "headings", "lines", "condition", "void",
    "categories", "person", "words", "material", "page", "altered", "note", "instead", "replaces",
    "secrecy", "status",
)  # fmt: skip
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, "²", -1, 2**70, 1e400, 0.5, "", "abc", "1", SUBJECT, "\ud800", "'; --", [], [1],
     ["a"], {}, {"a": 1}, {"a": {}}, [{}], [{"blob": "zz", "thumb": ""}], [{"blob": 1, "thumb": 2}],
     [{"blob": "00", "thumb": "11", "width": 2**70}], sha256_hex("")]
)  # fmt: skip


@pytest.fixture(scope="module")
def space() -> Iterator[Space]:
    with tempfile.TemporaryDirectory() as folder:
        opened = open_space(Path(folder), "town-1")
        yield opened
        opened.close()


def read_all(connection: Connection) -> None:
    """Ask every question that a screen asks."""
    dump(connection)
    for alert in open_alerts(connection):
        assert isinstance(alert.value, float | None)
    open_loans(connection)
    transfers(connection)
    institutions(connection)
    members_of(connection, "")
    hours_since(connection, SUBJECT, 0)
    for command in commands_since(connection, SUBJECT, 0):
        assert command_of(connection, command.id) == command
    override_of(connection, SUBJECT, "", "b")
    seen_in(connection, SUBJECT, "1", "9")
    proofs_of(connection, SUBJECT)
    notes_of(connection, SUBJECT)
    for matter in open_matters(connection):
        standing_of(connection, matter)
    papers_of_matter(connection, SUBJECT)
    for form in ("", "abc", "1", SUBJECT):
        list_of(connection, SUBJECT, form)
    reconcile("", recorded_for(connection, "", SUBJECT), readings_of(connection, SUBJECT))
    last_readings(connection, SUBJECT)
    rules_of(connection)
    scheme_of(connection, SUBJECT)
    catalogue(connection, SUBJECT)
    pages_of(connection, SUBJECT)
    for capture in waiting_captures(connection):
        waiting_pages(connection, capture.id)
    for dossier in dossiers_of_person(connection, SUBJECT):
        assert all(isinstance(count, int) for count in dossier.counts.values())
    if connection.execute("select 1 from person").fetchone():
        person_of(connection, SUBJECT)


@given(
    kinds=st.lists(st.sampled_from(sorted(map(str, REDUCERS))), min_size=1, max_size=3),
    data=st.lists(
        st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=6), min_size=3, max_size=3
    ),
)
@settings(max_examples=600)
def test_nonsense_is_set_aside_or_readable(
    space: Space, kinds: list[str], data: list[dict[str, Any]]
) -> None:
    def act(connection: Connection) -> None:
        connection.execute("savepoint clean")
        taken = False
        with suppress(*SET_ASIDE):
            for number, kind in enumerate(kinds):
                entry, text = compose(
                    id=f"{number + 1:032x}", kind=kind, about=SUBJECT, at=1, by="u", box="b",
                    n=number + 1, prev=sha256_hex(""), data=data[number], salt="s",
                )  # fmt: skip
                row = (bytes.fromhex(entry.id), entry.head, text)
                connection.execute("insert into entry (id, head, data) values (?, ?, ?)", row)
                project(connection, [entry])
            taken = True
        if taken:
            read_all(connection)
        connection.execute("rollback to clean")

    space.write(act)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.MATERIAL_FILED, {"pages": [{"number": 1, "blob": "ab", "thumb": "cd" * 32}]}),
        (Kind.CAPTURE_TAKEN, {"pages": [{"number": 1, "blob": "ab" * 32, "thumb": ""}]}),
        (Kind.PROOF_ISSUED, {"blob": "ab"}),
        (Kind.PAPER_ISSUED, {"blob": "ab" * 33}),
    ],
)
def test_a_file_is_named_by_a_digest_or_refused(
    space: Space, kind: Kind, data: dict[str, Any]
) -> None:
    # One that is shorter, and no box of the town could ask for any file behind it.
    with pytest.raises(ValueError, match="no digest"):
        take(space, kind, data)


def take(space: Space, kind: Kind, data: dict[str, Any]) -> None:
    entry, text = compose(
        id="2" * 32, kind=kind, about=SUBJECT, at=1, by="u", box="b", n=1,
        prev=sha256_hex(""), data=data, salt="s",
    )  # fmt: skip

    def act(connection: Connection) -> None:
        row = (bytes.fromhex(entry.id), entry.head, text)
        connection.execute("insert into entry (id, head, data) values (?, ?, ?)", row)
        project(connection, [entry])

    space.write(act)


def test_a_place_in_the_catalogue_is_a_number_or_refused(space: Space) -> None:
    with pytest.raises(ValueError, match="first"):
        take(space, Kind.MATERIAL_RECLASSIFIED, {"category": "1", "position": "first"})
