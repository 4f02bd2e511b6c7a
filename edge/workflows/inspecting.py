"""Rounds of inspection: every point answered, and what is wrong becomes something to be mended."""

from collections.abc import Mapping

from edge.domain.errors import InvalidInput
from edge.domain.matters.office import RECTIFICATION
from edge.domain.rooms import BAD, points_of, read_findings, written
from edge.store import lists
from edge.store.dossiers import dossier_of_code
from edge.workflows.acting import Acting, begin_another, laid_down_for

FORM = "inspection_record"
SEPARATED = ("office", "reading", "desk")


def recorded(acting: Acting) -> Mapping[str, str]:
    """Check that every point is answered, and open a rectification for each that is not good."""
    points = points_of(laid_down_for(acting.office))
    findings = read_findings(acting.fields["results"], points)
    place = acting.matter.fields.get("place", "")
    for each in findings:
        if each.verdict == BAD:
            what = f"{each.point}：{each.note}"
            found = {"what": what, "place": place, "found_by": acting.clerk.name}
            begin_another(acting, RECTIFICATION, found)
    facts = [
        ("检查种类", acting.matter.fields.get("sort", "")),
        ("库房", place),
        ("检查人", acting.clerk.name),
        ("同去的人", acting.fields.get("others", "")),
    ]
    lines = [(each.point, each.verdict, each.note) for each in findings]
    told = [(name, value) for name, value in facts if value]
    lists.freeze(acting.pen, acting.matter.id, FORM, told, ("项目", "结果", "问题"), lines)
    return {"results": written(findings)}


def separated(acting: Acting) -> None:
    """Open a rectification for each of the three separations that is wanting."""
    asked = acting.flow.fields()
    for name in SEPARATED:
        if acting.fields[name] != "是":
            what = f"没有做到{asked[name].label}"
            place = acting.matter.fields.get("name", "")
            found = {"what": what, "place": place, "found_by": acting.clerk.name}
            begin_another(acting, RECTIFICATION, found)


def disinfecting(acting: Acting) -> Mapping[str, str]:
    """Check that the dossiers are known here, and write their numbers in one form."""
    numbers = []
    for text in filter(None, (line.strip() for line in acting.fields["numbers"].splitlines())):
        held = dossier_of_code(acting.pen.connection, text)
        if held is None:
            raise InvalidInput("place.no_such_dossier", text=text)
        numbers.append(held.number)
    return {"numbers": "\n".join(dict.fromkeys(numbers))}


EFFECTS = {
    ("room", "separate"): separated,
    ("inspection", "record"): recorded,
    ("disinfection", "open"): disinfecting,
}
