"""What affairs of persons put on record: status, Party membership, household; what a call is about;
and which units may query.
"""

from collections.abc import Mapping

from edge.domain.errors import Conflict, NotFound
from edge.domain.identity import check_id_number
from edge.domain.kinds import Kind
from edge.store.matters import matter_by_number
from edge.workflows.acting import Acting, Effect, day_of
from edge.workflows.composing import chinese_day
from edge.workflows.query_rights import require_extent
from edge.workflows.supplement import standing_claims


def status_noted(acting: Acting) -> None:
    """Let the person stand as registered; whoever said so elsewhere is met by the fold of facts."""
    told = acting.fields
    source = f"{told['source']}（{chinese_day(told['since'])}）"
    _claim(acting, "status", told["status"], source)


def party_confirmed(acting: Acting) -> None:
    """Note where the person's Party membership is kept from now on."""
    told = acting.matter.fields
    kept = told.get("branch", "") if told.get("direction") == "转入" else told.get("partner", "")
    _claim(acting, "party_place", kept, acting.matter.number)
    if told.get("direction") == "转入":
        _claim(acting, "politics", "中共党员", acting.matter.number)


def household_done(acting: Acting) -> None:
    """Note the household registration after a move in or out; a page lent changes nothing.

    Raises Conflict `household.no_address`.
    """
    told = acting.matter.fields
    if told.get("action") not in ("迁入", "迁出"):
        return
    if not told.get("address"):
        raise Conflict("household.no_address")
    _claim(acting, "household", told["address"], acting.matter.number)


def case_linked(acting: Acting) -> Mapping[str, str]:
    """Hold a call to a matter that exists, by its number; raises NotFound `hotline.no_case`."""
    number = "".join(acting.fields.get("case", "").split())
    if not number:
        return {}
    if matter_by_number(acting.pen.connection, number) is None:
        raise NotFound("hotline.no_case", number=number)
    return {"case": number}


def unit_asked(acting: Acting) -> None:
    """Check a unit's bearer, and whether the unit may ask for so much."""
    check_id_number(acting.fields["bearer_id"])
    today = day_of(acting.pen.at).strftime("%Y%m%d")
    extent = acting.fields["extent"]
    require_extent(acting.pen.connection, acting.fields["unit"], extent, today)


def _claim(acting: Acting, field: str, value: str, source: str) -> None:
    person = acting.matter.person
    told = {"field": field, "value": value, "source": source}
    acting.pen.append(
        Kind.PERSON_CORRECTED, person, told, standing_claims(acting.pen, person, field)
    )


EFFECTS: Mapping[tuple[str, str], Effect] = {
    ("person_status", "open"): status_noted,
    ("party_relation", "confirm"): party_confirmed,
    ("household", "done"): household_done,
    ("hotline", "open"): case_linked,
    ("hotline", "link"): case_linked,
    ("unit_query", "open"): unit_asked,
}
