"""The present is a function of the set of entries: no order of arrival can show in it."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.entry import Entry, canonical, compose, mark_of, sha256_hex
from edge.domain.kinds import Kind
from edge.domain.query import By, Query
from edge.store.database import Connection, Space
from edge.store.projection import REDUCERS, TABLES, dump, project, rebuild
from edge.store.search import search
from tests.offices import open_space

BOXES = ("a" * 32, "b" * 32)
# Few ids, so that entries meet: on one subject, on one subject under two kinds, on one field. Some
# are of one box, some of the other, some of neither.
SUBJECTS = st.sampled_from([f"{1:020x}{mark_of(box)}" for box in (*BOXES, "c" * 32)] + ["9" * 32])
TEXTS = st.sampled_from(["", "王建国", "李䶮", "x"])
DIGESTS = st.sampled_from([sha256_hex(word) for word in "abc"])
SMALL = st.integers(0, 3)
PAGES = st.lists(
    st.fixed_dictionaries(
        {"blob": DIGESTS, "thumb": DIGESTS},
        optional={
            "blank": st.booleans(),
            "number": SMALL,
            "turn": st.sampled_from([0, 90, 270]),
            "discarded": st.booleans(),
        },
    ),
    max_size=3,
)
COUNTS = st.dictionaries(st.sampled_from(["1", "4-1"]), SMALL, max_size=2)
FLOW = st.sampled_from(["rectification", "flow.of_tomorrow"])
FILLED = st.dictionaries(st.sampled_from(["what", "done"]), TEXTS, max_size=2)
SPAN = st.fixed_dictionaries({"min": SMALL, "max": SMALL})


def entry_id(number: int, box: str) -> str:
    return f"{number + 256:020x}{mark_of(box)}"


# Some of these meet an entry of the record: the sides of a conflict, an act to be undone.
ENTRIES = st.builds(entry_id, st.integers(0, 8), st.sampled_from(BOXES))
ANSWER: dict[str, Any] = {
    "conflict": st.sampled_from(["person", "reception", "shelf", "custody", "dossier_number"]),
    "chosen": TEXTS,
    "answers": st.sets(ENTRIES, max_size=8).map(sorted),
}


def told(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    return st.fixed_dictionaries(required, optional=optional or {})


DATA: dict[str, Any] = {
    Kind.PERSON_REGISTERED: told({"name": TEXTS}, {"former_name": TEXTS, "id_number": TEXTS}),
    Kind.PERSON_CORRECTED: told(
        {"field": st.sampled_from(["name", "phone", "id_number", "nothing"]), "value": TEXTS}
    ),
    Kind.DOSSIER_REGISTERED: told(
        {"person": SUBJECTS, "number": TEXTS, "class": TEXTS}, {"shelf": TEXTS, "counts": COUNTS}
    ),
    Kind.DOSSIER_MOVED: told({"shelf": TEXTS}),
    Kind.DOSSIER_GRADED: told({"secrecy": TEXTS}),
    Kind.RECORD_NOTED: told(
        {"field": TEXTS, "value": TEXTS, "dossier": SUBJECTS, "page": SMALL},
        {"words": TEXTS, "altered": st.booleans(), "origin": SUBJECTS},
    ),
    Kind.RECORD_STRUCK: told({"note": SUBJECTS, "reason": TEXTS}),
    Kind.CAPTURE_TAKEN: told({"source": TEXTS, "device": TEXTS, "pages": PAGES}),
    Kind.CAPTURE_ARRANGED: told({"pages": PAGES}),
    Kind.MATERIAL_FILED: told(
        {"dossier": SUBJECTS, "category": st.sampled_from(["1", "4-1"]), "position": SMALL},
        {"capture": SUBJECTS, "pages": PAGES, "title": TEXTS, "copy": st.booleans()},
    ),
    Kind.MATERIAL_RECLASSIFIED: told(
        {"category": st.sampled_from(["1", "9-2"]), "position": SMALL}
    ),
    Kind.CUSTODY_RECEIVED: told({"from": TEXTS}, {"counts": COUNTS}),
    Kind.CUSTODY_LENT: told({"borrower": TEXTS, "due": TEXTS, "pages": SMALL}),
    Kind.CUSTODY_RENEWED: told({"loan": SUBJECTS, "due": TEXTS}),
    Kind.CUSTODY_RETURNED: told({"loan": SUBJECTS, "pages": SMALL}),
    Kind.DOSSIER_VIEWED: told(
        {"purpose": TEXTS, "what": TEXTS}, {"matter": SUBJECTS, "page": SMALL}
    ),
    Kind.DOSSIER_REFUSED: told({"grade": TEXTS}),
    Kind.PROOF_ISSUED: told(
        {"dossier": SUBJECTS, "number": TEXTS, "blob": DIGESTS}, {"replaces": SUBJECTS}
    ),
    Kind.PROOF_REVOKED: told({"reason": TEXTS}, {"instead": SUBJECTS}),
    Kind.PROOF_PRINTED: told({"printer": TEXTS, "job": TEXTS}),
    Kind.CLIMATE_HOUR: told({"hour": SMALL, "sensors": st.dictionaries(TEXTS, SPAN, max_size=2)}),
    Kind.CLIMATE_ALERT: told({"room": TEXTS, "sensor": TEXTS, "breach": TEXTS, "value": SMALL}),
    Kind.CLIMATE_CHANGED: told(
        {"breach": TEXTS, "value": SMALL, "also": st.lists(TEXTS, max_size=2)},
        {"worse": st.booleans(), "limit": SMALL},
    ),
    Kind.CLIMATE_CLEARED: told({}),
    Kind.CLIMATE_ACKNOWLEDGED: told({"note": TEXTS}),
    Kind.CLIMATE_UNSEEN: told({}),
    Kind.SWITCH_COMMANDED: told(
        {"room": TEXTS, "switch": TEXTS, "on": st.booleans(), "reason": TEXTS}
    ),
    Kind.SWITCH_SETTLED: told({}, {"actual": st.booleans(), "fault": TEXTS}),
    Kind.SWITCH_OVERRIDDEN: told({"room": TEXTS, "switch": TEXTS}, {"on": st.booleans()}),
    Kind.ROOM_SEEN: told({"day": TEXTS, "half": TEXTS, "readings": told({})}),
    Kind.ROOM_SHEET_PRINTED: told({"month": TEXTS, "blob": DIGESTS, "job": TEXTS}),
    Kind.LABEL_PRINTED: told({"label": TEXTS}, {"printer": TEXTS}),
    Kind.MATTER_OPENED: told(
        {"flow": FLOW, "number": TEXTS}, {"fields": FILLED, "dossier": SUBJECTS}
    ),
    Kind.MATTER_STEPPED: told(
        {"step": st.sampled_from(["mend", "accept", "again"])}, {"fields": FILLED, "due": TEXTS}
    ),
    Kind.MATTER_UNDONE: told({"undoes": ENTRIES}),
    Kind.PAPER_ISSUED: told(
        {"form": TEXTS, "number": TEXTS, "blob": DIGESTS}, {"matter": SUBJECTS}
    ),
    Kind.PAPER_PRINTED: told({"printer": TEXTS, "job": TEXTS}),
    Kind.LIST_FROZEN: told(
        {"form": TEXTS, "facts": st.lists(st.tuples(TEXTS, TEXTS).map(list), max_size=2)},
        {"headings": st.lists(TEXTS, max_size=2), "lines": st.just([["1", "x"]])},
    ),
    Kind.STOCK_SEEN: told(
        {"place": TEXTS},
        {"dossier": SUBJECTS, "code": TEXTS, "void": ENTRIES},
    ),
    Kind.RULE_SET: told({"value": TEXTS}),
    Kind.SCHEME_PUBLISHED: told({"name": TEXTS}, {"categories": st.lists(told({"code": TEXTS}))}),
    Kind.CITIZEN_CONFIRMED: told(
        {"what": TEXTS}, {"stated": st.lists(st.tuples(TEXTS, TEXTS).map(list), max_size=2)}
    ),
    Kind.CONFLICT_RESOLVED: told(ANSWER),
    Kind.CONFLICT_PROPOSED: told(ANSWER),
    Kind.TRANSFER_SENT: told({"dossier": SUBJECTS, "from": TEXTS, "to": TEXTS, "reason": TEXTS}),
    Kind.TRANSFER_ARRIVED: told({"from": TEXTS, "person": told({}), "dossier": told({})}),
    Kind.TRANSFER_RECEIVED: told({"dossier": SUBJECTS}),
    Kind.TRANSFER_CONFIRMED: told({}),
    Kind.BOX_REPORTED: told({"status": told({})}),
    Kind.INSTITUTION_NAMED: told({"name": TEXTS}),
    Kind.USER_ENROLLED: told({"name": TEXTS, "login": TEXTS, "roles": st.just(["clerk"])}),
    Kind.USER_WITHDRAWN: told({}),
    Kind.BOX_ADMITTED: told({"town": TEXTS, "name": TEXTS, "public_key": TEXTS}),
    Kind.BOX_REVOKED: told({"reason": TEXTS}),
    "kind.of_tomorrow": told({"unknown": TEXTS}),
}


@st.composite
def records(draw: st.DrawFn) -> list[tuple[Entry, str]]:
    """Entries of all kinds by two boxes, some of which destroyed, a chain forked here and there."""
    made: list[tuple[Entry, str]] = []
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(sorted(DATA)))
        earlier = [entry.id for entry, _ in made]
        box = draw(st.sampled_from(BOXES))
        entry, text = compose(
            id=entry_id(number, box),
            kind=str(kind),
            about=draw(SUBJECTS),
            at=draw(SMALL),
            by="u",
            box=box,
            n=draw(st.integers(1, 4)),
            prev=sha256_hex(""),
            data=draw(DATA[kind]),
            salt=str(number),
            after=draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2))
            if earlier
            else (),
        )
        made.append((entry, text))
    return made


@pytest.fixture(scope="module")
def space() -> Iterator[Space]:
    with tempfile.TemporaryDirectory() as folder:
        opened = open_space(Path(folder), "town-1")
        yield opened
        opened.close()


def among(space: Space, record: Sequence[tuple[Entry, str]], work: Callable[..., Any]) -> Any:
    """Run `work` where exactly this record is stored, then forget it."""

    def act(connection: Connection) -> Any:
        connection.execute("savepoint clean")
        rows = [(bytes.fromhex(entry.id), entry.head, text) for entry, text in record]
        connection.executemany("insert into entry (id, head, data) values (?, ?, ?)", rows)
        result = work(connection)
        connection.execute("rollback to clean")
        return result

    return space.write(act)


def found(connection: Connection) -> list[Any]:
    return [
        search(connection, Query(by, text))
        for by, text in ((By.NAME, "王建"), (By.NAME, "䶮"), (By.INITIALS, "W"))
    ]


@given(record=records(), seed=st.integers(0, 2**32))
@settings(max_examples=150)
def test_every_order_and_every_batching_of_arrival_gives_the_same_bytes(
    space: Space, record: list[tuple[Entry, str]], seed: int
) -> None:
    random = Random(seed)
    entries = [entry for entry, _ in record]

    def compare(connection: Connection) -> None:
        rebuild(connection, entries)
        expected, hits = dump(connection), found(connection)
        for order in (entries[::-1], random.sample(entries, len(entries))):
            rebuild(connection, order, batch_size=random.randint(1, 4))
            assert dump(connection) == expected
            assert found(connection) == hits

    among(space, record, compare)


@given(record=records(), seed=st.integers(0, 2**32))
@settings(max_examples=80)
def test_what_arrives_again_changes_nothing(
    space: Space, record: list[tuple[Entry, str]], seed: int
) -> None:
    entries = [entry for entry, _ in record]
    again = Random(seed).sample(entries, Random(seed).randint(1, len(entries)))

    def compare(connection: Connection) -> None:
        rebuild(connection, entries)
        expected, hits = dump(connection), found(connection)
        project(connection, again)
        assert dump(connection) == expected
        assert found(connection) == hits

    among(space, record, compare)


def test_every_kind_that_has_a_present_is_tried_here() -> None:
    assert set(REDUCERS) <= set(DATA)
    assert {str(kind) for kind in Kind} <= {str(kind) for kind in DATA}


def test_every_table_that_entries_fill_is_compared() -> None:
    reducers = files("edge.store.reducers").iterdir()
    sources = [each.read_text("utf-8") for each in reducers if each.name.endswith(".py")]
    filled = set(re.findall(r"insert (?:or ignore )?into (\w+)", "\n".join(sources)))
    # The search index has no rows of its own to compare; its answers are compared instead.
    assert filled - {"person_search"} <= set(TABLES)
    script = files("edge.store.migrations").joinpath("0002_projection.sql").read_text("utf-8")
    made = set(re.findall(r"create (?:virtual )?table (\w+)", script))
    assert made - {"person_search"} <= set(TABLES)


def test_destroyed_data_leaves_a_present_without_it(space: Space) -> None:
    entry, text = compose(
        id="1" * 32, kind=Kind.PERSON_REGISTERED, about="p", at=1, by="u", box="b", n=1,
        prev=sha256_hex(""), data={"name": "王建国"}, salt="s",
    )  # fmt: skip
    emptied = replace(entry, data=None)

    def compare(connection: Connection) -> None:
        connection.execute("update entry set data = ''")
        rebuild(connection, [emptied])
        assert "王建国".encode() not in dump(connection)
        assert found(connection) == [[], [], []]

    assert canonical({"name": "王建国", "salt": "s"}) == text
    among(space, [(entry, text)], compare)
