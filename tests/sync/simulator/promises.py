"""What must hold in the end of every history, whatever has happened in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from edge.domain.entry import first_break, parse
from edge.store import possession, verification
from edge.store.entries import entries_of_box
from edge.store.projection import dump
from edge.store.seals import parse_seal
from tests.sync.simulator.machine import Machine, Rows

CLOCKS = {"entry": 2, "seal": 1, "receipt": 1, "box_status": 1}


class Violation(AssertionError):
    """Something promised did not hold."""


@dataclass
class Expected:
    """What was written, what of it was on no other disk when its own lost it, and every head.

    `cloned`: the boxes that are two machines with one key, and no others.
    """

    written: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    heads: dict[object, object] = field(default_factory=dict)
    cloned: set[str] = field(default_factory=set)


def check(machines: Sequence[Machine], expected: Expected) -> list[object]:
    """Compare all machines, the hub first, with each other and with what is expected.

    Gives the record that they agree on; raises Violation.
    """
    for machine in machines:
        _check_whole(machine)
    held = [machine.rows() for machine in machines]
    stranded = [
        _compare(machine, rows, held[0], machines)
        for machine, rows in zip(machines, held, strict=True)
    ]
    _check_entries(held, expected)
    _check_chains(machines)
    _check_twins(machines, expected)
    alike = [each for each, odd in zip(machines, stranded, strict=True) if not odd]
    if len({_dump(machine) for machine in alike}) > 1:
        raise Violation("projections differ")
    chosen = machines[0].chance.random.choice(machines)
    if not chosen.space.write(verification.remake):
        raise Violation("the projection is not what the record says")
    return [row for (table, _), row in sorted(held[0].items(), key=repr) if table == "entry"]


def _check_whole(machine: Machine) -> None:
    """Every row has all its columns, and each of them its clock: else it is tracked no more."""
    if any(None in row for row in machine.rows().values()):
        raise Violation("a torn row")
    with machine.space.read() as connection:
        for table, columns in CLOCKS.items():
            (rows,) = connection.execute(f"select count(*) from {table}").fetchone()  # noqa: S608
            (clocks,) = connection.execute(
                f"select count(*) from {table}__crsql_clock"  # noqa: S608
            ).fetchone()
            if clocks != rows * columns:
                raise Violation(f"rows of {table} without clocks")


def _compare(
    machine: Machine, rows: Rows, hub: Rows, machines: Sequence[Machine]
) -> set[tuple[str, object]]:
    """The entries that only this machine holds, and rightly; raises Violation for other odds."""
    reset = {each.id for each in machines if each.was_set_back}
    lacking = hub.keys() - rows.keys()
    if lacking:
        raise Violation(f"{machine.name} lacks {len(lacking)} rows of the hub's")
    # How a box is: its versions are counted by the writer alone, so a writer that was set back
    # counts anew, and nobody can vouch for what it had said. A clone is a second writer.
    freed = {("box_status", box) for box in reset}
    for table, key in rows.keys() & hub.keys() - freed:
        if rows[table, key] != hub[table, key]:
            raise Violation(f"hub and {machine.name} hold another {table}")
    odd = rows.keys() - hub.keys() - freed
    if odd and not _stranded(machine, odd, rows, reset):
        raise Violation(f"{machine.name} keeps to itself {len(odd)} rows")
    return set(odd)


def _stranded(
    machine: Machine, odd: Collection[tuple[str, object]], rows: Rows, reset: Collection[str]
) -> bool:
    """Say whether entries are held here alone for the one reason that there is.

    A disk that lied about its log kept acts of a neighbour and lost the statement that came with
    them, and then the neighbour and the hub were set back to before these acts. Nobody can prove
    them any more: whoever took them in from here would let one box speak for another. They stay
    where they are, shown to the clerk as before; so nothing is lost that any peer had.
    """
    if not machine.lost_tail or {table for table, _ in odd} != {"entry"}:
        return False
    authors = {parse(*map(str, rows[each])).box for each in odd}
    return machine.id not in authors and authors <= set(reset) and set(odd) <= unproven(rows)


def unproven(rows: Rows) -> set[tuple[str, object]]:
    """The entries that stand under no seal or receipt."""
    entries = {
        (entry := parse(str(row[0]), str(row[1]))).hash: (("entry", key), entry.prev)
        for (table, key), row in rows.items()
        if table == "entry"
    }
    for (table, _), row in rows.items():
        hash = parse_seal(str(row[0])).hash if table in ("seal", "receipt") else ""
        while hash in entries:
            hash = entries.pop(hash)[1]
    return {key for key, _ in entries.values()}


def _check_entries(held: Sequence[Rows], expected: Expected) -> None:
    entries: Mapping[object, object] = {
        key: row for rows in held for (table, key), row in rows.items() if table == "entry"
    }
    for key, row in entries.items():
        if expected.heads.get(key, row) != row:
            raise Violation("an entry was altered")
    ids = {key.hex() for key in entries if isinstance(key, bytes)}
    missing = expected.written - expected.excused - ids
    if missing:
        raise Violation(f"lost: {len(missing)}")


def _check_chains(machines: Sequence[Machine]) -> None:
    for machine in machines:
        with machine.space.read() as connection:
            broken = [first_break(entries_of_box(connection, each.id)) for each in machines]
            box = machine is not machines[0]
            waiting = possession.unsent(connection, machine.id)[0] if box else 0
        if any(broken) or waiting:
            raise Violation(f"chain broken or not signed for: {waiting}")


def _check_twins(machines: Sequence[Machine], expected: Expected) -> None:
    """Nobody is taken for two machines who is one, whatever was put back, repeated or came late."""
    for machine in machines:
        with machine.space.read() as connection:
            told = connection.execute("select peer from twin").fetchall()
        if not {peer for (peer,) in told} <= expected.cloned:
            raise Violation(f"{machine.name} takes one machine for two")


def _dump(machine: Machine) -> bytes:
    with machine.space.read() as connection:
        return dump(connection)
