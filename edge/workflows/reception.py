"""What the steps of a reception do: nobody twice, paper and record one, then custody.

A dossier that another town of the county sent brings its record along; it is taken over once the
pages counted on the paper agree with it.
"""

from collections.abc import Mapping
from typing import Any

from edge.domain.access import Clerk, Right
from edge.domain.counting import Count, Counts, differing, read_counts, total, write_counts
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.matters.flow import checked
from edge.domain.matters.intake import RECEPTION
from edge.domain.scheme import Scheme
from edge.store import rules
from edge.store.codes import CALL_LETTER
from edge.store.database import Connection
from edge.store.dossiers import dossier_of, dossiers_of_person
from edge.store.entries import Pen
from edge.store.matters import Matter, matter_of, matter_of_flow
from edge.store.papers import papers_of_matter
from edge.store.persons import person_by_id_number
from edge.store.transfers import arrival_of, transfers
from edge.workflows import accession, places
from edge.workflows.acting import Acting, Effect, day_of, step_another
from edge.workflows.gaps import missing_in
from edge.workflows.office import Office
from edge.workflows.transfer import take_over

FLOW = "reception"


def applied(acting: Acting) -> None:
    """Look for doubles first: Conflict `person.name_differs`, `dossier.already_here` (number)."""
    _require_new(acting.pen, acting.fields)


def counted(acting: Acting) -> None:
    """Keep what was counted; raises InvalidInput of `read_counts` or `category.unknown`."""
    scheme = scheme_for(acting.office)
    for name in ("listed", "counted"):
        for code in read_counts(acting.fields.get(name, "")):
            scheme.category(code)
    if not acting.fields.get("counted"):
        raise InvalidInput("reception.not_counted")


def accepted(acting: Acting) -> Mapping[str, str]:
    """Take the dossier in, if what was counted agrees with the catalogue and with the record.

    Raises Conflict `reception.not_counted`, `reception.differs` (categories),
    `reception.pages_differ` (recorded, counted), and as `accession.receive`.
    """
    office, pen, told = acting.office, acting.pen, acting.matter.fields
    counts = read_counts(told.get("counted", ""))
    if not counts:
        raise Conflict("reception.not_counted")
    if odd := differing(listed_of(office, pen.connection, acting.matter), counts):
        raise Conflict("reception.differs", categories="、".join(odd))
    transfer = waiting_arrival(pen.connection, told)
    if transfer is not None:
        taken = take_over(office, pen, transfer, pages=total(counts.values()).pages)
    else:
        _require_new(pen, told)
        taken = accession.take_in(office, pen, _reception(told, counts), scheme_for(office))
    return {"of_person": taken.person, "of_dossier": taken.dossier, "number": taken.number}


def receive_called(
    office: Office, clerk: Clerk, matter: str, came: accession.Reception, sent: Mapping[str, str]
) -> accession.Received:
    """Take in at once what a letter of ours called for; its matter goes on from there.

    `sent` are the fields of its arrival. Raises as `accession.receive` and `checked`, NotFound
    `matter.unknown`, InvalidInput `reception.not_counted`, Conflict `matter.not_now` (state),
    `reception.other_person` where the letter called for another, and `reception.record_came` where
    the record came along, which has to be counted page by page.
    """
    clerk.require(Right.FILE)
    told = checked(RECEPTION.step("arrive").fields, sent, day_of(office.author.clock()))
    entered, scheme = accession.prepared(office, came)
    if not any(entered.counts.values()):
        raise InvalidInput("reception.not_counted")

    def act(pen: Pen) -> accession.Received:
        held = _called(pen.connection, matter)
        if (known := held.fields.get("name", "")) != entered.name:
            raise Conflict("reception.other_person", known=known, entered=entered.name)
        if waiting_arrival(pen.connection, held.fields) is not None:
            raise Conflict("reception.record_came")
        taken = accession.take_in(office, pen, entered, scheme)
        links = {"of_person": taken.person, "of_dossier": taken.dossier, "number": taken.number}
        counts = {code: Count(pieces) for code, pieces in entered.counts.items()}
        counted = {"counted": write_counts(counts)}
        step_another(pen, held.id, "take_in", {**told, **counted, **links})
        if entered.shelf:
            step_another(pen, held.id, "shelve", {"shelf": entered.shelf})
        return taken

    return office.transact(clerk, act)


def _called(town: Connection, matter: str) -> Matter:
    held = matter_of_flow(town, matter, FLOW)
    if held.state not in RECEPTION.step("take_in").sources:
        raise Conflict("matter.not_now", state=RECEPTION.state(held.state).name)
    return held


def awaited(town: Connection, matter: str) -> bool:
    """Whether what a matter called for has still to come."""
    return matter_of(town, matter).state in RECEPTION.step("take_in").sources


def called_for(town: Connection, matter: str) -> tuple[Matter, str]:
    """What a letter called for, and the newest letter's number; errors as `receive_called`."""
    held = _called(town, matter)
    letters = [p.number for p in papers_of_matter(town, matter) if p.form == CALL_LETTER]
    return held, next(iter(letters), "")


def lacking(acting: Acting) -> Mapping[str, str]:
    """Say what is missing, by the list of what such a dossier must hold where nothing was typed.

    Raises InvalidInput `reception.nothing_missing`.
    """
    typed = acting.fields.get("missing", "")
    missing = typed or "\n".join(
        missing_in(acting.office, acting.pen.connection, acting.matter.dossier)
    )
    if not missing:
        raise InvalidInput("reception.nothing_missing")
    return {"missing": missing}


def shelved(acting: Acting) -> Mapping[str, str]:
    """Put it in its place; raises as `places.put`."""
    shelf = places.place_in(acting.fields["shelf"])
    held = dossier_of(acting.pen.connection, acting.matter.dossier)
    places.move(acting.pen, held, shelf)
    return {"shelf": shelf}


def scheme_for(office: Office) -> Scheme:
    """The scheme that a dossier is counted by when it comes in."""
    with office.county.read() as county:
        return rules.scheme_for_new(county)


def listed_of(office: Office, town: Connection, matter: Matter) -> Counts:
    """What the catalogue lists: that of the record which came along, else what was typed."""
    transfer = waiting_arrival(town, matter.fields)
    if transfer is None:
        return read_counts(matter.fields.get("listed", ""))
    scheme, listed = scheme_for(office), dict[str, Count]()
    for material in (arrival_of(town, transfer) or {}).get("materials", []):
        code = scheme.top(str(material.get("category", ""))).code
        before = listed.get(code, Count())
        pages = before.pages + len(material.get("pages", []))
        listed[code] = Count(before.pieces + 1, pages)
    return listed


def waiting_arrival(town: Connection, told: Mapping[str, str]) -> str | None:
    """Find the transfer that brings this person's record: by identity number, else by the name."""
    found = []
    for each in transfers(town):
        if "arrived" not in each.steps or "received" in each.steps:
            continue
        person: Mapping[str, Any] = (arrival_of(town, each.id) or {}).get("person") or {}
        number = told.get("id_number", "")
        if number and person.get("id_number") == number:
            return each.id
        if not number and person.get("name") == told.get("name"):
            found.append(each.id)
    return found[0] if len(found) == 1 else None


def _require_new(pen: Pen, told: Mapping[str, str]) -> None:
    known = person_by_id_number(pen.connection, told.get("id_number", "") or "-")
    if known is None:
        return
    if known.name != told["name"]:
        raise Conflict("person.name_differs", known=known.name, entered=told["name"])
    for held in dossiers_of_person(pen.connection, known.id):
        if held.dossier_class == told["class"] and held.standing != "sent":
            raise Conflict("dossier.already_here", number=held.number)


def _reception(told: Mapping[str, str], counts: Counts) -> accession.Reception:
    return accession.Reception(
        name=told["name"],
        id_number=told.get("id_number", ""),
        dossier_class=told["class"],
        origin=told["holder"],
        letter=told.get("mail", ""),
        counts={code: count.pieces for code, count in counts.items()},
    )


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "open"): applied,
    (FLOW, "count"): counted,
    (FLOW, "accept"): accepted,
    (FLOW, "lack"): lacking,
    (FLOW, "shelve"): shelved,
}
