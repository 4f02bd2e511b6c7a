"""What the steps of supplementary material do: judged by the rules, filed, or sent after."""

from collections.abc import Mapping

from edge.domain.archive import SCHEME
from edge.domain.errors import Conflict, InvalidInput
from edge.store import rules
from edge.store.dossiers import Standing, catalogue, dossier_of
from edge.workflows.acting import Acting, Effect

FLOW = "supplement"
COPY, CERTIFICATE = "其他复制件", "证书复制件，已和原件核对"
# Of the scheme of 2018: 学历学位、职称、学术和培训.
CERTIFICATES = "4"


def identified(acting: Acting) -> None:
    """Want an original, stamped and dated; a copy only of a certificate compared with it.

    Raises InvalidInput `category.unknown`, Conflict `supplement.copy`, `supplement.not_stamped`,
    `supplement.not_dated`.
    """
    held = dossier_of(acting.pen.connection, acting.matter.dossier)
    with acting.office.county.read() as county:
        scheme = rules.scheme_of(county, held.scheme)
    scheme.category(acting.fields["category"])
    original, top = acting.fields["original"], scheme.top(acting.fields["category"]).code
    misplaced = scheme.code == SCHEME and top != CERTIFICATES
    if original == COPY or (original == CERTIFICATE and misplaced):
        raise Conflict("supplement.copy")
    if not acting.fields.get("stamped"):
        raise Conflict("supplement.not_stamped")
    if not acting.fields.get("dated"):
        raise Conflict("supplement.not_dated")


def filed(acting: Acting) -> Mapping[str, str]:
    """Name what was filed since; raises `supplement.nothing_filed`, `dossier.sent_away`."""
    connection = acting.pen.connection
    if dossier_of(connection, acting.matter.dossier).standing is Standing.SENT:
        raise Conflict("dossier.sent_away")
    new = [
        each.title
        for each in catalogue(connection, acting.matter.dossier)
        if each.at >= acting.matter.at
    ]
    if not new:
        raise Conflict("supplement.nothing_filed")
    return {"filed": "\n".join(new)}


def forwarded(acting: Acting) -> None:
    """Send after a dossier that has gone; raises InvalidInput `supplement.still_here`."""
    held = dossier_of(acting.pen.connection, acting.matter.dossier)
    if held.standing is not Standing.SENT:
        raise InvalidInput("supplement.still_here")


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "identify"): identified,
    (FLOW, "file"): filed,
    (FLOW, "forward"): forwarded,
}
