"""What the steps of matters do beyond moving them on, in the same transaction.

An effect checks first and writes after: whatever it raises leaves the matter where it was. One
that appends acts belongs to a step that is not `undoable`. Fields that it gives stand on record
with those that the clerk filled in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.domain.access import Clerk
from edge.domain.matters.flow import Flow
from edge.store.entries import Pen
from edge.store.matters import Matter
from edge.workflows.office import Office


@dataclass(frozen=True, slots=True)
class Acting:
    """What an effect is given: who acts on which matter, and what was filled in.

    Of a beginning, the matter stands as it is about to be.
    """

    office: Office
    clerk: Clerk
    pen: Pen
    flow: Flow
    matter: Matter
    fields: Mapping[str, str]


Effect = Callable[[Acting], Mapping[str, str] | None]
