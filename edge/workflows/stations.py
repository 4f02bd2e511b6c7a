"""The stations of the scanning line: what waits before each, and what a code read there does."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, NotFound
from edge.domain.matters.line import DIGITISATION, STATIONS
from edge.store.database import Connection
from edge.store.dossiers import Dossier, dossier_of, dossier_of_code
from edge.store.matters import Matter, matters_of_dossier, open_matters, standing_of
from edge.store.persons import names_of_dossiers
from edge.store.staff import names_of_staff
from edge.workflows.matters import Opening, open_matter, take_step
from edge.workflows.office import Office
from edge.workflows.scan_line import FLOW

REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One dossier on the line: on which cart, and who brought it where it stands, when (ms)."""

    matter: Matter
    name: str
    number: str
    cart: str
    by: str
    since: int


def queue(office: Office) -> dict[str, list[Waiting]]:
    """What stands before each station, by state, the longest waiting first."""
    with office.county.read() as county:
        staff = names_of_staff(county)
    listed: dict[str, list[Waiting]] = {state.code: [] for state in DIGITISATION.states}
    with office.space.read() as town:
        for each in open_matters(town, FLOW):
            last = standing_of(town, each).taken[-1]
            name = names_of_dossiers(town, [each.dossier]).get(each.dossier, "")
            number = dossier_of(town, each.dossier).number
            cart = each.fields.get("cart", "")
            waiting = Waiting(each, name, number, cart, staff.get(last.by, ""), last.at)
            listed.setdefault(each.state, []).append(waiting)
    return {state: sorted(each, key=lambda w: w.since) for state, each in listed.items()}


def cart_of(listed: Mapping[str, list[Waiting]]) -> str:
    """The cart that a dossier was registered on last, on which the next one goes too."""
    registered = [each for each in listed["registered"] if each.cart]
    return max(registered, key=lambda each: each.since).cart if registered else ""


def found(office: Office, clerk: Clerk, code: str) -> Matter:
    """Find the dossier on the line that bears a code; raises as `read_at`."""
    clerk.require(Right.FILE)
    with office.space.read() as town:
        held = _bearing(town, code)
        known = matters_of_dossier(town, held.id)
    on_line = next((each for each in known if each.flow == FLOW and each.open), None)
    if on_line is None:
        raise Conflict("line.not_on_line", number=held.number)
    return on_line


def read_at(office: Office, clerk: Clerk, station: str, sent: Mapping[str, str]) -> Matter:
    """Let a code be read at a station: the dossier it is on goes on by that station's step.

    Raises NotFound `dossier.unknown`, `line.no_station`; Conflict `line.not_on_line`; and as
    `open_matter` for the first station, `take_step` for the others.
    """
    clerk.require(Right.FILE)
    code = sent.get("code", "")
    if station == REGISTER:
        with office.space.read() as town:
            held = _bearing(town, code)
        return open_matter(office, clerk, Opening(FLOW, held.id, fields=sent))
    if station not in STATIONS:
        raise NotFound("line.no_station")
    return take_step(office, clerk, found(office, clerk, code).id, station, sent)


def _bearing(town: Connection, code: str) -> Dossier:
    held = dossier_of_code(town, code)
    if held is None:
        raise NotFound("dossier.unknown")
    return held
