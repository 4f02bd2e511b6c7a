"""What the hub alone writes: institutions, staff, boxes. Withdrawals only grow."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from edge.domain.entry import Entry
from edge.store.database import Connection


def institution_named(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `institution.named`; the latest name stands, since the hub is the only writer."""
    connection.executemany(
        "insert into institution values (?, ?, ?) on conflict (code) do update "
        "set name = excluded.name, entry = excluded.entry "
        "where excluded.entry > institution.entry",
        [(entry.about, str(entry.body.get("name", "")), entry.id) for entry in entries],
    )


def user_enrolled(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `user.enrolled`; a later entry for the same person replaces name, roles and PIN."""
    connection.executemany(
        "insert into staff values (?, ?, ?, ?, ?, ?, ?, 0) on conflict (id) do update set "
        "entry = excluded.entry, name = excluded.name, login = excluded.login, "
        "town = excluded.town, roles = excluded.roles, pin = excluded.pin "
        "where excluded.entry > staff.entry",
        [
            (
                entry.about,
                entry.id,
                *(str(entry.body.get(name, "")) for name in ("name", "login", "town")),
                json.dumps(sorted(entry.body.get("roles", []))),
                str(entry.body.get("pin", "")),
            )
            for entry in entries
        ],
    )
    _mark(connection, "staff", "user.withdrawn", entries)


def user_withdrawn(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `user.withdrawn`."""
    _mark(connection, "staff", "user.withdrawn", entries)


def box_admitted(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `box.admitted`."""
    connection.executemany(
        "insert into box values (?, ?, ?, ?, ?, ?, ?, 0) on conflict (id) do update set "
        "entry = excluded.entry, town = excluded.town, name = excluded.name, "
        "public_key = excluded.public_key, seal = excluded.seal, ordinal = excluded.ordinal "
        "where excluded.entry < box.entry",
        [
            (
                entry.about,
                entry.id,
                *(str(entry.body.get(name, "")) for name in ("town", "name", "public_key", "seal")),
                int(entry.body.get("ordinal", 0)),
            )
            for entry in entries
        ],
    )
    _mark(connection, "box", "box.revoked", entries)


def box_revoked(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `box.revoked`."""
    _mark(connection, "box", "box.revoked", entries)


def rule_set(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `rule.set`; the latest value stands, since the hub is the only writer."""
    connection.executemany(
        "insert into rule values (?, ?, ?) on conflict (name) do update "
        "set value = excluded.value, entry = excluded.entry where excluded.entry > rule.entry",
        [(entry.about, str(entry.body.get("value", "")), entry.id) for entry in entries],
    )


def scheme_published(connection: Connection, entries: Sequence[Entry]) -> None:
    """Fold `scheme.published`; the latest edition of a scheme stands."""
    connection.executemany(
        "insert into scheme values (?, ?, ?, ?) on conflict (code) do update "
        "set name = excluded.name, categories = excluded.categories, entry = excluded.entry "
        "where excluded.entry > scheme.entry",
        [
            (
                entry.about,
                str(entry.body.get("name", "")),
                json.dumps([_category(each) for each in entry.body.get("categories", [])]),
                entry.id,
            )
            for entry in entries
        ],
    )


def _category(said: Mapping[str, Any]) -> list[str]:
    return [str(said.get(name) or "") for name in ("code", "name", "english", "parent")]


def _mark(connection: Connection, table: str, kind: str, entries: Sequence[Entry]) -> None:
    column = {"staff": "withdrawn", "box": "revoked"}[table]
    connection.executemany(
        f"update {table} set {column} = 1 where id = ? and exists "
        "(select 1 from history where about = ? and kind = ?)",
        [(entry.about, entry.about, kind) for entry in entries],
    )
