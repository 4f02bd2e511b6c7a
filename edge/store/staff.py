"""People who sign in, the institutions they serve, and the boxes: read from the county space."""

import json
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edge.domain.access import Clerk
from edge.store.database import Connection

# RFC 9106, the second recommended choice made lighter for a small box: about 30 ms a guess.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True, slots=True)
class Member:
    """One person who may sign in."""

    clerk: Clerk
    login: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Institution:
    """One office; `code` is its administrative division code."""

    code: str
    name: str


def verifier_of(pin: str) -> str:
    """Make the argon2id verifier that the record holds in place of a PIN."""
    return _HASHER.hash(pin)


def pin_matches(verifier: str, pin: str) -> bool:
    """Check a PIN in constant time per verifier; nothing matches what is no verifier."""
    try:
        return _HASHER.verify(verifier, pin)
    except (VerificationError, InvalidHashError):
        return False


def members_of(county: Connection, town: str) -> list[Member]:
    """List who may sign in at an office; `town` is empty for the hub itself."""
    rows = county.execute(
        "select id, name, town, roles, login, pin from staff where town = ? and not withdrawn "
        "order by login",
        (town,),
    )
    return [_member(row) for row in rows]


def member_by_login(county: Connection, login: str) -> Member | None:
    """Find a person by sign-in name."""
    row = county.execute(
        "select id, name, town, roles, login, pin from staff where login = ? and not withdrawn "
        "order by id limit 1",
        (login,),
    ).fetchone()
    return _member(row) if row else None


def member_by_id(county: Connection, id: str) -> Member | None:
    """Find a person by id; None when unknown or withdrawn."""
    row = county.execute(
        "select id, name, town, roles, login, pin from staff where id = ? and not withdrawn", (id,)
    ).fetchone()
    return _member(row) if row else None


def enrolled_at(county: Connection, id: str) -> int:
    """When a person was last enrolled, in milliseconds; 0 for nobody."""
    row = county.execute(
        "select h.at from staff s join history h on h.entry = s.entry where s.id = ?", (id,)
    ).fetchone()
    return int(row[0]) if row else 0


def names_of_staff(county: Connection) -> dict[str, str]:
    """Every person's name by id, withdrawn ones too, for histories."""
    return dict(county.execute("select id, name from staff").fetchall())


def institutions(county: Connection) -> list[Institution]:
    """List the county and its offices by code."""
    rows = county.execute("select code, name from institution order by code")
    return [Institution(*row) for row in rows]


def town_offices(county: Connection) -> list[Institution]:
    """List the offices of towns; division codes are digits, the county's own is not."""
    return [each for each in institutions(county) if each.code.isdigit()]


def _member(row: tuple[str, str, str, str, str, str]) -> Member:
    id, name, town, roles, login, verifier = row
    return Member(Clerk(id, name, town, frozenset(json.loads(roles))), login, verifier)


def seal_of_box(county: Connection, box: str) -> str:
    """The PEM certificates of the office seal that a box keeps; empty when there are none."""
    row = county.execute("select seal from box where id = ? and not revoked", (box,)).fetchone()
    return str(row[0]) if row else ""


def seals_of_offices(county: Connection) -> list[str]:
    """The PEM certificates of every office seal in use, each the seal's own first."""
    rows = county.execute("select seal from box where not revoked and seal <> '' order by id")
    return [str(pem) for (pem,) in rows]


def ordinal_of_box(county: Connection, box: str) -> int:
    """A box's number within its town, from 1; 0 before it is admitted."""
    row = county.execute("select ordinal from box where id = ?", (box,)).fetchone()
    return int(row[0]) if row else 0


def name_of_institution(county: Connection, code: str) -> str:
    """An office's name; its code until the name has arrived."""
    row = county.execute("select name from institution where code = ?", (code,)).fetchone()
    return str(row[0]) if row else code
