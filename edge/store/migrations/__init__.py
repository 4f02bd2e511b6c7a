"""The schema: numbered SQL files, applied once each, in order, each in its own transaction."""

import sqlite3
from importlib.resources import files


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date; the ledger is the table `migration`."""
    connection.execute("create table if not exists migration (name text primary key)")
    applied = {name for (name,) in connection.execute("select name from migration")}
    scripts = sorted(
        (script for script in files(__package__).iterdir() if script.name.endswith(".sql")),
        key=lambda script: script.name,
    )
    for script in scripts:
        if script.name in applied:
            continue
        connection.execute("begin immediate")
        for statement in _statements(script.read_text(encoding="utf-8")):
            connection.execute(statement)
        connection.execute("insert into migration values (?)", (script.name,))
        connection.execute("commit")


def schema_version() -> int:
    """The number of the newest migration that this program knows."""
    return max(
        int(script.name[:4])
        for script in files(__package__).iterdir()
        if script.name.endswith(".sql")
    )


def _statements(script: str) -> list[str]:
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
