"""Staff hand-over: counted, frozen, signed by three who each sign in for themselves.

With the last signature the account of whoever left is of no use at this office's boxes any more;
the county sees it in the list and withdraws it everywhere.
"""

from collections import Counter
from collections.abc import Mapping

from edge.documents.proof import chinese_date
from edge.domain.access import Clerk, Right
from edge.domain.errors import InvalidInput
from edge.domain.matters.registry import FLOWS
from edge.store import lists, volumes
from edge.store.database import Connection
from edge.store.dossiers import open_loans
from edge.store.matters import Matter, matters_with, open_matters, standing_of
from edge.store.staff import enrolled_at, members_of, names_of_staff
from edge.store.stock import recorded_at
from edge.workflows.acting import Acting, Effect, day_of, step_another
from edge.workflows.office import Office

FLOW, FORM = "handover", "handover_list"
SIGNERS = {"give": "giver", "take": "taker", "witness": "witness"}
WORDS = {"give": "移交人", "take": "接收人", "witness": "监交人"}


def begun(acting: Acting) -> None:
    """Want three different people of the office who may all read what they sign.

    Raises InvalidInput `handover.three`, `handover.may_not_sign` (name).
    """
    named = [acting.fields[name] for name in SIGNERS.values()]
    people = require_staff(acting.office, *named)
    if len(set(named)) < len(named):
        raise InvalidInput("handover.three")
    for person in people:
        if not person.may(Right.READ):
            raise InvalidInput("handover.may_not_sign", name=person.name)


def require_staff(office: Office, *people: str) -> list[Clerk]:
    """Give people of the office; InvalidInput `staff.unknown` for who may not sign in here."""
    with office.county.read() as county:
        members = [each.clerk for town in (office.code, "") for each in members_of(county, town)]
    known = {each.id: each for each in members}
    if not set(people) <= known.keys():
        raise InvalidInput("staff.unknown")
    return [known[each] for each in people]


def counted(acting: Acting) -> None:
    """Freeze what is handed over: dossiers, volumes, loans, open matters, machines, keys, seals."""
    connection, fields = acting.pen.connection, acting.matter.fields
    with acting.office.county.read() as county:
        names = names_of_staff(county)
    people = [(WORDS[step], names.get(fields[name], "")) for step, name in SIGNERS.items()]
    facts = [
        *people,
        ("交接原因", fields.get("reason", "")),
        ("钥匙", fields.get("keys", "")),
        ("印章和UKey", fields.get("seals", "")),
        ("没办完的事", fields.get("left", "")),
        ("清点日期", chinese_date(day_of(acting.pen.at))),
    ]
    told = [(name, value) for name, value in facts if value]
    headings = ("项目", "名称", "数量或编号")
    lists.freeze(acting.pen, acting.matter.id, FORM, told, headings, _lines(connection))


def _lines(connection: Connection) -> list[tuple[str, str, str]]:
    every = [each for each in recorded_at(connection, "") if each.standing != "sent"]
    held = Counter("借出" if each.standing == "lent" else "在库" for each in every)
    lines = [("个人档案", name, f"{count} 份") for name, count in sorted(held.items())]
    kept = Counter(each.category for each in volumes.volumes(connection, "kept"))
    lines += [("案卷", name, f"{count} 卷") for name, count in sorted(kept.items())]
    numbers = {each.dossier: each.number for each in every}
    for loan in open_loans(connection):
        whom = f"{loan.unit} {loan.borrower}".strip()
        lines.append(("借出未还", whom, numbers.get(loan.dossier, "")))
    for matter in open_matters(connection):
        flow = FLOWS.get(matter.flow)
        if flow is None or matter.flow in (FLOW, volumes.FLOW):
            continue
        kind = "在用登记" if flow.lasting else "没办完的事项"
        lines.append((kind, _name(matter, flow.name), matter.number))
    return lines


def _name(matter: Matter, flow: str) -> str:
    told = matter.fields.get("name") or matter.fields.get("what") or matter.fields.get("title", "")
    return f"{flow} {told}".strip()


def posted(acting: Acting) -> None:
    """Want somebody of the office at a post."""
    require_staff(acting.office, acting.fields["who"])


def ended(acting: Acting) -> None:
    """End the posts of whoever leaves with the third signature, so that a vacancy shows."""
    pen, today = acting.pen, day_of(acting.pen.at).strftime("%Y%m%d")
    for each in open_matters(pen.connection, "post"):
        if each.fields.get("who") == acting.matter.fields.get("giver"):
            step_another(pen, each.id, "end", {"on": today})


def has_left(connection: Connection, clerk: str, enrolled_at: int) -> bool:
    """Say whether somebody has handed over, by three signatures, since being enrolled (ms)."""
    return any(
        each.state == "done" and each.changed > enrolled_at
        for each in matters_with(connection, FLOW, "giver", clerk)
    )


def people_here(town: Connection, county: Connection, office: str) -> list[Clerk]:
    """List those enrolled at an office, empty for the county's, who have not handed over."""
    return [each for each in _enrolled(county, office) if not _has_left(town, county, each)]


def accounts_left(town: Connection, county: Connection, office: str) -> list[str]:
    """Name those enrolled at an office who have handed over: the county withdraws them."""
    return [each.id for each in _enrolled(county, office) if _has_left(town, county, each)]


def _enrolled(county: Connection, office: str) -> list[Clerk]:
    return [each.clerk for each in members_of(county, office)]


def _has_left(town: Connection, county: Connection, clerk: Clerk) -> bool:
    return has_left(town, clerk.id, enrolled_at(county, clerk.id))


def signatures(connection: Connection, matter: Matter) -> dict[str, int]:
    """Who of the three has signed, and when (ms)."""
    return {
        WORDS[act.step]: act.at
        for act in standing_of(connection, matter).taken
        if act.step in SIGNERS
    }


EFFECTS: Mapping[tuple[str, str], Effect] = {
    (FLOW, "open"): begun,
    (FLOW, "count"): counted,
    (FLOW, "witness"): ended,
    ("post", "open"): posted,
}
