"""What the steps of a proof that a second clerk looks at do beyond moving it on."""

from collections.abc import Mapping

from edge.domain.errors import Conflict
from edge.store.proofs import proof_of_matter
from edge.workflows.acting import Acting, Effect


def require_issued(acting: Acting) -> None:
    """Let a request be closed as issued only once its proof is on record.

    Raises Conflict `proof.not_issued_yet`.
    """
    if proof_of_matter(acting.pen.connection, acting.matter.id) is None:
        raise Conflict("proof.not_issued_yet")


EFFECTS: Mapping[tuple[str, str], Effect] = {("proof_request", "issue"): require_issued}
