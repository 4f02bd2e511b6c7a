"""Finding persons by several words at once, by what their dossiers hold, and by filters.

Each word may be read in several ways. Of a single word the first reading that finds anybody counts;
of several words the one that finds the fewest leads, and the others are asked of those it found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edge.domain.query import By, Query, infix_match
from edge.store.database import Connection
from edge.store.persons import PERSON_COLUMNS, PERSON_WIDTH, Person
from edge.store.phrases import PLACE, TITLE

# Beyond so many the clerk has to say more; they are never counted.
_LED_BY = 500
_LED_BY_WITH_OTHERS = 5_000
_PHRASES = (
    "(select text from phrase where kind = {kind} and row in "
    "(select rowid from phrase_search where phrase_search match ?))"
)
_PLACES, _TITLES = _PHRASES.format(kind=PLACE), _PHRASES.format(kind=TITLE)
# Whom a reading finds: rows of persons where their own index tells them, since each of hundreds is
# then one look; else their ids.
_ROWS: dict[By, str] = {
    By.ID_NUMBER: "select row from person where id_number = ?",
    By.ID_TAIL: "select row from person where id_number <> '' and substr(id_number, -6) >= ? "
    "and substr(id_number, -6) < ?",
    By.PHONE: "select row from person where phone <> '' and phone >= ? and phone < ?",
    By.NAME: "select rowid from person_search where person_search match ?",
    By.PLACE: f"select row from person where place <> '' and place in {_PLACES}",
}
_IDS: dict[By, str] = {
    By.DOSSIER_NUMBER: "select person from dossier where number >= ? and number < ?",
    By.INITIALS: "select person from person_initials where initials >= ? and initials < ?",
    By.TITLE: "select d.person from material m join dossier d on d.id = m.dossier "
    f"where m.title in {_TITLES}",
}
_FINDS = (("p.row", _ROWS), ("p.id", _IDS))
# The same, asked of one person `p` at a time.
_HOLDS: dict[By, str] = {
    By.ID_NUMBER: "p.id_number = ?",
    By.ID_TAIL: "substr(p.id_number, -6) >= ? and substr(p.id_number, -6) < ?",
    By.PHONE: "p.phone >= ? and p.phone < ?",
    By.DOSSIER_NUMBER: "exists (select 1 from dossier e where e.person = p.id "
    "and e.number >= ? and e.number < ?)",
    By.NAME: "p.row in (select rowid from person_search where person_search match ?)",
    By.INITIALS: "exists (select 1 from person_initials i where i.person = p.id "
    "and i.initials >= ? and i.initials < ?)",
    By.PLACE: f"p.place in {_PLACES}",
    By.TITLE: "exists (select 1 from dossier e join material m on m.dossier = e.id "
    f"where e.person = p.id and m.title in {_TITLES})",
}
_OUT = (
    "exists (select 1 from loan l where l.dossier = d.id and not exists "
    "(select 1 from loan_return r where r.loan = l.id))"
)
_SENT = "exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent')"
_STANDING = {
    "held": f"d.id is not null and not {_OUT} and not {_SENT}",
    "lent": f"{_OUT} and not {_SENT}",
    "sent": _SENT,
    "none": "d.id is null",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found, with the dossier if one is held here."""

    person: Person
    dossier: str
    number: str
    shelf: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What else must hold; empty texts ask nothing.

    `standing` is held, lent, sent, or none for persons without a dossier; `lacking` a category of
    which the dossier holds nothing, on paper or scanned; `born_from` and `born_until` are years.
    """

    dossier_class: str = ""
    standing: str = ""
    lacking: str = ""
    born_from: str = ""
    born_until: str = ""

    def __bool__(self) -> bool:
        return any(
            (self.dossier_class, self.standing, self.lacking, self.born_from, self.born_until)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, by which reading of a single word; `more` than there was room for."""

    hits: tuple[Hit, ...] = ()
    by: By | None = None
    more: bool = False


@dataclass(slots=True)
class _Conditions:
    """SQL conditions that grow together with what is bound to them."""

    texts: list[str] = field(default_factory=list)
    bound: list[object] = field(default_factory=list)

    def add(self, text: str, *bound: object) -> None:
        self.texts.append(text)
        self.bound.extend(bound)


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A material whose title was looked for, and whose dossier it lies in."""

    dossier: str
    person: str
    name: str
    material: str
    title: str
    pages: int


def search(connection: Connection, query: Query, limit: int = 50) -> list[Hit]:
    """Answer a question to one index, at most `limit` hits, in the order of names."""
    return list(find(connection, [[query]], limit=limit).hits)


def find(
    connection: Connection,
    words: Sequence[Sequence[Query]],
    filters: Filters | None = None,
    limit: int = 50,
) -> Found:
    """Find the persons to whom every word applies, in the order of names.

    `words` are the readings of each word, the likeliest first; without any, the filters alone
    choose.
    """
    filters = filters or Filters()
    if not words:
        return _among(connection, (), (), filters, limit) if filters else Found()
    if len(words) == 1:
        # Whoever bears a word as a name comes before all who live where it is a place's.
        found = (each for each in words[0] if _count(connection, [each], 1))
        leading = [each for each in (next(found, None),) if each is not None]
        others: Sequence[Sequence[Query]] = ()
    else:
        counts = [_count(connection, readings) for readings in words]
        place = counts.index(min(counts))
        leading = list(words[place]) if counts[place] else []
        others = [readings for each, readings in enumerate(words) if each != place]
    return _among(connection, leading, others, filters, limit) if leading else Found()


def find_titles(
    connection: Connection, words: Sequence[Sequence[Query]], limit: int = 50
) -> list[TitleHit]:
    """Find materials by a word of their titles, in dossiers of persons who fit the other words.

    Where several words stand in titles, the last of them is taken as the title.
    """
    for place in reversed(range(len(words))):
        title = next((each for each in words[place] if each.by is By.TITLE), None)
        if title is None or not _count(connection, [title], 1):
            continue
        others = [each for at, each in enumerate(words) if at != place]
        rows = connection.execute(*_titled(connection, title, others, limit)).fetchall()
        if rows:
            return [TitleHit(*row) for row in rows]
    return []


def _titled(
    connection: Connection, title: Query, others: Sequence[Sequence[Query]], limit: int
) -> tuple[str, list[object]]:
    """The statement that finds materials: by persons where words tell of them, else by titles."""
    conditions = _Conditions()
    if others:
        tables = "person p cross join dossier d on d.person = p.id cross join material m"
        joined = "on m.dossier = d.id"
        least = others[0]
        if len(others) > 1:
            least = min(others, key=lambda readings: _count(connection, readings))
        _add_leading(conditions, least, _LED_BY_WITH_OTHERS)
        _add_words(conditions, [each for each in others if each is not least])
    else:
        tables = "material m join dossier d on d.id = m.dossier join person p"
        joined = "on p.id = d.person"
    conditions.add(f"m.title in {_TITLES}", *bounds_of(title))
    conditions.bound.append(limit)
    return (
        f"select d.id, p.id, p.name, m.id, m.title, m.pages from {tables} {joined} "
        f"where {' and '.join(conditions.texts)} limit ?",
        conditions.bound,
    )


def _count(connection: Connection, readings: Sequence[Query], most: int = _LED_BY + 1) -> int:
    """How many persons some readings find, each way counted no further than `most`."""
    count = 0
    for _, finding, bounds in _findings(readings):
        (found,) = connection.execute(
            f"select count(*) from (select 1 from ({finding}) limit {most})", bounds
        ).fetchone()
        count += int(found)
    return count


def _findings(readings: Sequence[Query]) -> Iterator[tuple[str, str, list[str]]]:
    """Column, statement and bounds of each way in which readings find persons."""
    for column, finds in _FINDS:
        told = [each for each in readings if each.by in finds]
        if told:
            yield column, " union ".join(finds[each.by] for each in told), _bounds_of_all(told)


def _bounds_of_all(readings: Sequence[Query]) -> list[str]:
    return [bound for each in readings for bound in bounds_of(each)]


def _among(
    connection: Connection,
    leading: Sequence[Query],
    others: Sequence[Sequence[Query]],
    filters: Filters,
    limit: int,
) -> Found:
    conditions = _Conditions()
    if leading:
        _add_leading(conditions, leading, _LED_BY_WITH_OTHERS if others or filters else _LED_BY)
    _add_words(conditions, others)
    _add_filters(conditions, filters)
    asked = " and ".join(conditions.texts)
    if not filters:
        # Dossiers only of those that there is room for.
        asked = f"p.row in (select p.row from person p where {asked} order by p.name, p.id limit ?)"
        conditions.bound.append(limit + 1)
    rows = connection.execute(
        f"select {PERSON_COLUMNS}, coalesce(d.id, ''), coalesce(d.number, ''), "
        "coalesce(d.shelf, '') from person p left join dossier d on d.person = p.id "
        f"where {asked} order by p.name, p.id, d.id limit ?",
        (*conditions.bound, limit + 1),
    ).fetchall()
    hits = tuple(Hit(Person(*row[:PERSON_WIDTH]), *row[PERSON_WIDTH:]) for row in rows[:limit])
    return Found(hits, leading[0].by if len(leading) == 1 else None, len(rows) > limit)


def _add_leading(conditions: _Conditions, readings: Sequence[Query], most: int) -> None:
    found = list(_findings(readings))
    texts = [f"{column} in (select * from ({one}) limit {most})" for column, one, _ in found]
    conditions.add(
        f"({' or '.join(texts)})", *(bound for _, _, bounds in found for bound in bounds)
    )


def _add_words(conditions: _Conditions, words: Sequence[Sequence[Query]]) -> None:
    for readings in words:
        held = " or ".join(f"({_HOLDS[each.by]})" for each in readings)
        conditions.add(f"({held})", *_bounds_of_all(readings))


def _add_filters(conditions: _Conditions, filters: Filters) -> None:
    if filters.dossier_class:
        conditions.add("d.class = ?", filters.dossier_class)
    if filters.standing in _STANDING:
        conditions.add(f"({_STANDING[filters.standing]})")
    if filters.lacking:
        within = filters.lacking + "-%"
        conditions.add(
            "d.id is not null and not exists (select 1 from material m where m.dossier = d.id "
            "and (m.category = ? or m.category like ?))",
            filters.lacking,
            within,
        )
        conditions.add(
            "not exists (select 1 from json_each(d.counts) c where (c.key = ? or c.key like ?) "
            "and c.value > 0)",
            filters.lacking,
            within,
        )
    if filters.born_from:
        conditions.add("p.birth >= ?", filters.born_from)
    if filters.born_until:
        conditions.add("p.birth <> '' and p.birth < ?", filters.born_until + "\uffff")


def bounds_of(query: Query) -> tuple[str, ...]:
    """What is bound to a reading: the text itself, a pattern, or the ends of a range."""
    if query.by is By.ID_NUMBER:
        return (query.text,)
    if query.by in (By.NAME, By.PLACE, By.TITLE):
        return (infix_match(query.text),)
    return (query.text, query.text + "\uffff")
