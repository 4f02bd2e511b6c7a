"""Looks from the county at a town's dossier: on the town's own record before anything is shown."""

from edge.domain.access import Clerk, Right
from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.entries import Author, Pen
from edge.workflows.consultation import require_cleared
from sync.hub.web.parts import Town

PURPOSE = "supervision"
# How long a recorded look lets its reader fetch the images that belong to the page shown.
LOOK_LASTS_MS = 30 * 60_000


def look(town: Town, author: Author, clerk: Clerk, dossier: str, what: str) -> None:
    """Record a look; `what` is `overview` or a material's id. Raises Denied and NotFound."""
    clerk.require(Right.READ)

    def act(connection: Connection) -> None:
        require_cleared(clerk, dossier_of(connection, dossier))
        pen = Pen(connection, author, clerk.id)
        pen.append(Kind.DOSSIER_VIEWED, dossier, {"purpose": PURPOSE, "what": what})

    town.space.write(act)


def require_look(connection: Connection, clerk: Clerk, dossier: str, now: int) -> None:
    """Raise Denied `dossier.not_opened` unless this person's look is on record just now."""
    row = connection.execute(
        "select 1 from view where dossier = ? and at >= ? and by = ? and purpose = ? limit 1",
        (dossier, now - LOOK_LASTS_MS, clerk.id, PURPOSE),
    ).fetchone()
    if row is None:
        raise Denied("dossier.not_opened")
    require_cleared(clerk, dossier_of(connection, dossier))
