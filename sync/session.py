"""One exchange of a box with a peer, in named stages that each may be cut and taken up again.

handshake   who we are, where each side stands in each space
pull        the county's space first, then the town's
push        our own, sealed before it leaves
receipts    what the hub has signed for comes back
blobs       thumbnails, papers, masters; both ways
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from edge.domain.errors import InvalidInput, PeerRefused, SchemaAhead, SegmentRejected
from edge.store import carriage, exchange
from edge.store.blobs import Blobs
from edge.store.database import Space
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from sync.bandwidth import Allowance
from sync.confirmed import note_confirmed
from sync.greeting import MOST_LOST, pack_said, read_name, read_said_by
from sync.known import Known, read_known
from sync.parcels import Carried, Parcels
from sync.replica import SEGMENT_CHANGES
from sync.roster import COUNTY
from sync.segment import PROTO, end_of
from sync.set_back import read_said, said_of
from sync.side import Side
from sync.wire import MORE, Link, Pins, Wire

SET_BACK = ("sync.box_set_back", "sync.hub_set_back")
# Each side may find out once that it was set back, in either space.
ATTEMPTS = 5
STAGES = ("handshake", "pull", "push", "receipts", "blobs")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one exchange moved."""

    pulled: int = 0
    pushed: int = 0
    blobs_up: int = 0
    blobs_down: int = 0


@dataclass(frozen=True, slots=True)
class _Peer:
    """Where the peer stands in one space: its epoch, how far it has taken us in, what it holds.

    `news`: it has something for us.
    """

    epoch: str
    have: Cursor
    known: Known
    news: bool


class Session:
    """A box's side of exchanges with one peer, whom the wire leads to."""

    def __init__(self, side: Side, wire: Wire, parcels: Parcels) -> None:
        self.side, self.wire, self.parcels = side, wire, parcels
        self.pins, self.clock, self.link = side.pins, side.clock, wire.link
        self.county, self.town = side.county, side.town
        self.peer = wire.pins.hub
        self.stage = ""
        # Since when (ms) the peer sees two machines speak with our key; None while it does not.
        self.twin: int | None = None
        self._replicas = side.replicas

    @classmethod
    def with_hub(
        cls,
        spaces: Mapping[str, Space],
        blobs: Mapping[str, Blobs],
        keys: Keys,
        pins: Pins,
        folder: Path,
        clock: Callable[[], int],
        segment_changes: int = SEGMENT_CHANGES,
        allowance: Allowance | None = None,
    ) -> "Session":
        """Exchanges with the hub; the parameters are those of `Side`.

        A slow line does better with fewer changes a segment: a cut costs at most one.
        """
        allowance = allowance or Allowance()
        side = Side(spaces, blobs, keys, pins, folder, clock, segment_changes)
        wire = Wire(pins, keys, clock, Link(folder / "link.cut"), allowance.limit)
        parcels = Parcels(side.town, side.blobs, wire, side.spool, allowance.window, clock)
        return cls(side, wire, parcels)

    def run_once(self, going_on: Callable[[], bool] = lambda: True) -> Exchange:
        """Exchange everything that either side lacks.

        Raises PeerUnreachable, PeerRefused, SchemaAhead or SegmentRejected; what was moved before
        stays moved, and a refused or unreadable pull does not keep our own entries back. A side
        that turns out to have been set back in time becomes another, and the exchange begins anew.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._exchange(going_on)
            except PeerRefused as error:
                if error.key not in SET_BACK or attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Hang up."""
        self.wire.close()

    def _exchange(self, going_on: Callable[[], bool]) -> Exchange:
        peers = self._handshake()
        self.stage = "pull"
        pulled, trouble = 0, None
        for name in (COUNTY, self.town.name):
            try:
                pulled += self._pull(name, peers[name]) if peers[name].news else 0
            except (SegmentRejected, SchemaAhead) as error:
                trouble = trouble or error
        self.stage = "push"
        # In the county's space there is something to push only after the hub was set back.
        restored = self._push(COUNTY, peers[COUNTY])
        pushed = self._push(self.town.name, peers[self.town.name]) + restored
        self.stage = "receipts"
        if pushed and trouble is None:
            pulled += self._pull(self.town.name, peers[self.town.name])
        elif pushed:
            # What cannot be taken in is asked for once more, by what a handshake says of it.
            self._handshake()
        self.stage = "blobs"
        carried = self.parcels.carry(going_on)
        if trouble is not None:
            raise trouble
        return self._confirmed(pulled, pushed, carried)

    def _confirmed(self, pulled: int, pushed: int, carried: Carried) -> Exchange:
        self.wire.request("POST", "/confirm", b"{}")
        self.town.write(lambda c: exchange.note_contact(c, self.peer, self.clock()), urgent=False)
        return Exchange(pulled, pushed, carried.up, carried.down)

    def _handshake(self) -> dict[str, _Peer]:
        self.stage = "handshake"
        spaces = {
            name: {
                "epoch": replica.epoch,
                "schema": schema_version(),
                "known": replica.known(),
                "have": {
                    epoch: said_of(held, replica.proof_of(self.peer, epoch))
                    for epoch, held in replica.cursors_of(self.peer).items()
                },
            }
            for name, replica in self._replicas.items()
        }
        said = pack_said({"proto": PROTO, "spaces": spaces})
        try:
            answer = read_said_by(self.wire.request("POST", "/handshake", said).content)
        except InvalidInput as error:
            raise PeerRefused(error.key) from error
        if answer["hub"] != self.peer:
            raise PeerRefused("sync.wrong_hub", url=self.wire.url)
        self.wire.compare(int(answer["at"]))
        peers = {name: self._peer(name, each) for name, each in answer["spaces"].items()}
        of_town = answer["spaces"][self.town.name]
        note_confirmed(self.town, of_town.get("receipts", []), self.side.pins, self.side.keys.id)
        twin = of_town.get("twin")
        self.twin = min(twin, self.clock()) if type(twin) is int and twin > 0 else None
        return peers

    def _peer(self, name: str, said: Mapping[str, Any]) -> _Peer:
        have, proof = read_said(said["have"])
        epoch = read_name(said["epoch"])
        if not self._replicas[name].recognise(self.peer, have, proof):
            raise PeerRefused("sync.box_set_back", space=name)
        self._replicas[name].note_standing(self.peer, epoch, have)
        self._bring_again(name, said.get("lost", []))
        known, news = read_known(said.get("known", {})), bool(said.get("news", True))
        return _Peer(epoch, have, known, news)

    def _bring_again(self, name: str, lost: object) -> None:
        """Owe the peer again what it had from us and has lost."""
        try:
            digests = [bytes.fromhex(each) for each in msgspec.convert(lost, list[str])]
        except ValueError as error:
            raise PeerRefused("sync.malformed") from error
        if len(digests) > MOST_LOST:
            # The counter would wait for more.
            raise PeerRefused("sync.malformed")
        if digests:
            space = self._replicas[name].space
            space.write(lambda c: carriage.take_back(c, self.peer, digests), urgent=False)

    def _pull(self, name: str, peer: _Peer) -> int:
        """Take in segment by segment; the next is made and brought while one is taken in."""
        replica, entries = self._replicas[name], 0
        held = replica.cursor_of(self.peer, peer.epoch)
        with ThreadPoolExecutor(1) as ahead:
            content, more = self._ask(name, replica.epoch, held)
            while content:
                due = held
                # What cannot be read is said to be so by who takes it in.
                with suppress(SegmentRejected):
                    due = end_of(content)
                following = None
                if more and due != held:
                    following = ahead.submit(self._ask, name, replica.epoch, due)
                taken = replica.take(content, self.peer)
                if taken.cursor == held:
                    raise PeerRefused("sync.malformed")
                held, entries, content = taken.cursor, entries + taken.entries, b""
                if following is not None and held == due:
                    content, more = following.result()
                elif more:
                    if following is not None:
                        # A peer makes one segment at a time for us.
                        wait([following])
                    content, more = self._ask(name, replica.epoch, held)
        return entries

    def _ask(self, name: str, epoch: str, held: Cursor) -> tuple[bytes, bool]:
        """The next segment, empty at the end, and whether another follows."""
        query: dict[str, str | int] = {"epoch": epoch, "upto": held.upto, "hash": held.hash}
        answer = self.wire.request("GET", f"/spaces/{name}/segments", query=query)
        if answer.status_code == 204:
            return b"", False
        return answer.content, answer.headers.get(MORE) != "0"

    def _push(self, name: str, peer: _Peer) -> int:
        """Ship segment by segment; the next is made while the peer takes one in."""
        replica, have, pushed = self._replicas[name], peer.have, 0
        make = partial(replica.outgoing, self.peer, peer.epoch, told=peer.known)
        with ThreadPoolExecutor(1) as ahead:
            content = make(have)
            while content is not None:
                due = end_of(content)
                following = ahead.submit(make, due)
                answer = self.wire.request("POST", f"/spaces/{name}/segments", content).json()
                reached = Cursor(int(answer["upto"]), str(answer["hash"]))
                if reached == have:
                    raise PeerRefused("sync.malformed")
                if not replica.remembers(self.peer, reached):
                    raise PeerRefused("sync.box_set_back", space=name)
                # A peer that stands elsewhere, as by a stick, needs another one.
                if reached != due:
                    following = ahead.submit(make, reached)
                content, have = following.result(), reached
                pushed += 1
        return pushed
