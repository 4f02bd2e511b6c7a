"""Labels for what is put on shelves: a dossier's cover, and a place itself.

A cover shows the dossier's number and whose it is, as covers do, and never an identity number; its
code is opaque.
"""

from collections.abc import Callable

from edge.documents.label import SIZES, Label, draw_label
from edge.domain.access import Clerk, Right
from edge.domain.bitmap import Bitmap
from edge.domain.cover_code import cover_code, shelf_code, shelf_of_code
from edge.domain.kinds import Kind
from edge.store.dossiers import dossier_of
from edge.store.entries import Pen
from edge.store.persons import person_of
from edge.workflows.office import Office

Printing = Callable[[Bitmap], None]


def print_cover(
    office: Office, clerk: Clerk, dossier: str, size: str, dpi: int, printing: Printing
) -> None:
    """Print a dossier's cover label, and put on record that it was printed.

    Raises Denied, NotFound, InvalidInput `label.too_small`, and what `printing` raises; then
    nothing is recorded.
    """
    clerk.require(Right.FILE)
    with office.space.read() as town:
        held = dossier_of(town, dossier)
        person = person_of(town, held.person)
    lines = (held.number, held.shelf, office.name)
    label = Label(
        cover_code(held.id), person.name, tuple(each for each in lines if each), held.number
    )
    printing(draw_label(label, SIZES[size], dpi))

    def act(pen: Pen) -> None:
        pen.append(Kind.LABEL_PRINTED, dossier, {"label": "cover"})

    office.transact(clerk, act)


def print_place(
    office: Office, clerk: Clerk, place: tuple[int, int, int, int, int], size: str, dpi: int,
    printing: Printing,
) -> None:  # fmt: skip
    """Print the label of one place: room, row, bay, level, place.

    Raises Denied, InvalidInput `code.shelf` and `label.too_small`, and what `printing` raises.
    """
    clerk.require(Right.ROOM)
    code = shelf_code(*place)
    label = Label(code, shelf_of_code(code) or "", (office.name,), code)
    printing(draw_label(label, SIZES[size], dpi))
