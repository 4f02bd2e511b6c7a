"""Which registration of a subject stands where more than one claims its id.

That of the box that minted the id, whose mark it ends in; among its own, or where it has not
registered anything, that of the least entry. So no box makes another's dossier its own.
"""

from edge.domain.entry import MARK


def rank(entry: str, id: str) -> str:
    """The SQL of two columns, of which the registration that stands has the least."""
    return f"substr({entry}, -{MARK}) <> substr({id}, -{MARK}), {entry}"


def or_replace(table: str, *columns: str) -> str:
    """The end of an insertion of subjects, keyed by `id`, after which the rightful row stays."""
    replaced = ", ".join(f"{column} = excluded.{column}" for column in ("entry", *columns))
    mine, held = rank("excluded.entry", "excluded.id"), rank(f"{table}.entry", f"{table}.id")
    return f"on conflict (id) do update set {replaced} where ({mine}) < ({held})"
