"""Damaged pages of a database, and what is to be done about them, in words for the technician."""

from collections.abc import Sequence
from pathlib import Path

from edge.store.pages import PAGE
from edge.web.locale import gettext, sentence


def damage_in_words(path: Path, pages: Sequence[int]) -> tuple[str, str]:
    """Where a database is damaged, and what to do."""
    said = gettext("%(name)s: %(page)s（byte %(at)s，共 %(count)s 页损坏）")
    at = (pages[0] - 1) * PAGE
    told = said % {"name": path.name, "page": pages[0], "at": at, "count": len(pages)}
    return f"✗ page {told}", sentence("verify.page")
