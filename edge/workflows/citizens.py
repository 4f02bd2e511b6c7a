"""What a citizen does at the counter: confirms what is shown, and serves oneself by one's own card.

Nobody is signed in there: the acts are written by the box, or by the clerk who showed the sheet,
and every look is on record as by the holder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.documents.proof import ProofKind
from edge.domain.access import Clerk
from edge.domain.errors import Denied, InvalidInput, NotFound
from edge.domain.identity import check_id_number
from edge.domain.kinds import Kind
from edge.domain.matters.consulting import CONSULTING_FLOWS
from edge.domain.pinyin import initials_of
from edge.store import dossiers, matters, rules, transfers
from edge.store.database import Connection
from edge.store.dossiers import Dossier, Standing
from edge.store.entries import Pen
from edge.store.matters import Matter
from edge.store.persons import Person, person_by_id_number, person_of
from edge.store.proofs import Proof, ProofStanding, proofs_of
from edge.store.staff import institutions
from edge.workflows import consultation, proofs
from edge.workflows.acting import day_of
from edge.workflows.office import Office

OWN, PUBLIC = "self", "public"
PROOF_PURPOSE = "本人自助办理"
# Who asked about somebody, and a grade of secrecy, are not that person's own business.
ASKED_BY_OTHERS = frozenset(flow.code for flow in CONSULTING_FLOWS)
# What the county may switch off, by a rule of the value 0.
OFFERS = ("self.where", "self.proof", "self.progress", "self.lookup")


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a dossier is, in what may be told to its holder: the office that keeps it."""

    number: str
    dossier_class: str
    standing: Standing
    keeper: str


@dataclass(frozen=True, slots=True)
class Own:
    """What the holder of a card may see: the dossiers, and what is under way or was lately done."""

    person: Person
    holdings: tuple[Holding, ...]
    dossiers: tuple[str, ...]
    matters: tuple[Matter, ...]


def offers(office: Office) -> frozenset[str]:
    """What individuals may ask for themselves, by the county's rules."""
    with office.county.read() as county:
        laid_down = rules.rules_of(county)
    return frozenset(name for name in OFFERS if rules.number_of(laid_down, name, 1))


def confirm(
    office: Office, clerk: Clerk, subject: str, what: str, stated: Sequence[tuple[str, str]]
) -> None:
    """Record that the citizen before the clerk confirmed what was shown."""

    def act(pen: Pen) -> None:
        told: Mapping[str, object] = {"what": what, "stated": [list(line) for line in stated]}
        pen.append(Kind.CITIZEN_CONFIRMED, subject, told)

    office.transact(clerk, act)


def own(office: Office, person: str, asked: str) -> Own:
    """Gather what a card's holder asks for; the look is on record before.

    Raises Denied `self.not_offered` where the county has switched it off, NotFound
    `person.unknown`.
    """
    _require(office, asked)
    with office.space.read() as town:
        known = person_of(town, person)
        held = _open_to_all(dossiers.dossiers_of_person(town, person))
        open_ids = {each.id for each in held}
        under_way = [
            each
            for each in matters.matters_of_person(town, person)
            if each.flow not in ASKED_BY_OTHERS and (not each.dossier or each.dossier in open_ids)
        ]
    for each in held:
        consultation.view(office, office.itself, each.id, "overview", OWN)
    names = _institutions(office)
    with office.space.read() as town:
        where = tuple(_holding(town, office, each, names) for each in held)
    return Own(known, where, tuple(each.id for each in held), tuple(under_way))


def own_proof(office: Office, person: str) -> Proof:
    """Issue the proof of storage to its holder, or give the one issued to them today.

    Raises Denied `self.not_offered`, NotFound `self.no_dossier`, and as `proofs.issue_proof`.
    """
    shown = own(office, person, "self.proof")
    here = [
        id
        for id, holding in zip(shown.dossiers, shown.holdings, strict=True)
        if holding.standing is not Standing.SENT
    ]
    if not here:
        raise NotFound("self.no_dossier")
    today = day_of(office.author.clock())
    with office.space.read() as town:
        for each in proofs_of(town, here[0]):
            own_one = (each.kind, each.purpose) == (ProofKind.STORAGE, PROOF_PURPOSE)
            if own_one and each.standing is ProofStanding.VALID and day_of(each.at) == today:
                return each
    request = proofs.ProofRequest(here[0], ProofKind.STORAGE, PROOF_PURPOSE)
    return proofs.issue_proof(office, office.itself, request)


def holder_of(office: Office, name: str, id_number: str) -> tuple[Holding, ...]:
    """Say which office keeps the dossier of whoever gives both name and number; empty if none.

    The name may be given by its initials, since a kiosk has no keys for Chinese.

    Raises InvalidInput (`self.both_needed`, or what is wrong with the number), Denied
    `self.not_offered`.
    """
    _require(office, "self.lookup")
    if not name.strip() or not id_number.strip():
        raise InvalidInput("self.both_needed")
    number = check_id_number(id_number).modern
    with office.space.read() as town:
        known = person_by_id_number(town, number)
        if known is None or not _is_called(known.name, name.strip()):
            return ()
        held = _open_to_all(dossiers.dossiers_of_person(town, known.id))
    for each in held:
        consultation.view(office, office.itself, each.id, "holder", PUBLIC)
    names = _institutions(office)
    with office.space.read() as town:
        return tuple(_holding(town, office, each, names) for each in held)


def _open_to_all(held: list[dossiers.Dossier]) -> list[dossiers.Dossier]:
    """Leave out what bears a grade of secrecy: a screen without a clerk does not tell of it."""
    return [each for each in held if not each.secrecy]


def _require(office: Office, asked: str) -> None:
    if asked not in offers(office):
        raise Denied("self.not_offered")


def _is_called(name: str, said: str) -> bool:
    return said == name or said.upper() in initials_of(name)


def _institutions(office: Office) -> dict[str, str]:
    with office.county.read() as county:
        return {each.code: each.name for each in institutions(county)}


def _holding(town: Connection, office: Office, held: Dossier, names: Mapping[str, str]) -> Holding:
    keeper = held.holder or office.name
    if held.standing is Standing.SENT:
        sent = [each for each in transfers.transfers(town) if each.dossier == held.id]
        keeper = names.get(sent[0].destination, "") if sent else ""
    return Holding(held.number, held.dossier_class, held.standing, keeper)
