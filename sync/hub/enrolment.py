"""The hub's side of enrolment: tickets, requests, admission, revocation."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.domain.errors import NotFound, PeerRefused
from edge.domain.kinds import Kind
from edge.store import enrolment, exchange
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.keys import Keys, box_id
from edge.store.staff import institutions, name_of_institution
from edge.store.standing import renewals
from sync.enrolment import Ticket, new_ticket, proof_of, statement_of
from sync.identity import verifies
from sync.watermark import Watermark

TICKET_LIFE_MS = 14 * 24 * 3_600_000
REPLACED = "replaced"
# A public key of an office seal, as PEM, is a tenth of it.
LONGEST_SEAL = 2_000


@dataclass(frozen=True, slots=True)
class Applicant:
    """A box that has shown a good ticket and waits; it may take the place of another."""

    box: str
    town: str
    name: str
    replaces: str = ""


class Registry:
    """Which boxes the county knows; its entries are the hub's own.

    `certify` vouches for an office's seal: (office, public key PEM) to certificates PEM.
    """

    def __init__(
        self,
        county: Space,
        keys: Keys,
        clock: Callable[[], int],
        certify: Callable[[str, str], str],
    ) -> None:
        self._county, self._keys, self._clock = county, keys, clock
        self._certify = certify
        self._author = Author(keys.id, clock)

    def issue(
        self, town: str, url: str, certificate: str, *, automatic: bool, life_ms: int
    ) -> Ticket:
        """Make a one-off ticket for a box of a town; `automatic` admits whoever shows it."""
        with self._county.read() as connection:
            if town not in {each.code for each in institutions(connection)}:
                raise NotFound("town.unknown", town=town)
        ticket = new_ticket(url, self._keys.id, certificate)
        kept = enrolment.Ticket(
            ticket.id,
            town,
            ticket.secret,
            self._clock() + life_ms,
            automatic,
            "open",
            "",
            "",
            "",
        )
        self._county.write(lambda c: enrolment.add_ticket(c, kept))
        return ticket

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a box that asks for admission.

        Raises PeerRefused `enrol.unknown`, `enrol.refused`, `enrol.expired`, `enrol.used` or
        `enrol.replaces`.
        """
        if any(not isinstance(asked.get(field), str) for field in _ASKED):
            raise PeerRefused("enrol.refused")
        with self._county.read() as connection:
            ticket = enrolment.ticket_of(connection, asked["ticket"])
        if ticket is None:
            raise PeerRefused("enrol.unknown")
        _check_proofs(ticket, asked)
        box = box_id(asked["public_key"])
        self._check_replaced(box, asked["replaces"], ticket.town)
        if ticket.state == "open":
            if self._clock() > ticket.expires:
                raise PeerRefused("enrol.expired")
            self._claim(ticket, box, asked)
        elif ticket.box != box:
            raise PeerRefused("enrol.used")
        if ticket.automatic:
            self.admit(box, "ticket")
        return {
            "admitted": self._is_member(box),
            "public_key": self._keys.public_key,
            "county": self._county_name(),
        }

    def applicants(self) -> list[Applicant]:
        """List the boxes that wait."""
        with self._county.read() as connection:
            waiting = enrolment.tickets(connection, "pending")
        return [Applicant(each.box, each.town, each.name, each.replaces) for each in waiting]

    def admit(self, box: str, by: str) -> None:
        """Admit a box that waits; nothing happens when it is a member; NotFound `box.unknown`."""

        def write(connection: Connection) -> None:
            if any(row[0] == box for row in enrolment.boxes(connection)):
                return
            asked = [each for each in enrolment.tickets(connection, "pending") if each.box == box]
            if not asked:
                raise NotFound("box.unknown", box=box)
            town = asked[0].town
            said: dict[str, Any] = {
                "town": town,
                "name": asked[0].name,
                "public_key": asked[0].public_key,
            }
            said["ordinal"] = enrolment.next_ordinal(connection, town, self._set_back(connection))
            if asked[0].seal:
                office = name_of_institution(connection, asked[0].town)
                said["seal"] = self._certify(office, asked[0].seal)
            pen = Pen(connection, self._author, by)
            pen.append(Kind.BOX_ADMITTED, box, said)
            old = asked[0].replaces
            if old and any(row[0] == old and not row[4] for row in enrolment.boxes(connection)):
                pen.append(Kind.BOX_REVOKED, old, {"reason": REPLACED, "by": box})
            enrolment.settle(connection, box)

        self._county.write(write)

    def revoke(self, box: str, by: str, reason: str) -> None:
        """Refuse a box from now on; its history stays. Raises NotFound `box.unknown`."""
        if not self._is_member(box):
            raise NotFound("box.unknown", box=box)
        self._county.write(
            lambda c: Pen(c, self._author, by).append(Kind.BOX_REVOKED, box, {"reason": reason})
        )

    def _set_back(self, connection: Connection) -> int | None:
        """When the county's space was found to be set back in time, in ms; now, if it is so now."""
        epoch, held = exchange.epoch_of(connection), exchange.last_version(connection)
        if Watermark(self._county.path).tells_of_more(epoch, held):
            return self._clock()
        return max(renewals(connection), default=None)

    def _check_replaced(self, box: str, old: str, town: str) -> None:
        """Only a box of the same town can be replaced, and none by itself."""
        with self._county.read() as connection:
            neighbours = {row[0] for row in enrolment.boxes(connection) if row[1] == town}
        if old and (old == box or old not in neighbours):
            raise PeerRefused("enrol.replaces", box=old[:64])

    def _claim(self, ticket: enrolment.Ticket, box: str, asked: Mapping[str, Any]) -> None:
        def write(connection: Connection) -> str:
            enrolment.claim(
                connection,
                ticket.id,
                box,
                *(asked[field] for field in ("name", "public_key", "seal", "replaces")),
            )
            claimed = enrolment.ticket_of(connection, ticket.id)
            return claimed.box if claimed else ""

        if self._county.write(write) != box:
            raise PeerRefused("enrol.used")

    def _is_member(self, box: str) -> bool:
        with self._county.read() as connection:
            return any(row[0] == box for row in enrolment.boxes(connection))

    def _county_name(self) -> str:
        with self._county.read() as connection:
            return next(
                (each.name for each in institutions(connection) if each.code == "county"), ""
            )


_ASKED = ("ticket", "town", "name", "public_key", "seal", "replaces", "signature", "proof")


def _check_proofs(ticket: enrolment.Ticket, asked: Mapping[str, Any]) -> None:
    statement = statement_of(asked)
    proof = proof_of(ticket.secret, statement)
    try:
        signature = bytes.fromhex(asked["signature"])
        plain = bytes.fromhex(asked["public_key"]).hex() == asked["public_key"]
    except ValueError as error:
        raise PeerRefused("enrol.refused") from error
    sound = (
        plain
        and len(asked["seal"]) <= LONGEST_SEAL
        and hmac.compare_digest(proof.encode(), asked["proof"].encode())
        and verifies(asked["public_key"], signature, statement)
        and asked["town"] == ticket.town
        and 0 < len(asked["name"]) <= 100
    )
    if not sound:
        raise PeerRefused("enrol.refused")
