"""Taking back what was just done: acts that need no question beforehand offer it afterwards.

A handler that has done such an act calls `offer`; the words stand in the foot of every page until
the clerk's next act. To take back is an act of its own: an entry that compensates, never a removal.
"""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from edge.domain import batch
from edge.domain.access import Clerk
from edge.domain.errors import Conflict
from edge.web.parts import Parts
from edge.web.rendering import go, page
from edge.web.undos import Undo
from edge.workflows import lending, matters, places, storage_room, supplement

OFFERED = "x-undo"
TAKEN_BACK = "撤销刚才的改类"
Fields = Mapping[str, Any]


def _arranged(parts: Parts, clerk: Clerk, fields: Fields) -> None:
    parts.scanning.reopen(clerk, fields["capture"])
    parts.scanning.arrange(fields["capture"], lambda pages: batch.as_before(pages, fields["pages"]))


# How each act is taken back; the workflows say what may stand in the way.
ACTS: Mapping[str, Callable[[Parts, Clerk, Fields], object]] = {
    "lent": lambda parts, clerk, told: lending.undo_lending(parts.office, clerk, told["loan"]),
    "returned": lambda parts, clerk, told: lending.undo_return(parts.office, clerk, told["loan"]),
    "acknowledged": lambda parts, clerk, told: storage_room.unsee(
        parts.office, clerk, told["alert"]
    ),
    "reclassified": lambda parts, clerk, told: supplement.reclassify(
        parts.office, clerk, told["material"], told["category"], TAKEN_BACK
    ),
    "placed": lambda parts, clerk, told: places.put_back(parts.office, clerk, told["dossier"]),
    "moved": lambda parts, clerk, told: supplement.move(
        parts.office, clerk, told["dossier"], told["shelf"]
    ),
    "stepped": lambda parts, clerk, told: matters.undo_step(parts.office, clerk, told["matter"]),
    "arranged": _arranged,
}


def offer(parts: Parts, clerk: Clerk, act: str, words: str, back: str, **fields: Any) -> None:
    """Offer to take back what was just done; `act` is a key of `ACTS`."""
    assert act in ACTS
    parts.undos.offer(clerk.id, Undo(words, act, back, fields))


def offered(answer: Template) -> Template:
    """Mark a part of a page, so that the page asks for the offer too."""
    answer.headers |= {OFFERED: "1"}
    return answer


@get("/undo/offer", sync_to_thread=False)
def show(request: Request[Any, Any, Any], clerk: NamedDependency[Clerk]) -> Template:
    """What the clerk can take back now, as it stands in the foot."""
    return page(request, "parts/undo.html")


@post("/undo", status_code=303, sync_to_thread=True)
def undo(
    request: Request[Any, Any, Any], clerk: NamedDependency[Clerk], parts: NamedDependency[Parts]
) -> Response[Any]:
    """Take the last act back; raises Conflict `undo.nothing`, and as the workflow."""
    last = parts.undos.take(clerk.id)
    if last is None:
        raise Conflict("undo.nothing")
    ACTS[last.act](parts, clerk, last.fields)
    parts.stations.publish("climate")
    return go(request, last.back)
