"""The box's side kept going: exchanges again and again, and a true account of how things stand."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from edge.domain.errors import DangxiaError, PeerUnreachable
from edge.store import exchange, holdings, possession
from edge.store.branches import chain_head
from edge.store.holdings import Tally
from edge.store.standing import Refusal, last_taken, refusals, renewals
from sync.lan.loop import Neighbour
from sync.session import Session

_LOG = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
# Files give way to entries: so long at most, or until the counter has something new to say.
FILES_S = 30.0


@dataclass(frozen=True, slots=True)
class Status:
    """How this box stands with the county.

    `last_confirmed` and `oldest_unsent` in milliseconds; `unsent` are entries that the hub has not
    signed for; `files` by class (0 thumbnail, 1 paper, 2 master); `sending` is (done, all) of the
    files going up now; `masters_travel` is false outside their hours; `healed` is when this box was
    last found to be set back and became another; `county_taken` is when the county's own record
    last came; `refusals` are segments set aside; `error` is the key of what went wrong last, empty
    after a good exchange, and `error_fields` its places; `neighbours` are the other boxes of the
    town, whose having something is not the county's; `clock_ahead` is by how much (ms) this
    machine's clock was found to be ahead of the county's, 0 while they agree; `twin` is since when
    (ms) the county sees another machine use this one's key.
    """

    last_confirmed: int | None = None
    reachable: bool = False
    unsent: int = 0
    oldest_unsent: int | None = None
    files: tuple[Tally, ...] = ()
    sending: tuple[int, int] | None = None
    refusals: tuple[Refusal, ...] = ()
    masters_travel: bool = True
    healed: int | None = None
    county_taken: int | None = None
    error: str = ""
    error_fields: Mapping[str, object] = field(default_factory=dict)
    stage: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    clock_ahead: int = 0
    twin: int | None = None

    @property
    def blobs_unsent(self) -> dict[int, int]:
        """Files held here that the hub has not confirmed, by class."""
        return {each.kind: each.unsent for each in self.files if each.unsent}

    @property
    def blobs_awaited(self) -> dict[int, int]:
        """Files that entries name and that are not held here, by class."""
        return {each.kind: each.missing for each in self.files if each.missing}

    @property
    def quarantined(self) -> int:
        """How many segments are set aside."""
        return len(self.refusals)


class ReplicationLoop:
    """A thread that exchanges when nudged and every `interval` seconds.

    After a failure it waits a random time below a bound that doubles (full jitter), so that two
    hundred boxes do not knock together when the hub comes back. `find` gives the hub's address on
    the local net when the known one fails, or None; `neighbours` tells of the other boxes.
    """

    def __init__(
        self,
        session: Session,
        box: str,
        interval: float = 15.0,
        find: Callable[[], str | None] | None = None,
        neighbours: Callable[[], tuple[Neighbour, ...]] = tuple,
    ) -> None:
        self._neighbours, self._tried = neighbours, False
        self._session, self._box, self._interval, self._find = session, box, interval, find
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="replication", daemon=True)
        self._failures, self._reachable = 0, False
        self._trouble: DangxiaError | None = None
        self._shipped = -1

    def start(self) -> None:
        """Begin; commits of the town's space nudge it from now on."""
        self._session.town.on_commit(self._wake.set)
        self._thread.start()

    def stop(self) -> None:
        """End after the request that is under way."""
        self._stopping.set()
        self._session.wire.halt()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._session.close()

    def nudge(self) -> None:
        """Exchange now, whatever was waited for."""
        self._shipped, self._failures = -1, 0
        self._wake.set()

    @property
    def away(self) -> bool:
        """Say whether the hub was looked for and could not be reached."""
        return self._tried and (not self._reachable or self._session.link.is_cut)

    def cut(self) -> None:
        """Cut the line."""
        self._session.link.cut()

    def restore(self) -> None:
        """Join the line and exchange at once."""
        self._session.link.restore()
        self.nudge()

    def status(self) -> Status:
        """How things stand now."""
        hub = self._session.pins.hub
        parcels, neighbours = self._session.parcels, self._neighbours()
        # One that has come as far as its files is being answered.
        trouble = self._trouble if parcels.sent is None else None
        with self._session.county.read() as connection:
            refused, taken = refusals(connection), last_taken(connection)
        with self._session.town.read() as connection:
            unsent, oldest = possession.unsent(connection, self._box)
            files, sent = tuple(holdings.tallies(connection)), parcels.sent
            left = sum(each.unsent for each in files if each.kind <= parcels.least_urgent)
            return Status(
                last_confirmed=exchange.contacts(connection).get(hub),
                reachable=(self._reachable or parcels.sent is not None)
                and not self._session.link.is_cut,
                unsent=unsent,
                oldest_unsent=oldest,
                files=files,
                sending=(sent, sent + left) if sent is not None and sent + left else None,
                refusals=(*refused, *refusals(connection)),
                masters_travel=parcels.least_urgent >= holdings.MASTER,
                county_taken=taken,
                healed=max(renewals(connection), default=None),
                error=trouble.key if trouble else "",
                error_fields=trouble.fields if trouble else {},
                stage=self._session.stage,
                clock_ahead=self._session.wire.ahead,
                neighbours=neighbours,
                twin=self._session.twin,
            )

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._exchange()
            # A record that cannot be read is said by the next exchange.
            with suppress(DangxiaError):
                self._rest()

    def _exchange(self) -> None:
        own = -1
        try:
            own = self._own_head()
            self._session.run_once(self._until_news(own))
        except PeerUnreachable as error:
            self._fail(error, reachable=False)
            self._look_around()
        except DangxiaError as error:
            # Who cannot show the county's certificate is somebody else, at whatever address.
            stranger = error.key == "sync.wrong_certificate"
            self._fail(error, reachable=not stranger)
            if stranger:
                self._look_around()
        except Exception:
            # The outermost loop: whatever broke, the counter's entries must go out some day.
            _LOG.exception("an exchange failed")
            self._fail(DangxiaError("sync.failed"), reachable=False)
        else:
            self._shipped, self._failures = own, 0
            self._reachable, self._trouble = True, None
        self._tried = True

    def _until_news(self, own: int) -> Callable[[], bool]:
        """Say for how long files may travel before entries have their turn again."""
        end = time.monotonic() + FILES_S

        def going_on() -> bool:
            waits = self._stopping.is_set() or time.monotonic() > end
            return not waits and self._own_head() == own

        return going_on

    def _fail(self, error: DangxiaError, *, reachable: bool) -> None:
        self._failures += 1
        self._reachable, self._trouble = reachable, error

    def _look_around(self) -> None:
        """Try the announced address and the known one by turns; anybody may announce anything."""
        wire = self._session.wire
        if wire.url != self._session.pins.url:
            wire.move(self._session.pins.url)
            return
        found = self._find() if self._find is not None else None
        if found is not None and found != wire.url:
            wire.move(found)
            self._failures = 0

    def _rest(self) -> None:
        """Wait for the interval or the back-off; a commit ends it early if it is our own entry."""
        if not self._failures and self._session.parcels.unfinished:
            return
        # Of a line that is cut for days the doubling would leave what a number holds.
        bound = min(FIRST_WAIT * 2 ** min(self._failures, 16), LONGEST_WAIT)
        left = random.uniform(0.2, bound) if self._failures else self._interval
        was_cut = self._session.link.is_cut
        while left > 0 and not self._stopping.is_set():
            if was_cut and not self._session.link.is_cut:
                self._failures = 0
                return
            slice = min(left, 1.0)
            if self._wake.wait(slice):
                self._wake.clear()
                if self._shipped == -1 and not self._failures:
                    return
                if not self._failures and self._own_head() > self._shipped:
                    return
                # Merging commits too; only what this box has to say is worth a journey.
            left -= slice

    def _own_head(self) -> int:
        with self._session.town.read() as connection:
            return chain_head(connection, self._box)[0]
