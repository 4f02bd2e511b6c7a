"""Who may do what: roles of the counter and the county, deny by default.

Roles of supervision are kept apart (系统/安全/审计 三员分离, GB/T 22239-2019); technicians never
see what a dossier holds.
"""

from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import Denied


class Right(StrEnum):
    """One thing that a role may allow."""

    READ = "read"
    FILE = "file"
    PROVE = "prove"
    LEND = "lend"
    TRANSFER = "transfer"
    ROOM = "room"
    CARRY = "carry"
    SUPERVISE = "supervise"
    ADMINISTER = "administer"
    SECRET = "secret"


_RIGHTS: dict[str, frozenset[Right]] = {
    "clerk": frozenset(
        {
            Right.READ,
            Right.FILE,
            Right.PROVE,
            Right.LEND,
            Right.TRANSFER,
            Right.ROOM,
            Right.CARRY,
        }
    ),
    "reader": frozenset({Right.READ}),
    "supervisor": frozenset({Right.READ, Right.SUPERVISE}),
    "administrator": frozenset({Right.ADMINISTER, Right.CARRY}),
    "technician": frozenset({Right.ROOM, Right.CARRY}),
    # Held beside another role: opens dossiers that bear a grade of secrecy (密级).
    "confidant": frozenset({Right.SECRET}),
}

ROLES = frozenset(_RIGHTS)


@dataclass(frozen=True, slots=True)
class Clerk:
    """The signed-in person: `town` is empty for people of the county hub."""

    id: str
    name: str
    town: str
    roles: frozenset[str]

    def may(self, right: Right) -> bool:
        """Say whether one of the person's roles allows it."""
        return any(right in _RIGHTS.get(role, frozenset()) for role in self.roles)

    def require(self, right: Right) -> None:
        """Raise Denied `access.denied` unless allowed."""
        if not self.may(right):
            raise Denied("access.denied", right=str(right))
