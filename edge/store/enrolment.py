"""The county's boxes, and the tickets by which they come in."""

from dataclasses import dataclass

from edge.store.database import Connection

# More boxes than one town admits between two backups.
FORGOTTEN = 10


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-off leave to ask for admission; `expires` in milliseconds.

    `state` is open, pending or admitted; while open, `box`, `name`, `public_key`, `seal` and
    `replaces` are empty. `replaces` is the box whose place the new one takes, or empty.
    """

    id: str
    town: str
    secret: bytes
    expires: int
    automatic: bool
    state: str
    box: str
    name: str
    public_key: str
    seal: str = ""
    replaces: str = ""


def boxes(county: Connection) -> list[tuple[str, str, str, str, int]]:
    """List every box: (id, town, name, public key, revoked)."""
    rows = county.execute("select id, town, name, public_key, revoked from box order by town, name")
    return rows.fetchall()


def ordinals(county: Connection) -> dict[str, int]:
    """The number of every box within its town."""
    return dict(county.execute("select id, ordinal from box").fetchall())


def next_ordinal(county: Connection, town: str, set_back: int | None) -> int:
    """A number that no box of a town has: the one after the greatest.

    `set_back`: when this database was found to have forgotten something, in ms. What it has
    admitted since the backup it may not know, so that the first after that leaves a gap.
    """
    rows = county.execute("select ordinal, entry from box where town = ?", (town,)).fetchall()
    greatest = max((ordinal for ordinal, _ in rows), default=0)
    # An id begins with its time.
    last = max((int(entry[:12], 16) for _, entry in rows), default=0)
    forgetful = set_back is not None and last <= set_back
    return greatest + 1 + (FORGOTTEN if forgetful else 0)


def add_ticket(county: Connection, ticket: Ticket) -> None:
    """Keep a ticket."""
    county.execute(
        "insert into ticket values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            ticket.id,
            ticket.town,
            ticket.secret,
            ticket.expires,
            ticket.automatic,
            ticket.state,
            ticket.box,
            ticket.name,
            ticket.public_key,
            ticket.seal,
            ticket.replaces,
        ),
    )


def ticket_of(county: Connection, id: str) -> Ticket | None:
    """Read a ticket."""
    row = county.execute("select * from ticket where id = ?", (id,)).fetchone()
    return _ticket(row) if row else None


def tickets(county: Connection, state: str) -> list[Ticket]:
    """List the tickets in one state."""
    rows = county.execute("select * from ticket where state = ? order by id", (state,))
    return [_ticket(row) for row in rows]


def claim(
    county: Connection, id: str, box: str, name: str, public_key: str, seal: str, replaces: str
) -> None:
    """Bind a ticket to the box that used it."""
    county.execute(
        "update ticket set state = 'pending', box = ?, name = ?, public_key = ?, seal = ?, "
        "replaces = ? where id = ? and state = 'open'",
        (box, name, public_key, seal, replaces, id),
    )


def settle(county: Connection, box: str) -> None:
    """Close the tickets of a box that has been admitted."""
    county.execute("update ticket set state = 'admitted' where box = ?", (box,))


def _ticket(row: tuple[str, str, bytes, int, int, str, str, str, str, str, str]) -> Ticket:
    id, town, secret, expires, automatic, *rest = row
    return Ticket(id, town, secret, expires, bool(automatic), *rest)
