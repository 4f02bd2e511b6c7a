"""The registers of the demonstration look used, and everything in them went by the workflows."""

import time
from dataclasses import replace

from edge.domain.access import Clerk
from edge.domain.keeping import Stage, keeping_of
from edge.domain.matters.registry import FLOWS
from edge.store.entries import all_entries
from edge.store.matters import closed_matters, open_matters
from edge.store.projection import dump, rebuild
from edge.workflows.acting import day_of
from edge.workflows.office import Office
from provisioning.seed.county import TOWNS
from provisioning.seed.fill import fill_office
from provisioning.seed.people import make_people
from provisioning.seed.registers import fill_registers
from tests.offices import CLERK, NOON, WILLOW

COLLEAGUE = Clerk("u-colleague", "查敏", WILLOW, frozenset({"clerk"}))
USED = {
    "room", "container", "equipment", "disinfection", "incident", "inspection", "rectification",
    "post", "training", "rule_document", "volume", "consultation", "unit_query", "query_right",
    "hotline",
}  # fmt: skip
DAY_MS = 86_400_000


def test_registers_have_a_year_of_use_and_a_little_that_waits(office: Office) -> None:
    fill_office(replace(office, code=TOWNS[0].code), CLERK, 7, 20, 0)
    begun = time.process_time()
    fill_registers(office, CLERK, COLLEAGUE, make_people(8, TOWNS[0].code, 3))
    spent = time.process_time() - begun
    assert spent < 2
    with office.space.read() as town:
        waiting = open_matters(town)
        kept = {code: [*closed_matters(town, code), *open_matters(town, code)] for code in FLOWS}
    assert {code for code, matters in kept.items() if matters} == USED
    every = [each for matters in kept.values() for each in matters]
    assert len({each.number for each in every}) == len(every) > 20
    assert all(NOON - 400 * DAY_MS < each.at <= NOON for each in every)
    # Nothing presses that a visitor of the demonstration would have to put right first.
    business = [each for each in waiting if not FLOWS[each.flow].lasting]
    assert 3 <= len(business) <= 8
    assert all(each.due >= "20261120" for each in business if each.due)
    # And volumes stand at every stage but the one that presses.
    now = day_of(NOON).strftime("%Y%m%d")
    stages = [keeping_of(e.fields, e.due, now).stage for e in kept["volume"] if e.state == "kept"]
    assert {Stage.KEPT_ON, Stage.TERM} < {*stages}
    assert Stage.AWAITS not in stages
    before = office.space.write(dump)
    office.space.write(lambda c: rebuild(c, list(all_entries(c))))
    assert office.space.write(dump) == before
