"""The pages of a batch on the screen: how each one looks, and what is to be said about it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from edge.domain.findings import findings_on
from edge.store import captures, texts
from edge.web.locale import sentence, sentence_of
from edge.web.parts import Parts
from edge.workflows import digitising

Record = Mapping[str, Any]


def sheets_of(
    parts: Parts, capture: str, after: int = 0, chosen: Collection[int] | None = None
) -> dict[str, Any]:
    """Gather a batch's pages, open or recorded, beyond number `after`; filed ones are left out.

    `chosen` are the pages ticked to be filed, all of them unless told.
    """
    begun = parts.scanning.batch(capture)
    if begun is not None:
        pages: list[Record] = [page for page in begun.pages if not page.get("filed")]
        trouble = sentence_of(begun.trouble) if begun.trouble else ""
        state = {"reading": begun.reading, "trouble": trouble, "open": True, "shots": begun.shots}
        source = digitising.batch_of(parts.office, begun.clerk, capture).source
        state |= _offers(parts, begun.pages)
        dossier, inserted = begun.dossier, bool(begun.place.after or begun.place.instead)
    else:
        with parts.office.space.read() as town:
            known = captures.capture_of(town, capture)
            held = captures.batch_pages(town, capture)
        pages = [asdict(page) for page, filed in held if not filed]
        state = {"reading": False, "trouble": "", "open": False, "shots": False}
        state |= {"two_sided": False, "parts": 1}
        dossier, source, inserted = known.dossier, known.source, False
    sheets = _told(parts, pages, chosen)
    return {
        **state,
        "capture": capture,
        "dossier_id": dossier,
        "source": source,
        "inserted": inserted,
        "sheets": [each for each in sheets if each["number"] > after],
        "last": max((each["number"] for each in sheets), default=0),
        "count": sum(not each["discarded"] for each in sheets),
    }


def _offers(parts: Parts, pages: Collection[Record]) -> dict[str, Any]:
    """What can be done with the whole of an open batch."""
    runs = {page.get("run", 0) for page in pages}
    return {"two_sided": len(runs) > 1, "parts": digitising.parts_in(parts.office, list(pages))}


def _told(
    parts: Parts, pages: Collection[Record], chosen: Collection[int] | None
) -> list[dict[str, Any]]:
    with parts.office.space.read() as town:
        turns = texts.turns_read(town, [page["blob"] for page in pages])
    return [
        {
            "number": page["number"],
            "blob": page["blob"],
            "thumb": page["thumb"],
            "blank": page["blank"],
            "turn": page.get("turn", 0),
            "discarded": bool(page.get("discarded")),
            "chosen": chosen is None or page["number"] in chosen,
            "findings": [
                sentence(f"page.finding.{notice.finding}", notice.fields)
                for notice in findings_on(page, turns.get(page["blob"], 0))
            ],
        }
        for page in pages
    ]
