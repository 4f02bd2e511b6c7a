"""Looking into a dossier: every look is on record before anything is shown."""

from edge.domain.access import Clerk, Right
from edge.domain.kinds import Kind
from edge.store.dossiers import dossier_of
from edge.store.entries import Pen
from edge.workflows.office import Office


def view(office: Office, clerk: Clerk, dossier: str, what: str, purpose: str = "counter") -> None:
    """Record a look; `what` is `overview` or a material's id. Raises Denied and NotFound."""
    clerk.require(Right.READ)

    def act(pen: Pen) -> None:
        dossier_of(pen.connection, dossier)
        pen.append(Kind.DOSSIER_VIEWED, dossier, {"purpose": purpose, "what": what})

    office.transact(clerk, act)
