"""Looking into a dossier: every look is on record before anything is shown."""

from edge.domain.access import Clerk, Right
from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.dossiers import Dossier, dossier_of
from edge.store.entries import Pen
from edge.workflows.office import Office


def view(office: Office, clerk: Clerk, dossier: str, what: str, purpose: str = "counter") -> None:
    """Record a look; `what` is `overview` or a material's id.

    Raises NotFound, Denied (`access.denied`, or `dossier.secret` for a grade that is not theirs).
    """
    clerk.require(Right.READ)

    def act(pen: Pen) -> None:
        require_cleared(clerk, dossier_of(pen.connection, dossier))
        pen.append(Kind.DOSSIER_VIEWED, dossier, {"purpose": purpose, "what": what})

    office.transact(clerk, act)


def require_cleared(clerk: Clerk, dossier: Dossier) -> None:
    """Raise Denied `dossier.secret` (grade) where the dossier's secrecy shuts the clerk out.

    For within `Office.transact`, which puts the refusal on record.
    """
    if dossier.secrecy and not clerk.may(Right.SECRET):
        raise Denied("dossier.secret", grade=dossier.secrecy, dossier=dossier.id)


def check_cleared(office: Office, clerk: Clerk, dossier: Dossier) -> None:
    """Raise as `require_cleared` does, outside a transaction; the refusal is on record."""
    try:
        require_cleared(clerk, dossier)
    except Denied as denied:
        office.note_refusal(clerk, denied)
        raise
