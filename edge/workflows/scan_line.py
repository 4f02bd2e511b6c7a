"""The scanning line: at every station the cover's code is read, and the pages stay as many."""

from collections.abc import Mapping

from edge.domain.errors import Conflict
from edge.domain.matters.flow import number_in
from edge.store.captures import waiting_captures
from edge.store.dossiers import catalogue, dossier_of, dossier_of_code
from edge.store.matters import Matter, open_matters
from edge.workflows import places
from edge.workflows.acting import Acting, Effect, step_another
from edge.workflows.transfer import require_here

FLOW, BATCH = "digitisation", "scan_batch"


def registered(acting: Acting) -> None:
    """Want the paper in the house; raises as `require_here`."""
    require_here(dossier_of(acting.pen.connection, acting.matter.dossier))


def here(acting: Acting) -> None:
    """Want the code of this very dossier; raises Conflict `line.other_dossier` (number)."""
    read = dossier_of_code(acting.pen.connection, acting.fields["code"])
    if read is None or read.id != acting.matter.dossier:
        number = dossier_of(acting.pen.connection, acting.matter.dossier).number
        raise Conflict("line.other_dossier", number=number)


def scanned(acting: Acting) -> None:
    """Want pages of it, filed or waiting; raises Conflict `line.nothing_scanned`."""
    here(acting)
    connection, dossier = acting.pen.connection, acting.matter.dossier
    waiting = sum(w.waiting for w in waiting_captures(connection) if w.dossier == dossier)
    if not waiting and not _filed(acting):
        raise Conflict("line.nothing_scanned")


def attached(acting: Acting) -> Mapping[str, str]:
    """Want as many pages filed as were counted; raises Conflict `line.pages_differ`."""
    here(acting)
    counted, filed = number_in(acting.matter.fields, "pages"), _filed(acting)
    # What a contractor scanned was not counted here before; what is filed then stands.
    if counted and counted != filed:
        raise Conflict("line.pages_differ", counted=counted, filed=filed)
    return {"filed": str(filed)}


def resealed(acting: Acting) -> None:
    """Want all pages back in the bag; raises Conflict `line.reseal_differs` (before, now)."""
    here(acting)
    now, before = int(acting.fields["again"]), _filed(acting)
    if now != before:
        raise Conflict("line.reseal_differs", before=before, now=now)


def shelved(acting: Acting) -> Mapping[str, str]:
    """Put it back in its place; raises as `places.put`."""
    here(acting)
    shelf = places.place_in(acting.fields["shelf"])
    places.move(acting.pen, dossier_of(acting.pen.connection, acting.matter.dossier), shelf)
    return {"shelf": shelf}


def batch_out(acting: Acting) -> Mapping[str, str]:
    """Hand a cart's dossiers out; raises Conflict `line.cart_empty` (cart)."""
    cart = acting.matter.fields.get("cart", "")
    going = [
        each
        for each in open_matters(acting.pen.connection, FLOW)
        if each.fields.get("cart") == cart and each.state in ("registered", "sorted")
    ]
    if not going:
        raise Conflict("line.cart_empty", cart=cart)
    for each in going:
        step_another(acting.pen, each.id, "hand_out", {"batch": acting.matter.number})
    return {"handed": str(len(going)), "due": acting.matter.fields.get("back_by", "")}


def batch_in(acting: Acting) -> None:
    """Take them back, every one; raises Conflict `line.batch_differs` (handed, returned)."""
    out = out_with(acting)
    returned = int(acting.fields["returned"])
    if returned != len(out):
        raise Conflict("line.batch_differs", handed=len(out), returned=returned)
    for each in out:
        step_another(acting.pen, each.id, "come_back", {})


def out_with(acting: Acting) -> list[Matter]:
    """The dossiers that are out with a batch."""
    number = acting.matter.number
    every = open_matters(acting.pen.connection, FLOW)
    return [m for m in every if m.state == "outside" and m.fields.get("batch") == number]


def _filed(acting: Acting) -> int:
    return sum(each.pages for each in catalogue(acting.pen.connection, acting.matter.dossier))


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "open"): registered,
    (FLOW, "sort"): here,
    (FLOW, "scan"): scanned,
    (FLOW, "check"): here,
    (FLOW, "reject"): here,
    (FLOW, "attach"): attached,
    (FLOW, "reseal"): resealed,
    (FLOW, "shelve"): shelved,
    (BATCH, "hand_out"): batch_out,
    (BATCH, "take_in"): batch_in,
}
