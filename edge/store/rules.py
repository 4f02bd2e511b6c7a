"""What the county has laid down for its offices: rules and classification schemes."""

import json
from collections.abc import Mapping

from edge.domain.archive import Category
from edge.store.database import Connection


def rules_of(county: Connection) -> dict[str, str]:
    """Every rule that the county has set, by name."""
    return dict(county.execute("select name, value from rule order by name").fetchall())


def number_of(rules: Mapping[str, str], name: str, default: int) -> int:
    """Give a rule's number, or the default where the county has set none that is one."""
    value = rules.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else default


def categories_of_scheme(county: Connection, code: str) -> tuple[Category, ...]:
    """The categories of a published scheme, in its order; empty where it is not published."""
    row = county.execute("select categories from scheme where code = ?", (code,)).fetchone()
    return tuple(Category(*each) for each in json.loads(row[0])) if row else ()


def schemes(county: Connection) -> dict[str, str]:
    """The names of the published schemes by code."""
    return dict(county.execute("select code, name from scheme order by code").fetchall())
