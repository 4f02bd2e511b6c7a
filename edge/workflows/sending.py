"""What the steps of a transfer to another office do: counted, packed, sent by a lawful way."""

from collections.abc import Mapping

from edge.domain.errors import Conflict, InvalidInput
from edge.store.dossiers import catalogue, dossier_of
from edge.store.staff import name_of_institution, town_offices
from edge.workflows.acting import Acting, Effect
from edge.workflows.office import Office
from edge.workflows.transfer import require_here, send_away

FLOW = "transfer_out"
BY_MAIL = "给据邮件"


def asked(acting: Acting) -> None:
    """Want one place to send to and the paper at hand.

    Raises InvalidInput `transfer.town_unknown` or `transfer.one_place`, Conflict as `send`.
    """
    town, unit = acting.fields.get("town", ""), acting.fields.get("unit", "")
    if town and unit:
        raise InvalidInput("transfer.one_place")
    if town:
        with acting.office.county.read() as county:
            towns = {each.code for each in town_offices(county)} - {acting.office.code}
        if town not in towns:
            raise InvalidInput("transfer.town_unknown", town=town)
    elif not unit:
        raise InvalidInput("transfer.town_unknown", town="")
    require_here(dossier_of(acting.pen.connection, acting.matter.dossier))


def packed(acting: Acting) -> None:
    """Count; raises Conflict `transfer.pages_differ` (recorded, counted) without an explanation."""
    require_here(dossier_of(acting.pen.connection, acting.matter.dossier))
    held = catalogue(acting.pen.connection, acting.matter.dossier)
    recorded, counted = sum(each.pages for each in held), int(acting.fields["pages"])
    if recorded and recorded != counted and not acting.fields.get("difference"):
        raise Conflict("transfer.pages_differ", recorded=recorded, counted=counted)


def sent(acting: Acting) -> Mapping[str, str]:
    """Send; raises Conflict `transfer.cadre_mail` for cadres' dossiers by mail, or as `send`."""
    told = acting.matter.fields
    if told.get("cadre") and acting.fields["how"] == BY_MAIL:
        raise Conflict("transfer.cadre_mail")
    to = told.get("town") or told["unit"]
    transfer = send_away(
        acting.office, acting.pen, acting.matter.dossier, to, told["reason"], told["letter"]
    )
    return {"transfer": transfer}


def destination_of(office: Office, told: Mapping[str, str]) -> str:
    """Name the office that a dossier is sent to."""
    if not told.get("town"):
        return told.get("unit", "")
    with office.county.read() as county:
        return name_of_institution(county, told["town"]) or told["town"]


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "open"): asked,
    (FLOW, "pack"): packed,
    (FLOW, "send"): sent,
}
