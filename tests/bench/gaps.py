"""How long the list of what dossiers lack lets the counter wait, and what judging them costs."""

import time
from collections.abc import Callable
from functools import partial

from edge.domain.kinds import Kind
from edge.store.entries import Pen
from edge.store.lacks import MISSING
from edge.web.gaps import MOST
from edge.workflows.gaps import gaps_over_all, judge_some, lacking
from edge.workflows.office import Office
from tests.bench.figures import Figure, percentile
from tests.bench.record import subject_of
from tests.offices import CLERK


def measure_gaps(office: Office, dossiers: int, rounds: int, questions: int) -> list[Figure]:
    """Judge all of an office's dossiers; then ask for the list and for its pages as they change.

    `judge.dossiers` is what happens once, and again when the county lays down other rules.
    """
    started = time.perf_counter()
    while judge_some(office):
        pass
    judged = Figure("gaps.judge.dossiers", "/s", (dossiers / (time.perf_counter() - started),))
    found = gaps_over_all(office, CLERK)
    assert (found.dossiers, found.waiting) == (dossiers, 0)
    name = max(found.missing, key=lambda each: found.missing[each])
    over_all, pages = list[list[float]](), list[list[float]]()
    for turn in range(rounds):
        over_all.append([])
        pages.append([])
        after = ""
        for question in range(questions):
            _correct(office, (turn * questions + question) % dossiers)
            over_all[-1].append(_wait(lambda: gaps_over_all(office, CLERK)))
            listed = lacking(office, CLERK, MISSING, name, after, MOST)
            after = listed[-1].dossier if listed else ""
            pages[-1].append(_wait(partial(lacking, office, CLERK, MISSING, name, after, MOST)))
    return [judged, _figure("gaps.over-all", over_all), _figure("gaps.page", pages)]


def _correct(office: Office, place: int) -> None:
    """Change what one dossier is judged by, as a clerk does."""
    told = {"field": "unit", "value": f"unit {place}"}
    person = subject_of(place).person
    office.space.write(
        lambda c: Pen(c, office.author, CLERK.id).append(Kind.PERSON_CORRECTED, person, told)
    )


def _wait(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1_000


def _figure(what: str, waits: list[list[float]]) -> Figure:
    medians = tuple(percentile(each, 0.50) for each in waits)
    slowest = percentile([percentile(each, 0.99) for each in waits], 0.50)
    return Figure(what, "ms p50", medians, None, {"p99_ms": slowest})
