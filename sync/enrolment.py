"""How a box comes to be known: a one-off ticket, a request signed by the new box's own key.

The ticket is printed or shown at the hub: its address, what its keys must hash to, and a secret
that both sides prove to know. Private keys never travel.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from edge.domain.entry import canonical
from edge.domain.errors import InvalidInput, PeerRefused, PeerUnreachable
from edge.store.keys import Keys, box_id
from sync.tls import fetch_certificate, pinned_context
from sync.wire import PREFIX, Pins, error_of

_MARK = "DX1-"
MARK_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the ticket's code holds; `hub` is the hub's id, which is a hash of its public key."""

    url: str
    hub: str
    certificate: str
    id: str
    secret: bytes

    @property
    def code(self) -> str:
        """The text to print, show as QR, or type."""
        packed = msgspec.msgpack.encode(
            [
                self.url,
                bytes.fromhex(self.hub),
                bytes.fromhex(self.certificate),
                bytes.fromhex(self.id),
                self.secret,
            ]
        )
        checked = packed + hashlib.sha256(packed).digest()[:4]
        return _MARK + base64.urlsafe_b64encode(checked).decode().rstrip("=")


def read_ticket(code: str) -> Ticket:
    """Read a ticket's code; raises InvalidInput `enrol.ticket_unreadable`."""
    text = "".join(code.split())
    try:
        if not text.startswith(_MARK):
            raise ValueError("not a ticket")
        padded = text[len(_MARK) :] + "=" * (-len(text[len(_MARK) :]) % 4)
        checked = base64.urlsafe_b64decode(padded)
        packed, check = checked[:-4], checked[-4:]
        if hashlib.sha256(packed).digest()[:4] != check:
            raise ValueError("a wrong letter")
        url, hub, certificate, id, secret = msgspec.msgpack.decode(packed)
        return Ticket(url, hub.hex(), certificate.hex(), id.hex(), secret)
    except (ValueError, TypeError, AttributeError, binascii.Error, msgspec.MsgspecError) as error:
        raise InvalidInput("enrol.ticket_unreadable") from error


def new_ticket(url: str, hub: str, certificate: str) -> Ticket:
    """Make a ticket with a fresh secret of 128 bits."""
    return Ticket(url, hub, certificate, os.urandom(8).hex(), os.urandom(16))


def mark_of(box: str) -> str:
    """The part of a box's id, a hash of its key, that two people compare by telephone."""
    return " ".join(box[start : start + 4] for start in range(0, MARK_LENGTH, 4)).upper()


def statement_of(asked: Mapping[str, Any]) -> bytes:
    """What a request for admission signs and proves with the ticket's secret."""
    fields = ("ticket", "town", "name", "public_key", "seal", "replaces")
    return canonical(["enrol", *(asked[field] for field in fields)]).encode()


def proof_of(secret: bytes, statement: bytes) -> str:
    """HMAC-SHA-256 by the ticket's secret."""
    return hmac.new(secret, statement, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Admission:
    """The hub's answer; until `admitted`, ask again with the same ticket."""

    admitted: bool
    pins: Pins


def ask_admission(
    ticket: Ticket, keys: Keys, town: str, name: str, seal: str = "", replaces: str = ""
) -> Admission:
    """Ask the hub to admit this box to a town; asking again with the same key does no harm.

    `seal` is the public key (PEM) of the office seal made on this box; the hub's certificate for it
    comes with the county's space. `replaces` is the id of a box of the same town whose place this
    one takes; it is revoked when this one is admitted.

    Raises PeerUnreachable; PeerRefused `enrol.unknown`, `enrol.expired`, `enrol.used`,
    `enrol.refused`, `sync.wrong_certificate` or `sync.wrong_hub`.
    """
    asked = {
        "ticket": ticket.id,
        "town": town,
        "name": name,
        "public_key": keys.public_key,
        "seal": seal,
        "replaces": replaces,
    }
    statement = statement_of(asked)
    request = {
        **asked,
        "signature": keys.signing.sign(statement).hex(),
        "proof": proof_of(ticket.secret, statement),
    }
    pem = fetch_certificate(ticket.url, ticket.certificate)
    try:
        with httpx.Client(verify=pinned_context(pem), timeout=30.0, trust_env=False) as client:
            response = client.post(ticket.url + PREFIX + "/enrol", json=request)
    except httpx.TransportError as error:
        raise PeerUnreachable("sync.unreachable", url=ticket.url) from error
    if response.status_code >= 400:
        raise error_of(response)
    return _admission(ticket, town, response.json())


def _admission(ticket: Ticket, town: str, said: Mapping[str, Any]) -> Admission:
    public_key = str(said["public_key"])
    if box_id(public_key) != ticket.hub:
        raise PeerRefused("sync.wrong_hub", url=ticket.url)
    pins = Pins(ticket.url, ticket.hub, public_key, ticket.certificate, town, str(said["county"]))
    return Admission(bool(said["admitted"]), pins)
