"""What stands where: dossiers by place, what a stock-taking saw, how full a room is."""

from dataclasses import dataclass

from edge.domain.stock import Recorded, Seen
from edge.store.database import Connection

_RECORDED = (
    "select d.id, d.number, coalesce(p.name, ''), d.shelf, case "
    "when exists (select 1 from transfer t where t.dossier = d.id and t.step = 'sent') then 'sent' "
    "when exists (select 1 from loan l where l.dossier = d.id and not exists "
    "(select 1 from loan_return r where r.loan = l.id)) then 'lent' else 'held' end, "
    "exists (select 1 from material m where m.dossier = d.id and m.pages > 0) "
    "from dossier d left join person p on p.id = d.person "
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as a list shows it: number and name of what was seen, or the unknown code."""

    entry: str
    place: str
    dossier: str
    number: str
    name: str
    condition: str
    at: int


def recorded_at(connection: Connection, prefix: str) -> list[Recorded]:
    """The dossiers whose place begins so, those that are out too."""
    rows = connection.execute(
        _RECORDED + "where substr(d.shelf, 1, ?) = ? order by d.shelf, d.number",
        (len(prefix), prefix),
    )
    return [_recorded(row) for row in rows]


def recorded_for(connection: Connection, prefix: str, matter: str) -> list[Recorded]:
    """The dossiers of a stock-taking: of its places, and all that it saw."""
    rows = connection.execute(
        _RECORDED + "where substr(d.shelf, 1, ?) = ? or d.id in "
        "(select dossier from stock_seen where matter = ? and dossier <> '')",
        (len(prefix), prefix, matter),
    )
    return [_recorded(row) for row in rows]


def placeless(connection: Connection, limit: int = 200) -> list[Recorded]:
    """The dossiers in the house whose place is not known (待定位)."""
    rows = connection.execute(_RECORDED + "where d.shelf = '' order by d.id desc limit ?", (limit,))
    return [each for each in map(_recorded, rows) if each.standing == "held"]


def dossiers_at(connection: Connection, place: str) -> list[Recorded]:
    """The dossiers that stand at exactly this place."""
    rows = connection.execute(_RECORDED + "where d.shelf = ? order by d.number", (place,))
    return [each for each in map(_recorded, rows) if each.standing != "sent"]


def readings_of(connection: Connection, matter: str) -> list[Seen]:
    """Every reading of a stock-taking, those taken back too."""
    rows = connection.execute(
        "select entry, place, dossier, code, condition, void from stock_seen where matter = ? "
        "order by entry",
        (matter,),
    )
    return [Seen(*row) for row in rows]


def last_readings(connection: Connection, matter: str, limit: int = 12) -> list[Reading]:
    """The last readings that stand, the newest first."""
    rows = connection.execute(
        "select s.entry, s.place, s.dossier, coalesce(d.number, s.code), coalesce(p.name, ''), "
        "s.condition, s.at from stock_seen s left join dossier d on d.id = s.dossier "
        "left join person p on p.id = d.person where s.matter = ? and s.void = '' and not exists "
        "(select 1 from stock_seen v where v.matter = s.matter and v.void = s.entry) "
        "order by s.entry desc limit ?",
        (matter, limit),
    )
    return [Reading(*row) for row in rows]


def is_disinfected(connection: Connection, number: str) -> bool:
    """Say whether a finished disinfection names this dossier's number."""
    row = connection.execute(
        "select 1 from matter where flow = 'disinfection' and state = 'done' and instr("
        "char(10) || json_extract(fields, '$.numbers') || char(10), char(10) || ? || char(10)) > 0 "
        "limit 1",
        (number,),
    ).fetchone()
    return row is not None


def places(connection: Connection) -> list[str]:
    """The place of every dossier that has not been sent away, one on loan too."""
    rows = connection.execute(
        "select shelf from dossier where id not in "
        "(select dossier from transfer where step = 'sent')"
    )
    return [shelf for (shelf,) in rows]


def places_of_moves(connection: Connection, since: int, until: int) -> tuple[list[str], list[str]]:
    """The places of the dossiers that came in, and of those that left, between two moments (ms)."""
    came = connection.execute(
        "select d.shelf from receipt_of_dossier r join dossier d on d.id = r.dossier "
        "where r.at >= ? and r.at < ?",
        (since, until),
    ).fetchall()
    left = connection.execute(
        "select d.shelf from transfer t join dossier d on d.id = t.dossier "
        "where t.step = 'sent' and t.at >= ? and t.at < ?",
        (since, until),
    ).fetchall()
    return [shelf for (shelf,) in came], [shelf for (shelf,) in left]


def first_receipt(connection: Connection) -> int | None:
    """The moment (ms) of the first receipt on record."""
    row = connection.execute("select min(at) from receipt_of_dossier").fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _recorded(row: tuple[str, str, str, str, str, int]) -> Recorded:
    dossier, number, name, shelf, standing, digitised = row
    return Recorded(dossier, number, name, shelf, standing, bool(digitised))
