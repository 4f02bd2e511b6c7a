"""The composition root of the hub: its folder opened, and what the command line asks of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.kinds import Kind
from edge.domain.scheme import check_categories
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen, now_ms
from edge.store.folder import close_to_others, hold
from edge.store.keys import Keys
from edge.store.staff import institutions, member_by_login, name_of_institution, verifier_of
from sync.enrolment import Ticket
from sync.hub.bootstrap import Snapshots
from sync.hub.enrolment import TICKET_LIFE_MS, Applicant, Registry
from sync.hub.peers import Peers
from sync.hub.seals import SealOffice
from sync.hub.spaces import HubSpaces
from sync.tls import fingerprint_of, make_certificate

COUNTY_CODE = "county"
SETUP = "setup"
LONGEST_RULE = 2_000
_RULE = re.compile(r"[0-9A-Za-z一-龥_.-]{1,64}")


class County:
    """An open hub: keys, spaces, certificate, registry of boxes, answers to peers.

    The folder: `hub.key`, `tls/`, `spaces/`, `blobs/`, `spool/`, `quarantine/`,
    `snapshots/`.
    """

    def __init__(self, folder: Path, keys: Keys, clock: Callable[[], int]) -> None:
        self.folder, self.keys, self.clock = folder, keys, clock
        self.spaces = HubSpaces(folder, keys)
        self._make_missing()
        self.author = Author(keys.id, clock)
        self.seals = SealOffice(folder / "seal", keys, clock)
        self.registry = Registry(self.spaces.county, keys, clock, self._certify)
        self.peers = Peers(self.spaces, keys, folder, clock)
        self.snapshots = Snapshots(folder / "snapshots", keys, clock)
        self.certificate = folder / "tls" / "certificate.pem"
        self.certificate_key = folder / "tls" / "key.pem"

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Callable[[], int] = now_ms,
        names: Sequence[str] = ("localhost", "127.0.0.1"),
    ) -> "County":
        """Open a hub's folder, making keys and certificate the first time.

        `names` go into the new certificate; boxes trust it by its fingerprint alone.
        """
        path = folder / "hub.key"
        keys = Keys.load(path) if path.exists() else Keys.make(path)
        close_to_others(folder)
        make_certificate(folder / "tls", names)
        return cls(folder, keys, clock)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the TLS certificate, 64 hexadecimal digits."""
        return fingerprint_of(self.certificate.read_text(encoding="ascii"))

    def found(self, name: str) -> None:
        """Name the county; the same name again does nothing."""
        self._name(COUNTY_CODE, name)

    def add_town(self, code: str, name: str) -> Space:
        """Name a town's office and make its space."""
        self._name(code, name)
        return self.spaces.create_town(code)

    def ticket(
        self, town: str, url: str, *, automatic: bool = False, life_ms: int = TICKET_LIFE_MS
    ) -> Ticket:
        """Issue a one-off ticket; `ticket.code` is what the technician types or scans."""
        return self.registry.issue(
            town, url, self.fingerprint, automatic=automatic, life_ms=life_ms
        )

    def enrol_user(
        self, name: str, login: str, town: str, roles: Iterable[str], pin: str, user: str = ""
    ) -> str:
        """Enrol a person, or change one whose id is given; `town` is empty for the hub's own."""
        id = user or self.author.new_id(self.clock())
        said = {
            "name": name,
            "login": login,
            "town": town,
            "roles": sorted(roles),
            "pin": verifier_of(pin),
        }
        self.spaces.county.write(
            lambda c: Pen(c, self.author, SETUP).append(Kind.USER_ENROLLED, id, said)
        )
        return id

    def withdraw_user(self, login: str) -> str:
        """Let a person sign in nowhere any more; what they did stays. Gives the person's id.

        Raises NotFound `staff.no_login` (login).
        """

        def act(connection: Connection) -> str:
            member = member_by_login(connection, login)
            if member is None:
                raise NotFound("staff.no_login", login=login)
            pen = Pen(connection, self.author, SETUP)
            pen.append(Kind.USER_WITHDRAWN, member.clerk.id, {})
            return member.clerk.id

        return self.spaces.county.write(act)

    def set_rule(self, name: str, value: str) -> None:
        """Lay down a number or text that every office goes by; empty goes back to the usual.

        Raises InvalidInput `rule.name` or `rule.long`.
        """
        if not _RULE.fullmatch(name):
            raise InvalidInput("rule.name", name=name)
        if len(value) > LONGEST_RULE:
            raise InvalidInput("rule.long", most=LONGEST_RULE)
        self._lay_down(Kind.RULE_SET, name, {"value": value})

    def publish_scheme(self, code: str, name: str, categories: Sequence[Mapping[str, Any]]) -> int:
        """Publish an edition of a scheme; gives how many categories it has.

        Raises InvalidInput `scheme.code`, `scheme.category`, `scheme.size`.
        """
        if not _RULE.fullmatch(code) or not name.strip():
            raise InvalidInput("scheme.code", code=code)
        checked = [asdict(each) for each in check_categories(categories)]
        told = [{key: text for key, text in each.items() if text} for each in checked]
        self._lay_down(Kind.SCHEME_PUBLISHED, code, {"name": name.strip(), "categories": told})
        return len(checked)

    def _lay_down(self, kind: Kind, about: str, told: Mapping[str, Any]) -> None:
        self.spaces.county.write(lambda c: Pen(c, self.author, SETUP).append(kind, about, told))

    def applicants(self) -> list[Applicant]:
        """List the boxes that wait to be admitted."""
        return self.registry.applicants()

    def admit(self, box: str, by: str = SETUP) -> None:
        """Admit a box that waits."""
        self.registry.admit(box, by)

    def revoke(self, box: str, reason: str, by: str = SETUP) -> None:
        """Refuse a box from now on."""
        self.registry.revoke(box, by, reason)

    def name_of(self, town: str) -> str:
        """An office's name by its code."""
        with self.spaces.county.read() as connection:
            return name_of_institution(connection, town)

    def _make_missing(self) -> None:
        """Begin the space of a named town anew where its file was taken away; boxes refill it."""
        with self.spaces.county.read() as connection:
            named = [each.code for each in institutions(connection) if each.code != COUNTY_CODE]
        for code in named:
            if code not in self.spaces.damaged:
                self.spaces.create_town(code)

    def _certify(self, office: str, public_key: str) -> str:
        with self.spaces.county.read() as connection:
            names = {each.code: each.name for each in institutions(connection)}
        return self.seals.certify(names.get(COUNTY_CODE, COUNTY_CODE), office, public_key)

    def close(self) -> None:
        """Close every space."""
        self.spaces.close()

    def _name(self, code: str, name: str) -> None:
        with self.spaces.county.read() as connection:
            known = {each.code: each.name for each in institutions(connection)}
        if not code or not code.replace("-", "").isalnum() or not code.isascii():
            raise Conflict("town.code", code=code)
        if known.get(code) != name:
            self.spaces.county.write(
                lambda c: Pen(c, self.author, SETUP).append(
                    Kind.INSTITUTION_NAMED, code, {"name": name, "code": code}
                )
            )


def hold_hub(folder: Path) -> AbstractContextManager[None]:
    """Be the only program that exchanges for a hub; raises Conflict `folder.in_use`."""
    return hold(folder / "hub.lock")
