"""Where a dossier stands: put in its place, moved, and put back.

What was scanned at the shelf wins over the record: a dossier that the record has at the same
place for one loses it and waits to be found (待定位).
"""

from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.conflict import names_one_place
from edge.domain.cover_code import DOSSIER_PREFIX, SHELF_PREFIX, plain, shelf_of_code
from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.kinds import Kind
from edge.store.dossiers import Dossier, Standing, dossier_of, dossier_of_code
from edge.store.entries import Pen, entry_of
from edge.store.reducers.facts import shown_claim
from edge.store.stock import dossiers_at
from edge.workflows.office import Office
from edge.workflows.supplement import standing_claims

LONGEST_PLACE = 60


@dataclass(frozen=True, slots=True)
class Moved:
    """A dossier as it stands after a move; `before` is where it was, `ousted` whom it displaced."""

    dossier: Dossier
    before: str
    ousted: tuple[str, ...] = ()


def place_in(text: str) -> str:
    """Read a place from its label or as it was typed.

    Raises InvalidInput `code.check`, `place.missing`, `place.long`.
    """
    place = shelf_of_code(text) or plain(text)
    if not place:
        raise InvalidInput("place.missing")
    if place.startswith((DOSSIER_PREFIX, SHELF_PREFIX)):
        raise InvalidInput("code.check")
    if len(place) > LONGEST_PLACE:
        raise InvalidInput("place.long")
    return place


def put(office: Office, clerk: Clerk, cover: str, place: str) -> Moved:
    """Put the dossier with this cover code or number at a place.

    Raises NotFound `dossier.unknown`, InvalidInput as `place_in`, Conflict `dossier.sent_away` or
    `dossier.lent`.
    """
    clerk.require(Right.FILE)
    shelf = place_in(place)

    def act(pen: Pen) -> Moved:
        held = dossier_of_code(pen.connection, cover)
        if held is None:
            raise NotFound("dossier.unknown")
        return move(pen, held, shelf)

    return office.transact(clerk, act)


def move(pen: Pen, held: Dossier, shelf: str) -> Moved:
    """Move a dossier that is in the house; errors as `put`."""
    if held.standing is Standing.SENT:
        raise Conflict("dossier.sent_away")
    if held.loan is not None:
        raise Conflict("dossier.lent", borrower=held.loan.borrower)
    ousted = []
    if names_one_place(shelf):
        for other in dossiers_at(pen.connection, shelf):
            if other.dossier != held.id:
                _claim(pen, other.dossier, "")
                ousted.append(other.number)
    if held.shelf != shelf:
        _claim(pen, held.id, shelf)
    return Moved(dossier_of(pen.connection, held.id), held.shelf, tuple(ousted))


def put_back(office: Office, clerk: Clerk, dossier: str) -> Dossier:
    """Take the last move of a dossier back; whom it displaced must be placed by hand.

    Raises NotFound, Conflict `place.nothing_to_undo`, or as `put`.
    """
    clerk.require(Right.FILE)

    def act(pen: Pen) -> Dossier:
        held = dossier_of(pen.connection, dossier)
        before = _before(pen, held.id)
        return move(pen, held, before).dossier if before else _cleared(pen, held.id)

    return office.transact(clerk, act)


def _before(pen: Pen, dossier: str) -> str:
    """The place that the shown claim has superseded, the newest of those that it names."""
    last = entry_of(pen.connection, shown_claim(pen.connection, "dossier", dossier, "shelf"))
    if last.kind != Kind.DOSSIER_MOVED or not last.after:
        raise Conflict("place.nothing_to_undo")
    return str(entry_of(pen.connection, max(last.after)).body.get("shelf", ""))


def _cleared(pen: Pen, dossier: str) -> Dossier:
    _claim(pen, dossier, "")
    return dossier_of(pen.connection, dossier)


def _claim(pen: Pen, dossier: str, shelf: str) -> None:
    after = standing_claims(pen, dossier, "shelf")
    pen.append(Kind.DOSSIER_MOVED, dossier, {"shelf": shelf}, after)
