"""Who speaks: signatures of box keys over requests and statements."""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from edge.domain.entry import canonical
from edge.domain.errors import PeerRefused
from edge.store.keys import Keys

WINDOW_MS, MAX_NONCE = 10 * 60 * 1000, 64
BOX, TIME, NONCE, SIGNATURE = "dangxia-box", "dangxia-time", "dangxia-nonce", "dangxia-signature"


@dataclass(frozen=True, slots=True)
class Request:
    """What a box signs; `target` is path and query as sent, `hub` the id of whom it asks."""

    method: str
    target: str
    body: bytes
    box: str
    hub: str
    time: int
    nonce: str

    @property
    def statement(self) -> bytes:
        """The signed bytes."""
        digest = hashlib.sha256(self.body).hexdigest()
        return canonical(
            ["request", self.method, self.target, digest, self.box, self.hub, self.time, self.nonce]
        ).encode()


def verifies(public_key: str, signature: bytes, statement: bytes) -> bool:
    """Say whether a signature is by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_headers(
    keys: Keys, hub: str, method: str, target: str, body: bytes, time: int
) -> dict[str, str]:
    """The headers that make a request this box's own."""
    nonce = os.urandom(12).hex()
    request = Request(method, target, body, keys.id, hub, time, nonce)
    signature = keys.signing.sign(request.statement).hex()
    return {BOX: keys.id, TIME: str(time), NONCE: nonce, SIGNATURE: signature}


class Gate:
    """Checks signed requests: signature, time within ten minutes, no nonce twice in that window."""

    def __init__(self, hub: str, passed: Callable[[], float] = time.monotonic) -> None:
        self._hub, self._passed = hub, passed
        # By nonce: the request's time, and when it came by a clock that nobody sets.
        self._seen: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def check(
        self,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
        public_key: str,
        now: int,
    ) -> None:
        """Raise PeerRefused `sync.signature`, `sync.clock` or `sync.replayed`."""
        try:
            at, signature = int(headers[TIME]), bytes.fromhex(headers[SIGNATURE])
            request = Request(method, target, body, headers[BOX], self._hub, at, headers[NONCE])
            if len(request.nonce) > MAX_NONCE:
                raise ValueError("too long to be remembered")
        except (KeyError, ValueError) as error:
            raise PeerRefused("sync.signature") from error
        if not verifies(public_key, signature, request.statement):
            raise PeerRefused("sync.signature")
        if abs(at - now) > WINDOW_MS:
            raise PeerRefused("sync.clock", now=now)
        self._remember(f"{request.box}/{request.nonce}", at, now)

    def _remember(self, nonce: str, at: int, now: int) -> None:
        with self._lock:
            while self._seen and self._is_past(*next(iter(self._seen.values())), now):
                self._seen.pop(next(iter(self._seen)))
            if nonce in self._seen:
                raise PeerRefused("sync.replayed")
            self._seen[nonce] = (at, self._passed())

    def _is_past(self, at: int, came: float, now: int) -> bool:
        """Say whether a nonce may be forgotten: its time is out of the window, and stays out.

        By the hub's clock alone, one set back by a year would have it remember all the year's.
        """
        return abs(at - now) > WINDOW_MS and self._passed() - came > 2 * WINDOW_MS / 1_000
