"""A code read by the gun: the page asks what it means, and goes there or fills a waiting place."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody

from edge.domain.access import Clerk, Right
from edge.domain.errors import DeviceError, InvalidInput, NotFound
from edge.imaging.codes import codes_in
from edge.store.codes import Meaning, Means, meaning_of
from edge.web.camera import finder_of
from edge.web.locale import sentence, sentence_of
from edge.web.parts import Parts
from edge.workflows import reception

LONGEST = 512


class Typed(msgspec.Struct, frozen=True):
    """What a gun typed into the browser."""

    q: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


class Told(msgspec.Struct, frozen=True):
    """What the page does: fill `text` where a place waits for `means`, else open `go`.

    `person` is whose dossier it is, `letter` the matter that waits for one; `said`
    is what to tell the clerk instead.
    """

    means: str
    text: str = ""
    go: str = ""
    person: str = ""
    letter: str = ""
    said: str = ""


@get("/codes/{number:int}", sync_to_thread=True)
def read(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], number: FromPath[int]
) -> Told:
    """Say what the code means that a signal named by its number."""
    code = parts.codes.of(number)
    if code is None:
        raise NotFound("code.gone")
    return _told(parts, code)


@post("/codes/typed", status_code=200, sync_to_thread=True)
def typed(
    reader: NamedDependency[Clerk], parts: NamedDependency[Parts], data: URLEncodedBody[Typed]
) -> Told:
    """Say what a code means that a gun typed into the page."""
    return _told(parts, data.q)


@post("/codes/seen", status_code=200, sync_to_thread=True)
def seen(reader: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> Told:
    """Say what the code means that lies beneath the document camera, or why none is seen."""
    reader.require(Right.FILE)
    try:
        lying = codes_in(finder_of(parts).fresh())
    except DeviceError as error:
        return Told("misread", said=sentence_of(error))
    return _told(parts, lying[0]) if lying else Told("misread", said=sentence("code.none_seen"))


def _told(parts: Parts, code: str) -> Told:
    if not code:
        return Told("misread", said=sentence("device.barcode_gun.line"))
    try:
        with parts.office.space.read() as town:
            known = meaning_of(town, code)
            waits = known.means is Means.LETTER and reception.awaited(town, known.subject)
    except InvalidInput as error:
        return Told("misread", said=sentence_of(error))
    return _way(known, waits)


def _way(known: Meaning, waits: bool) -> Told:
    match known.means:
        case Means.DOSSIER:
            # A folder that is out and lies on the counter has come back.
            go = f"/loans/{known.lent}" if known.lent else f"/persons/{known.subject}"
            return Told(known.means, known.text, go, known.subject)
        case Means.LETTER:
            go = f"/matters/{known.subject}"
            return Told(known.means, known.text, go, letter=known.subject if waits else "")
        case Means.PROOF if known.subject:
            return Told(known.means, known.text, f"/verify/{known.text}")
        case Means.PROOF if known.said:
            return Told(known.means, known.text, f"/verify/{known.text}?said={known.said}")
        case Means.PROOF:
            return Told(known.means, known.text, said=sentence("code.proof_elsewhere"))
        case Means.SHELF:
            return Told(known.means, known.text, said=sentence("code.shelf_unasked"))
    return Told(known.means, known.text)
