"""What the steps of a collection do: what has not come is known, chased, and ticked off."""

from collections.abc import Mapping

from edge.domain.errors import Conflict, InvalidInput
from edge.domain.matters.flow import number_in
from edge.store.matters import Matter, standing_of
from edge.workflows.acting import Acting, Effect

FLOW = "collection"
# Of these the village still owes something; what came damaged is mended here.
OWED = ("缺材料", "缺失")


def lines_of(matter: Matter) -> list[str]:
    """What has not come yet, a line each."""
    return matter.fields.get("lacking", "").splitlines()


def counted(acting: Acting) -> Mapping[str, str]:
    """Say what has not come; raises InvalidInput `collection.nothing_noted`."""
    taken = standing_of(acting.pen.connection, acting.matter).taken
    noted = [act.fields for act in taken if act.step == "note"]
    if not noted:
        raise InvalidInput("collection.nothing_noted")
    owed = [_owed(each) for each in noted if each.get("condition") in OWED]
    expected = number_in(acting.matter.fields, "expected")
    if expected > len(noted):
        owed.append(f"应交 {expected} 份，记了 {len(noted)} 份，还差 {expected - len(noted)} 份")
    return {"lacking": "\n".join(dict.fromkeys(owed))}


def _owed(note: Mapping[str, str]) -> str:
    """One note in one line."""
    what = " ".join(note.get("lacks", "").split())
    return f"{note.get('whose', '')}：{what or note.get('condition', '')}"


def whole(acting: Acting) -> None:
    """Want nothing lacking; raises Conflict `collection.lacking` (count, first)."""
    lacking = lines_of(acting.matter)
    if lacking:
        raise Conflict("collection.lacking", count=len(lacking), first=lacking[0])


def short(acting: Acting) -> None:
    """Want something lacking; raises Conflict `collection.whole`."""
    if not lines_of(acting.matter):
        raise Conflict("collection.whole")


def came(acting: Acting) -> Mapping[str, str]:
    """Tick one thing off; raises Conflict `collection.not_lacking` (what)."""
    left, what = lines_of(acting.matter), acting.fields["came"]
    if what not in left:
        raise Conflict("collection.not_lacking", what=what)
    left.remove(what)
    return {"lacking": "\n".join(left)}


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "hand_over"): counted,
    (FLOW, "store"): whole,
    (FLOW, "store_short"): short,
    (FLOW, "settle"): whole,
    (FLOW, "urge"): short,
    (FLOW, "made_good"): came,
    (FLOW, "give_up"): short,
}
