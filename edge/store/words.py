"""Words used lately in a field of a form, so that a kiosk without Chinese keys can offer them."""

import re

from edge.store.database import Connection

MOST = 12
_LOOKED_THROUGH = 300
_NUMBER = re.compile(r"\d{6}")
_LATEST = "select {word}, {at} from {table} where {word} <> '' order by {key} desc limit ?"
# Where the words of a field stand, besides what was filled in under its name in matters.
_SOURCES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "unit": (("unit", "at", "loan", "id"), ("unit", "0", "person", "id")),
    "borrower": (("borrower", "at", "loan", "id"),),
    "origin": (("origin", "at", "receipt_of_dossier", "entry"),),
    "reason": (("reason", "at", "transfer", "entry"),),
    "title": (("title", "at", "material", "id"),),
    "shelf": (("shelf", "at", "dossier", "id"),),
}


def words_of(connection: Connection, field: str, limit: int = MOST) -> list[str]:
    """Words that were filled in under a field's name, the latest first; never a long number."""
    found: dict[str, int] = {}
    for word, at, table, key in _SOURCES.get(field, ()):
        query = _LATEST.format(word=word, at=at, table=table, key=key)
        _take(found, connection.execute(query, (_LOOKED_THROUGH,)).fetchall())
    _take(found, connection.execute(_IN_MATTERS, (_LOOKED_THROUGH, f"$.{field}")).fetchall())
    words = sorted(found, key=lambda word: (-found[word], word))
    return [word for word in words if not _NUMBER.search(word)][:limit]


_IN_MATTERS = (
    "select word, at from (select json_extract(fields, ?2) as word, changed as at from "
    "(select fields, changed from matter order by id desc limit ?1)) where typeof(word) = 'text'"
)


def _take(found: dict[str, int], rows: list[tuple[str, int]]) -> None:
    for word, at in rows:
        found[word] = max(found.get(word, 0), at)
