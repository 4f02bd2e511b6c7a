"""No act and no question of the counter reads a whole table: what is quick today stays quick."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from edge.domain.errors import InvalidInput
from edge.domain.query import parse, readings_of
from edge.store import (
    captures,
    conflicts,
    dossiers,
    matters,
    papers,
    proofs,
    records,
    room,
    transfers,
    volumes,
)
from edge.store.database import Connection
from edge.store.projection import TABLES
from edge.store.search import find, find_titles, search
from edge.workflows.consultation import view
from edge.workflows.lending import give_back, lend
from edge.workflows.office import Office
from edge.workflows.supplement import Filing, correct_person, file_material, reclassify
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, id_number, receive_person, scan

# Tables that grow with the archive; a scan of them is felt at fifty thousand dossiers.
SMALL = {"conflict", "conflict_party", "institution", "staff", "box", "chain"}
LARGE = frozenset({*TABLES, "entry"} - SMALL)


def scans(connection: Connection, work: Callable[[], object]) -> set[str]:
    """Run `work` and name its statements that read a large table from end to end."""
    heard: set[str] = set()
    connection.set_trace_callback(heard.add)
    try:
        work()
    finally:
        connection.set_trace_callback(None)
    return {scan for statement in heard for scan in scans_of(connection, statement)}


def scans_of(connection: Connection, statement: str) -> set[str]:
    """Name the large tables that one statement reads from end to end."""
    if not re.match(r"(select|insert|update|delete)\b", statement, re.IGNORECASE):
        return set()
    found = set()
    for *_, step in connection.execute("explain query plan " + statement).fetchall():
        scanned = re.match(r"SCAN (\w+)", step)
        if scanned and "INDEX" not in step and named(statement, scanned[1]) in LARGE:
            found.add(f"{step}: {statement[:200]}")
    return found


def named(statement: str, alias: str) -> str:
    """The table behind an alias."""
    known = re.search(rf"\b(?:from|join) (\w+) (?:as )?{alias}\b", statement)
    return known[1] if known else alias


def traced(office: Office, acts: list[Callable[[], Any]]) -> set[str]:
    """Scans of the writer's statements while the acts are done."""
    heard: set[str] = set()
    office.space.write(lambda c: c.set_trace_callback(heard.add))
    for act in acts:
        act()
    office.space.write(lambda c: c.set_trace_callback(None))
    with office.space.read() as connection:
        return {found for statement in heard for found in scans_of(connection, statement)}


def test_no_act_of_the_counter_reads_a_whole_table(office: Office) -> None:
    received = receive_person(office, "王建国", id_number(11))
    batch = scan(office, "one", "two")
    material: list[str] = []

    def file_one() -> None:
        filing = Filing(received.dossier, "1", "履历表", "", batch, (1,))
        material.append(file_material(office, CLERK, filing).id)

    assert not traced(
        office,
        [
            lambda: receive_person(office, "单喆", id_number(20)),
            lambda: scan(office, "three"),
            file_one,
            lambda: reclassify(office, CLERK, material[0], "4-1", "放错了"),
            lambda: correct_person(office, CLERK, received.person, "name", "王健国", ""),
            lambda: view(office, CLERK, received.dossier, "overview"),
            lambda: lend(office, CLERK, received.dossier, "赵", "", "20261201", 1),
            lambda: give_back(office, CLERK, received.dossier, 1),
            lambda: send(office, CLERK, received.dossier, MAPLE, "调动"),
        ],
    )


QUESTIONS: dict[str, Callable[[Connection, str], object]] = {
    "id number": lambda c, _: search(c, parse(id_number(11))),
    "id tail": lambda c, _: search(c, parse(id_number(11)[-6:])),
    "dossier number": lambda c, _: search(c, parse("990101001-001-00001")),
    "name": lambda c, _: search(c, parse("建国")),
    "initials": lambda c, _: search(c, parse("wjg")),
    "telephone": lambda c, _: find(c, readings_of("13900001111")),
    "place": lambda c, _: find(c, readings_of("桥头村")),
    "name and place": lambda c, _: find(c, readings_of("建国 桥头村")),
    "title": lambda c, _: find_titles(c, readings_of("建国 志愿书")),
    "matters of a person": lambda c, dossier: matters.matters_of_person(
        c, dossiers.dossier_of(c, dossier).person
    ),
    "open matters": lambda c, _: matters.open_matters(c),
    "calls about a matter": lambda c, _: matters.calls_about(c, "1"),
    "call by its order": lambda c, _: matters.matter_of_order(c, "1"),
    "notes struck": lambda c, _: records.struck_of(c, ["1"]),
    "look at a material": lambda c, dossier: records.is_looked_at(c, dossier, "u", "m", 0),
    "matter by number": lambda c, _: matters.matter_by_number(c, "1"),
    "papers": papers.papers_of_dossier,
    "paper by code": papers.paper_by_code,
    "dossier": dossiers.dossier_of,
    "dossiers of a person": dossiers.dossiers_of_person,
    "catalogue": dossiers.catalogue,
    "pages": dossiers.pages_of,
    "proofs": proofs.proofs_of,
    "proof by code": proofs.proof_by_code,
    "proof of a matter": proofs.proof_of_matter,
    "notes of a person": lambda c, dossier: records.notes_of(
        c, dossiers.dossier_of(c, dossier).person
    ),
    "looks by a matter": records.looks_by_matter,
    "waiting captures": lambda c, _: captures.waiting_captures(c),
    "waiting pages": captures.waiting_pages,
    "capture of a device": captures.capture_by_device,
    "transfer": transfers.transfer_of,
    "open conflicts": lambda c, _: conflicts.for_the_office(c),
    "doubts": lambda c, dossier: conflicts.doubts_of(c, [dossier]),
    "acts after a right": lambda c, _: conflicts.acts_after_right(c, c),
    "page cited": lambda c, dossier: conflicts.page_cited(
        c, dossiers.dossier_of(c, dossier).person, "00" * 32
    ),
    "volumes": lambda c, _: volumes.volumes(c, "kept", "业务"),
    "volumes whose term is over": lambda c, _: volumes.expired(c, "20261120"),
    "readings": lambda c, _: room.readings_since(c, "room-1", 0),
}


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_no_question_of_the_counter_reads_a_whole_table(office: Office, question: str) -> None:
    received = receive_person(office, "王建国", id_number(11))
    with office.space.read() as connection:
        ask = QUESTIONS[question]
        assert not scans(connection, lambda: ask(connection, received.dossier))


def test_volumes_are_read_in_the_order_of_their_numbers(office: Office) -> None:
    with office.space.read() as connection:
        heard: list[str] = []
        connection.set_trace_callback(heard.append)
        assert volumes.volumes(connection) == []
        with pytest.raises(InvalidInput, match=r"volume\.unknown"):
            volumes.chosen(connection, "990101001-YW·2026-Y-01-0001")
        connection.set_trace_callback(None)
        plans = [
            [step for *_, step in connection.execute("explain query plan " + each).fetchall()]
            for each in heard
        ]
    assert [plan[0].partition(" (")[0] for plan in plans] == [
        "SCAN matter USING INDEX matter_volume",
        "SEARCH matter USING INDEX matter_volume",
    ]
    assert [len(plan) for plan in plans] == [1, 1], "nothing is sorted"


def test_a_scan_is_noticed(office: Office) -> None:
    with office.space.read() as connection:
        sql = "select * from person where unit = '1'"
        assert scans(connection, lambda: connection.execute(sql).fetchall())
