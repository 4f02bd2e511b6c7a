"""What a clerk has begun: drafts, and failed sign-ins; of this machine alone."""

import json
from collections.abc import Mapping
from typing import Any

from edge.store.database import Connection


def save_draft(
    connection: Connection, clerk: str, task: str, body: Mapping[str, Any], at: int
) -> None:
    """Keep unfinished work; a task is a place on the screens, such as `receive`."""
    connection.execute(
        "insert into draft values (?, ?, ?, ?) on conflict (clerk, task) do update "
        "set body = excluded.body, at = excluded.at",
        (clerk, task, json.dumps(dict(body), ensure_ascii=False), at),
    )


def draft_of(connection: Connection, clerk: str, task: str) -> dict[str, Any] | None:
    """Give unfinished work back."""
    row = connection.execute(
        "select body from draft where clerk = ? and task = ?", (clerk, task)
    ).fetchone()
    return dict(json.loads(row[0])) if row else None


def carry_draft(connection: Connection, clerk: str, task: str, to: str, at: int) -> None:
    """Carry what was filled in on to another task, in place of what that had.

    What was left empty is not carried along: the other form may know it.
    """
    begun = draft_of(connection, clerk, task) or {}
    drop_draft(connection, clerk, task)
    save_draft(connection, clerk, to, {name: said for name, said in begun.items() if said}, at)


def drop_draft(connection: Connection, clerk: str, task: str) -> None:
    """Forget unfinished work once it is filed."""
    connection.execute("delete from draft where clerk = ? and task = ?", (clerk, task))


def failures_of(connection: Connection, login: str) -> tuple[int, int]:
    """How often in a row a sign-in failed, and when last (ms)."""
    row = connection.execute(
        "select failures, at from attempt where login = ?", (login,)
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def note_failure(connection: Connection, login: str, at: int) -> None:
    """Count a failed sign-in."""
    connection.execute(
        "insert into attempt values (?, 1, ?) on conflict (login) do update "
        "set failures = failures + 1, at = excluded.at",
        (login, at),
    )


def clear_failures(connection: Connection, login: str) -> None:
    """Forget failed sign-ins after a good one."""
    connection.execute("delete from attempt where login = ?", (login,))
