"""Finding words in titles and on scanned pages; a line shown of a dossier is a look."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Template

from edge.domain import query
from edge.domain.access import Clerk, Right
from edge.domain.errors import InvalidInput
from edge.store import dossiers, persons, search, texts
from edge.store.database import Connection
from edge.web.parts import Parts
from edge.web.persons import LOOK_LASTS_MS
from edge.web.rendering import page
from edge.web.search import Asked
from edge.workflows import consultation

LIMIT = 30
SHORTEST = 2
READ = "text"


@post("/search/text", status_code=200, sync_to_thread=True)
def find(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    data: URLEncodedBody[Asked],
) -> Template:
    """Titles and pages with these words; each dossier of which a line is shown is a look."""
    words = "".join(data.q.split())
    long_enough = len(words) >= SHORTEST
    with parts.office.space.read() as town:
        titles = search.find_titles(town, _readings(data.q), LIMIT) if long_enough else []
        hits = texts.find_text(town, words, LIMIT + 1) if long_enough else []
        found = {hit.dossier for hit in titles} | {hit.dossier for hit in hits}
        shut = {each for each in found if not _may_open(town, reader, each)}
        titles = [hit for hit in titles if hit.dossier not in shut]
        hits = [hit for hit in hits if hit.dossier not in shut]
        waiting = texts.count_unread(town)
        shown = {hit.dossier for hit in titles} | {hit.dossier for hit in hits[:LIMIT]}
        names = persons.names_of_dossiers(town, shown)
        since = parts.now - LOOK_LASTS_MS
        unseen = [
            each for each in sorted(shown) if not dossiers.is_seen(town, each, reader.id, since)
        ]
    for dossier in unseen:
        consultation.view(parts.office, reader, dossier, READ)
    return page(
        request,
        "parts/text_hits.html",
        q=data.q.strip(),
        long_enough=long_enough,
        titles=titles,
        hits=hits[:LIMIT],
        more=len(hits) > LIMIT,
        names=names,
        waiting=waiting,
    )


def _may_open(town: Connection, reader: Clerk, dossier: str) -> bool:
    return reader.may(Right.SECRET) or not dossiers.dossier_of(town, dossier).secrecy


def _readings(text: str) -> tuple[tuple[query.Query, ...], ...]:
    """How the words may be read; what is no sound number can still stand on a page."""
    try:
        return query.readings_of(text)
    except InvalidInput:
        return ()
