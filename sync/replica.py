"""One space's side of an exchange: what to ship to a peer, and taking in what it shipped."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import perf_counter

from edge.domain.errors import PeerRefused, SchemaAhead, SegmentRejected, StorageFull
from edge.store import carriage, exchange, holdings, lives, possession
from edge.store.database import Connection, Space
from edge.store.exchange import DB_VERSION, Batch, Change, Cursor
from edge.store.keys import Keys
from edge.store.migrations import schema_version
from edge.store.seals import give_receipts, seal_own_chain, unsealed
from edge.store.standing import renewals_proved_by
from sync.admission import Admitted, admit
from sync.batches import batches
from sync.closing import closing, open_ends
from sync.known import NOTHING, Known, known_chains, news
from sync.pace import Pace
from sync.passing import passable
from sync.quarantine import Quarantine
from sync.record import Record
from sync.roster import Roster
from sync.segment import (
    Header,
    Segment,
    in_order,
    open_segment,
    seal_segment,
    without_body,
)
from sync.set_back import proven
from sync.unfinished import Unfinished
from sync.watermark import Mark, Watermark

SEGMENT_CHANGES = 10_000
# A peer that proves it oftener than that is a mishap of its own, and each costs all of them a
# whole exchange.
RENEWALS_A_DAY, DAY_MS = 12, 86_400_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking in a segment came to; `cursor` is durable."""

    sender: str
    cursor: Cursor
    changes: int
    entries: int
    boxes: frozenset[str]


class Replica:
    """One space as its peers see it; one segment at a time is taken in.

    A database that holds less than its high-water file says was set back in time: it is given a new
    identity here, before anybody writes to it.
    """

    def __init__(
        self,
        space: Space,
        keys: Keys,
        roster: Callable[[], Roster],
        quarantine: Path,
        clock: Callable[[], int],
        segment_changes: int = SEGMENT_CHANGES,
        merge_limit: int | None = None,
        schema: int | None = None,
    ) -> None:
        self._segment_changes, self._pace = segment_changes, Pace(merge_limit)
        self._schema = schema_version() if schema is None else schema
        self.space, self._keys, self._roster = space, keys, roster
        self._quarantine, self._clock = Quarantine(quarantine, space, clock), clock
        self._taking = threading.Lock()
        self._watermark = Watermark(space.path)
        if not self.epoch:
            space.write(lambda c: exchange.ensure_epoch(c, clock()))
        self._unfinished = Unfinished(space.path)
        with suppress(StorageFull):
            self._finish()
        if self._holds_less_than_shipped():
            self.renew()

    @property
    def id(self) -> str:
        """Who we are."""
        return self._keys.id

    @property
    def epoch(self) -> str:
        """Which life of this database it is; another one after it was set back."""
        with self.space.read() as connection:
            return exchange.epoch_of(connection)

    def cursor_of(self, sender: str, epoch: str) -> Cursor:
        """How far a sender's epoch has been taken in."""
        with self.space.read() as connection:
            return exchange.cursor_of(connection, sender, epoch)

    def cursors_of(self, sender: str) -> dict[str, Cursor]:
        """How far each epoch of a sender has been taken in."""
        with self.space.read() as connection:
            return exchange.cursors_of(connection, sender)

    def proof_of(self, sender: str, epoch: str) -> bytes:
        """By what a sender will believe how far we have taken it in; empty when we have nothing."""
        with self.space.read() as connection:
            return exchange.proof_of(connection, sender, epoch)

    def note_standing(self, peer: str, epoch: str, held: Cursor) -> None:
        """Remember a peer's epoch and how far it has taken us in, so that a stick need not ask.

        Two machines that speak by turns with one key are told apart by it.
        """
        with self.space.read() as connection:
            ack = carriage.Ack(epoch, exchange.epoch_of(connection), held)
            known = carriage.ack_of(connection, peer)
            turn = lives.is_turn(connection, peer, epoch, held.upto)
        if known is not None and known.peer_epoch != epoch:
            # Another life of its database may hold fewer files than the one that confirmed them.
            while self.space.write(lambda c: holdings.doubt(c, peer), urgent=False):
                pass
        if known != ack:
            self.space.write(lambda c: carriage.note_ack(c, peer, ack, self._clock()), urgent=False)
        if turn:
            self.space.write(
                lambda c: lives.note_turn(c, peer, epoch, held.upto, self._clock()), urgent=False
            )

    def twin_since(self, peer: str) -> int | None:
        """Since when (ms) a peer has been two machines with one key; None while it is one."""
        with self.space.read() as connection:
            return lives.twins(connection).get(peer)

    def remembers(self, receiver: str, cursor: Cursor) -> bool:
        """Say whether we know of having shipped up to there; if not, we were set back in time."""
        with self.space.read() as connection:
            return exchange.export_known(connection, receiver, cursor)

    def recognise(self, peer: str, shown: Cursor, proof: bytes) -> bool:
        """Look at how far a peer says to have taken us in; False when it knows more of us than we.

        Then we were set back in time, and are another from now on. To make us that, the peer must
        show our own signature. Raises PeerRefused `sync.unproven` (noted among the refusals), and
        `sync.renewed_often` when it has shown too many in a day.
        """
        if self.remembers(peer, shown):
            return True
        header = proven(proof, self._keys, self.space.name, peer, shown)
        if header is None:
            raise self._quarantine.disbelieve("sync.unproven", peer, shown.upto)
        if header.epoch == self.epoch:
            with self.space.read() as connection:
                since = self._clock() - DAY_MS
                often = renewals_proved_by(connection, peer, since) >= RENEWALS_A_DAY
            if often:
                raise self._quarantine.disbelieve("sync.renewed_often", peer, shown.upto)
            self.renew(peer)
        return False

    def renew(self, peer: str = "") -> None:
        """Take a new identity: be offered everything, and offer everything, again."""
        with self._taking:
            epoch = self.space.renew(lambda c: exchange.renew_identity(c, self._clock(), peer))
            self._watermark.write(Mark(epoch, 0))

    def seal(self) -> None:
        """Close our own chain where it stands, before it is exported."""
        with self.space.read() as connection:
            open = unsealed(connection, self._keys.id)
        if open:
            self.space.write(
                lambda c: seal_own_chain(c, self._keys.id, self._clock(), self._keys.signing),
                urgent=False,
            )

    def known(self) -> Known:
        """What is held here of each chain, to be told to a peer."""
        with self.space.read() as connection:
            return known_chains(connection)

    def has_news(self, receiver: str, receiver_epoch: str, after: Cursor) -> bool:
        """Say whether a receiver that stands there would be brought anything; perhaps nothing new.

        What of neighbours may not be passed on counts too.
        """
        self.seal()
        with self.space.read() as connection:
            rows = exchange.changes_after(connection, after.upto, receiver, receiver_epoch, 1)
        return bool(rows)

    def outgoing(
        self, receiver: str, receiver_epoch: str, after: Cursor, told: Known = NOTHING
    ) -> bytes | None:
        """Make the next segment for a receiver, logged before it may leave; None at the end.

        `told` is what the receiver says it holds, whoever has brought it.
        """
        self.seal()
        # Before a reader is taken: the county's roster needs another of the same space's, and four
        # boxes that pull at once would wait for one another for ever.
        whole = self._roster().hub == self._keys.id
        with self.space.read() as connection:
            changes = self._offered(connection, receiver, receiver_epoch, after.upto, whole, told)
            known, epoch = exchange.seen(connection), exchange.epoch_of(connection)
        if not changes:
            return None
        changes += self._closing(changes)
        header = Header(
            space=self.space.name,
            sender=self._keys.id,
            epoch=epoch,
            receiver=receiver,
            receiver_epoch=receiver_epoch,
            schema=self._schema,
            first=after.upto,
            last=self._reached(changes),
            count=len(changes),
            prev_hash=after.hash,
            seen=known,
        )
        content, hash = seal_segment(Segment(header, in_order(changes)), self._keys)
        reached = Cursor(header.last, hash)
        self.space.write(
            lambda c: exchange.log_export(c, receiver, reached, self._clock()), urgent=False
        )
        self._watermark.raise_to(Mark(epoch, header.last))
        return content

    def take(self, content: bytes, sender: str, remembered: Collection[Cursor] = ()) -> Taken:
        """Verify, admit and merge a segment that `sender` handed over; known ones do nothing.

        A stick cannot ask where we stand, so its segments may begin before that; they are taken
        if the sender remembers having shipped what we hold (`remembered`), as in a handshake.

        Raises SegmentRejected (quarantined, nothing changed; with `segment.content` the whole
        versions before the unreadable one stay), SchemaAhead, and PeerRefused `sync.cursor` when
        the segment does not follow on what is held.
        """
        with self._taking:
            try:
                if self._unfinished.read() not in (None, content):
                    self._finish()
                return self._take(content, sender, remembered)
            except SegmentRejected as error:
                self._quarantine.lay_aside(content, sender, error)
                raise

    def sign_for(self, boxes: frozenset[str]) -> None:
        """Give receipts for the chains of boxes; the hub's act, after they are durable.

        The receipts themselves need not be: they are durable before they leave, and a power cut
        before that has them given again at the box's next exchange.
        """

        def give(connection: Connection) -> None:
            at, hub = self._clock(), self._keys.id
            given = give_receipts(connection, sorted(others), at, hub, self._keys.signing)
            possession.note(connection, given)

        others = boxes - {self._keys.id}
        if others:
            self.space.write(give, urgent=False, durable=False)

    def _offered(
        self,
        connection: Connection,
        receiver: str,
        epoch: str,
        after: int,
        whole: bool,
        told: Known,
    ) -> list[Change]:
        """The next whole versions that the receiver lacks and that we may bring: all if `whole`."""
        while changes := self._changes(connection, after, receiver, epoch):
            offered = changes if whole else passable(connection, changes, self._keys.id)
            if offered:
                return news(connection, offered, told)
            after = changes[-1][DB_VERSION]
        return []

    def _closing(self, changes: Sequence[Change]) -> list[Change]:
        """The statements under which the last of these entries stand, unless they are there."""
        ends, last = open_ends(changes), changes[-1][DB_VERSION]
        if not ends:
            return []
        hub, keys = self._roster().hub, self._keys
        return self.space.write(
            lambda c: closing(c, ends, last, keys, hub, self._clock()), urgent=False
        )

    def _reached(self, changes: Sequence[Change]) -> int:
        """The last version really shipped; the extension's own counter may be a phantom."""
        return changes[-1][DB_VERSION]

    def _changes(
        self, connection: Connection, after: int, receiver: str, epoch: str
    ) -> list[Change]:
        # Who has nothing yet begins sooner on a small one, and takes it in while the next is made.
        limit = self._segment_changes if after else max(self._segment_changes // 5, 1)
        return exchange.changes_after(connection, after, receiver, epoch, limit)

    def _finish(self) -> None:
        """Take in the rest of a segment that was merged in part; a full disk keeps it for later."""
        content = self._unfinished.read()
        if content is None:
            return
        with suppress(SegmentRejected, SchemaAhead, PeerRefused):
            header = open_segment(content, self._roster().key_of)[0].header
            # That it may overlap what is held was found when it was begun.
            held = self.cursor_of(header.sender, header.epoch)
            self._take(content, header.sender, [held])
        self._unfinished.drop()

    def _holds_less_than_shipped(self) -> bool:
        with self.space.read() as connection:
            held = exchange.last_version(connection)
        return self._watermark.tells_of_more(self.epoch, held)

    def _take(self, content: bytes, sender: str, remembered: Collection[Cursor]) -> Taken:
        roster = self._roster()
        segment, hash = open_segment(content, roster.key_of)
        header = segment.header
        if header.sender != sender:
            raise SegmentRejected("segment.sender", sender=header.sender)
        if header.schema > self._schema:
            raise SchemaAhead("sync.schema_ahead", theirs=header.schema, ours=self._schema)
        if header.receiver_epoch not in ("", self.epoch):
            # It lacks what came from us before we were set back, and what we may have lost since.
            who = "hub" if roster.hub == self._keys.id else "box"
            raise PeerRefused(f"sync.{who}_set_back", space=self.space.name)
        with self.space.read() as connection:
            held = exchange.cursor_of(connection, sender, header.epoch)
            if header.last <= held.upto:
                return Taken(sender, held, 0, 0, frozenset())
            follows = (header.first, header.prev_hash) == (held.upto, held.hash)
            overlaps = header.first < held.upto and held in remembered
            if not follows and not overlaps:
                raise PeerRefused("sync.cursor", upto=held.upto, hash=held.hash)
            admitted = admit(segment, self._keys.id, self.space.name, roster, Record(connection))
        reached = Cursor(header.last, hash)
        merges = self._batches(header, admitted, reached, without_body(content))
        first = next(merges)
        if first.cursor is None:
            self._unfinished.keep(content)
        came: Sequence[tuple[int, int]] = ()
        for batch in chain([first], merges):
            came = self._merge(replace(batch, came=came))
        self._unfinished.drop()
        arrived = [*admitted.entries, *(row.entry for row in admitted.rows)]
        boxes = frozenset(entry.box for entry in arrived)
        return Taken(sender, reached, header.count, len(arrived), boxes)

    def _merge(self, batch: Batch) -> Sequence[tuple[int, int]]:
        def work(connection: Connection) -> Sequence[tuple[int, int]]:
            started.append(perf_counter())
            return exchange.merge(connection, batch)

        started: list[float] = []
        try:
            # The last makes all before it durable; until then the segment is kept.
            came = self.space.write(work, urgent=False, durable=batch.cursor is not None)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            # An entry whose content no reducer can read: the transaction was undone whole.
            raise SegmentRejected("segment.content", sender=batch.sender) from error
        self._pace.note(len(batch.changes) + 2 * len(batch.rows), started[0])
        if self._pace.beside_counter:
            self.space.settle()
        return came

    def _batches(
        self, header: Header, admitted: Admitted, reached: Cursor, proof: bytes
    ) -> Iterator[Batch]:
        """Whole versions, about the limit of changes a transaction; the last moves the cursor."""
        return batches(header, admitted, reached, proof, lambda: self._pace.limit, self._clock)
