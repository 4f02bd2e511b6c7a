"""The line from a box to a peer: signed requests over pinned TLS, and the switch that cuts it."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from edge.domain.errors import (
    DangxiaError,
    PeerRefused,
    PeerUnreachable,
    SchemaAhead,
    SegmentRejected,
)
from edge.store.durable import write_whole
from edge.store.keys import Keys
from sync.bandwidth import Bucket
from sync.identity import signed_headers
from sync.segment import MAX_PACKED
from sync.tls import PinnedContext, fetch_certificate, pinned_context

# Whether another segment follows the one that is answered: "0" or "1".
MORE = "dangxia-more"
PREFIX = "/sync/v1"
_OURS = "dangxia-"
# As much as a slow answer may seem to make of it.
CLOCK_TOLERANCE_MS = 120_000
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
# No answer of a sound peer is larger than a segment.
_LARGEST = MAX_PACKED
# Said of the disk over there, not of ours.
_THEIRS = {"storage.full": "sync.peer_full", "storage.unreadable": "sync.peer_damaged"}
# Who answers counts itself as "ours".
_AHEAD, _BEHIND = "sync.schema_ahead", "sync.peer_behind"
_ERRORS: dict[str, type[DangxiaError]] = {
    "sync.busy": PeerUnreachable,
}


@dataclass(frozen=True, slots=True)
class Pins:
    """What a box keeps of its enrolment: where the hub is and how it is known for certain.

    `hub` is the hub's box id, `public_key` its signing key, `certificate` the SHA-256 of its TLS
    certificate; `town` is this box's.
    """

    url: str
    hub: str
    public_key: str
    certificate: str
    town: str
    county: str

    def save(self, path: Path) -> None:
        """Keep the pins durably."""
        write_whole(path, json.dumps(asdict(self), ensure_ascii=False).encode())

    @classmethod
    def load(cls, path: Path) -> "Pins":
        """Read the pins."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


class Link:
    """The switch of the line: cut while its file exists, so that another program can cut it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def is_cut(self) -> bool:
        """Say whether the line is cut."""
        return self._path.exists()

    def cut(self) -> None:
        """Cut the line; requests fail as on an unplugged cable."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch()

    def restore(self) -> None:
        """Join the line again."""
        self._path.unlink(missing_ok=True)


class Wire:
    """Requests to one peer in the name of one box; `limit` in bytes a second, 0 for none.

    `trusted` gives the certificate that a server at an address shows once it is known to be the
    peer's; without it, the pinned one. It raises as `fetch_certificate`.
    """

    def __init__(
        self,
        pins: Pins,
        keys: Keys,
        clock: Callable[[], int],
        link: Link,
        limit: int = 0,
        trusted: Callable[[str], str] | None = None,
    ) -> None:
        self._trusted = trusted or (lambda url: fetch_certificate(url, pins.certificate))
        self._context: PinnedContext | None = None
        self.pins, self.url = pins, pins.url
        self._halted = threading.Event()
        self.bucket = Bucket(limit, sleep=self._halted.wait)
        self._keys, self._clock, self.link = keys, clock, link
        self._offset = 0
        self._client: httpx.Client | None = None
        # By `time.monotonic`: nothing is asked and no answer waited for after that.
        self.until: float | None = None

    def move(self, url: str) -> None:
        """Look for the same hub at another address."""
        self.close()
        self.url = url

    def now(self) -> int:
        """The time as the hub has it, in milliseconds."""
        return self._clock() + self._offset

    @property
    def ahead(self) -> int:
        """How far our clock is ahead of the peer's, in milliseconds; 0 while they agree."""
        return -self._offset

    def compare(self, theirs: int) -> None:
        """Hear the peer's time, in milliseconds; ours counts while it is near."""
        apart = theirs - self._clock()
        self._offset = apart if abs(apart) > CLOCK_TOLERANCE_MS else 0

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        query: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        """Send one signed request below the prefix.

        Raises PeerUnreachable, PeerRefused, SchemaAhead or SegmentRejected with the hub's key.
        """
        try:
            return self._signed(method, path, body, query)
        except PeerRefused as error:
            if error.key != "sync.clock":
                raise
            # Our clock is wrong, not our signature: borrow the hub's time for signing.
            self._offset = int(str(error.fields["now"])) - self._clock()
            return self._signed(method, path, body, query)

    def halt(self) -> None:
        """Send nothing more; a wait for bandwidth or for an answer ends at once."""
        self._halted.set()
        self._sever()

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _signed(
        self, method: str, path: str, body: bytes, query: Mapping[str, str | int] | None
    ) -> httpx.Response:
        self.bucket.wait(lambda: not self._halted.is_set())
        target = PREFIX + path
        if query:
            target += "?" + str(httpx.QueryParams(dict(query)))
        headers = signed_headers(self._keys, self.pins.hub, method, target, body, self.now())
        if self.link.is_cut or self._halted.is_set():
            raise PeerUnreachable("sync.unreachable", url=self.url)
        try:
            with self._timed():
                response = self._answer(method, target, body, headers)
        except httpx.TransportError as error:
            self.close()
            raise PeerUnreachable("sync.unreachable", url=self.url) from error
        finally:
            self.bucket.spend(len(body))
        self.bucket.spend(len(response.content))
        # A cut in mid-request loses the answer, not the request: exactly what a real line does.
        if self.link.is_cut:
            raise PeerUnreachable("sync.unreachable", url=self.url)
        if response.status_code >= 400:
            raise error_of(response)
        return response

    def _answer(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Ask, and read what comes as it is; raises PeerRefused where there is no end of it."""
        asked = self._connected().stream(method, self.url + target, content=body, headers=headers)
        pieces, size = list[bytes](), 0
        with asked as answer:
            for piece in answer.iter_raw():
                pieces.append(piece)
                size += len(piece)
                if size > _LARGEST:
                    raise PeerRefused("sync.malformed")
                if self._left() <= 0:
                    raise httpx.ReadTimeout("too slow an answer")
        # It names its answer, which names what was asked: a ring that would hold every segment sent
        # until the collector comes by.
        answer.stream = httpx.ByteStream(b"")
        told = {name: text for name, text in answer.headers.items() if name.startswith(_OURS)}
        return httpx.Response(answer.status_code, headers=told, content=b"".join(pieces))

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Break the line when the time is up, however often a little comes."""
        if self.until is None:
            yield
            return
        if self._left() <= 0:
            raise PeerUnreachable("sync.unreachable", url=self.url)
        timer = threading.Timer(self._left(), self._sever)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _left(self) -> float:
        return float("inf") if self.until is None else self.until - time.monotonic()

    def _sever(self) -> None:
        if self._context is not None:
            self._context.sever()

    def _connected(self) -> httpx.Client:
        if self._client is None:
            self._context = pinned_context(self._trusted(self.url))
            self._client = httpx.Client(verify=self._context, timeout=_TIMEOUT, trust_env=False)
            # Ours are neither asked for by the peer nor worth their bytes.
            self._client.headers.clear()
        return self._client


def error_of(response: httpx.Response) -> DangxiaError:
    """Read a refusal back as the error that the hub raised."""
    try:
        said = response.json()
        key, fields = str(said["key"]), {str(k): v for k, v in said["fields"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return PeerUnreachable("sync.unreachable", status=response.status_code)
    if key in _THEIRS:
        return PeerRefused(_THEIRS[key])
    if key == _AHEAD:
        return SchemaAhead(_BEHIND, theirs=fields.get("ours"), ours=fields.get("theirs"))
    if key.startswith("segment."):
        return SegmentRejected(key, **fields)
    return _ERRORS.get(key, PeerRefused)(key, **fields)
