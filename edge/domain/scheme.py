"""A classification scheme: the categories of a dossier's materials, in their order.

Schemes are versioned, since older dossiers were sorted by older rules, and the county may publish
its own; a dossier names the one that it is sorted by.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from edge.domain.errors import InvalidInput

MOST_CATEGORIES = 100
_CODE = re.compile(r"[0-9A-Za-z一-龥]{1,8}(-[0-9A-Za-z]{1,8})?")


@dataclass(frozen=True, slots=True)
class Category:
    """One class of materials: `code` as pencilled on the sheet, names in both languages."""

    code: str
    name: str
    english: str
    parent: str = ""


# Where a material is shown whose category its dossier's scheme does not have.
UNLISTED = Category("—", "未列入分类的材料", "Not in the scheme")


@dataclass(frozen=True)
class Scheme:
    """One edition of a scheme; `expected` names categories that a class of dossiers should have."""

    code: str
    name: str
    categories: tuple[Category, ...]
    expected: Mapping[str, tuple[str, ...]]

    @cached_property
    def by_code(self) -> Mapping[str, Category]:
        """The categories by code."""
        return {each.code: each for each in self.categories}

    @cached_property
    def tops(self) -> tuple[Category, ...]:
        """The categories that are part of no other."""
        return tuple(each for each in self.categories if not each.parent)

    @cached_property
    def parts(self) -> tuple[Category, ...]:
        """The subdivisions."""
        return tuple(each for each in self.categories if each.parent)

    def category(self, code: str) -> Category:
        """Look a category up by its code; raises InvalidInput `category.unknown`."""
        if code not in self.by_code:
            raise InvalidInput("category.unknown", code=code)
        return self.by_code[code]

    def top(self, code: str) -> Category:
        """The category that a code belongs to; `UNLISTED` for one that the scheme lacks."""
        found = self.by_code.get(code)
        if found is None:
            return UNLISTED
        return self.by_code[found.parent] if found.parent else found

    def order(self, code: str) -> int:
        """Where a category stands in the catalogue; what is unlisted comes last."""
        return self._places.get(code, len(self._places))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        of_tops = {each.code: place for place, each in enumerate(self.tops)}
        ordered = sorted(
            self.categories, key=lambda each: (of_tops[each.parent or each.code], bool(each.parent))
        )
        return {each.code: place for place, each in enumerate(ordered)}

    def gaps(self, dossier_class: str, codes: Iterable[str]) -> tuple[Category, ...]:
        """List the expected categories of which the dossier holds nothing."""
        held = set(codes)
        tops = {self.top(code).code for code in held}
        wanted = self.expected.get(dossier_class, ())
        return tuple(self.category(code) for code in wanted if code not in held | tops)


def check_categories(told: Iterable[Mapping[str, Any]]) -> tuple[Category, ...]:
    """Read the categories of a scheme that is to be published.

    Raises InvalidInput `scheme.category` (code) for a code of the wrong shape, without a name, told
    twice, or with a parent that is none, and `scheme.size` for none or too many.
    """
    found: dict[str, Category] = {}
    for each in told:
        texts = [str(each.get(name, "")).strip() for name in ("code", "name", "english", "parent")]
        category = Category(texts[0], texts[1], texts[2] or texts[1], texts[3])
        if not _CODE.fullmatch(category.code) or not category.name or category.code in found:
            raise InvalidInput("scheme.category", code=category.code)
        found[category.code] = category
    for category in found.values():
        parent = found.get(category.parent)
        if category.parent and (parent is None or parent.parent):
            raise InvalidInput("scheme.category", code=category.code)
    if not 1 <= len(found) <= MOST_CATEGORIES:
        raise InvalidInput("scheme.size", count=len(found))
    return tuple(found.values())
