"""What the county has laid down for its offices: rules and classification schemes."""

import json
from collections.abc import Mapping

from edge.domain.archive import BUILT_IN
from edge.domain.errors import InvalidInput
from edge.domain.scheme import Category, Scheme, check_categories
from edge.store.database import Connection


def rules_of(county: Connection) -> dict[str, str]:
    """Every rule that the county has set, by name."""
    return dict(county.execute("select name, value from rule order by name").fetchall())


def number_of(rules: Mapping[str, str], name: str, default: int) -> int:
    """Give a rule's number, or the default where the county has set none that is one."""
    value = rules.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else default


def scheme_of(county: Connection, code: str) -> Scheme:
    """The scheme that dossiers name; the built-in one where it is not published."""
    row = county.execute("select name, categories from scheme where code = ?", (code,)).fetchone()
    if row is None:
        return BUILT_IN
    expected = BUILT_IN.expected if code == BUILT_IN.code else {}
    try:
        categories = check_categories(_told(row[1]))
        return Scheme(code, str(row[0]), categories, _known(expected, categories))
    except InvalidInput:
        return BUILT_IN


def scheme_for_new(county: Connection) -> Scheme:
    """The scheme that new dossiers are sorted by: the county's rule, else the built-in one."""
    return scheme_of(county, rules_of(county).get("scheme.default", BUILT_IN.code))


def _told(categories: str) -> list[dict[str, str]]:
    names = ("code", "name", "english", "parent")
    return [dict(zip(names, each, strict=True)) for each in json.loads(categories)]


def _known(
    expected: Mapping[str, tuple[str, ...]], categories: tuple[Category, ...]
) -> dict[str, tuple[str, ...]]:
    codes = {each.code for each in categories}
    return {
        name: tuple(code for code in wanted if code in codes) for name, wanted in expected.items()
    }


def schemes(county: Connection) -> dict[str, str]:
    """The names of the published schemes by code."""
    return dict(county.execute("select code, name from scheme order by code").fetchall())
