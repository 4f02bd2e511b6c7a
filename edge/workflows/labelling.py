"""Labels for what is put on shelves: a dossier's cover, and a place itself.

A cover shows the dossier's number and whose it is, as covers do, and never an identity number; its
code is opaque.
"""

from collections.abc import Callable
from dataclasses import dataclass

from edge.documents.label import SIZES, Label, draw_label
from edge.domain.access import Clerk, Right
from edge.domain.bitmap import Bitmap
from edge.domain.cover_code import cover_code, shelf_code
from edge.domain.errors import InvalidInput
from edge.domain.kinds import Kind
from edge.store.dossiers import dossier_of
from edge.store.entries import Pen
from edge.store.persons import person_of
from edge.workflows.consultation import check_cleared
from edge.workflows.office import Office

Printing = Callable[[Bitmap], None]
MOST_PLACES = 60  # of one level, and of a roll that somebody stands beside


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one level, from the first to the last; `last` 0 for the first alone."""

    room: int
    row: int
    bay: int
    level: int
    first: int
    last: int = 0


def print_cover(
    office: Office, clerk: Clerk, dossier: str, size: str, dpi: int, printing: Printing,
    printer: str = "",
) -> None:  # fmt: skip
    """Print a dossier's cover label, and put on record that it was printed, and by what.

    Raises Denied, NotFound, InvalidInput `label.too_small`, and what `printing` raises; then
    nothing is recorded.
    """
    clerk.require(Right.FILE)
    with office.space.read() as town:
        held = dossier_of(town, dossier)
        person = person_of(town, held.person)
    check_cleared(office, clerk, held)
    lines = (held.number, held.shelf, office.name)
    label = Label(
        cover_code(held.id), person.name, tuple(each for each in lines if each), held.number
    )
    printing(draw_label(label, SIZES[size], dpi))

    def act(pen: Pen) -> None:
        pen.append(Kind.LABEL_PRINTED, dossier, {"label": "cover", "printer": printer})

    office.transact(clerk, act)


def print_places(
    office: Office, clerk: Clerk, places: Places, size: str, dpi: int, printing: Printing
) -> int:
    """Print a label for each place of a level, and say how many.

    Raises Denied, InvalidInput `label.places` (most), `code.shelf` and `label.too_small`, and what
    `printing` raises; then those before it are printed.
    """
    clerk.require(Right.ROOM)
    least, most = sorted((places.first, places.last or places.first))
    numbers = range(least, most + 1)
    if len(numbers) > MOST_PLACES:
        raise InvalidInput("label.places", most=MOST_PLACES)
    for place in numbers:
        code = shelf_code(places.room, places.row, places.bay, places.level, place)
        # Who stands before a level looks for the place first.
        heading, line = f"{places.level}层{place}位", f"{places.room}库{places.row}列{places.bay}节"
        label = Label(code, heading, (line, office.name), code)
        printing(draw_label(label, SIZES[size], dpi))
    return len(numbers)
