"""The hub's word for what it holds of a box, for a box that can take nothing in.

Receipts come with the record. A box whose program is older than the county's waits for its update
and takes no record in, perhaps for weeks; all the while its entries arrive. So a handshake brings
the receipts over the ends of its chain. They are not stored: the record brings them in its turn.
"""

from edge.domain.errors import PeerRefused
from edge.store import possession
from edge.store.branches import heads_at
from edge.store.database import Connection, Space
from edge.store.seals import Seal, parse_seal, receipts_over
from sync.wire import Pins

# Branches of a machine that was set back ever so often.
MOST = 8


def said_of(connection: Connection, box: str) -> list[str]:
    """The receipts over the ends of a box's chain, that of its head first."""
    return receipts_over(connection, box, MOST)


def note_confirmed(town: Space, said: object, pins: Pins, box: str) -> None:
    """Count as received what the hub has signed for of this box's chain; a lie does not count.

    Raises PeerRefused `sync.malformed`.
    """
    if said == []:
        return
    receipts = [each for each in _read(said) if _is_true(each, pins, box)]
    with town.read() as connection:
        known = possession.up_to(connection, box)
        # An entry that we have not got is of another life of this box.
        own = [
            each
            for each in receipts
            if each.n > known and each.hash in heads_at(connection, box, each.n)
        ]
    if own:
        town.write(lambda c: possession.note(c, own), urgent=False)


def _is_true(receipt: Seal, pins: Pins, box: str) -> bool:
    return (receipt.box, receipt.signer) == (box, pins.hub) and receipt.verifies(pins.public_key)


def _read(said: object) -> list[Seal]:
    if not isinstance(said, list) or len(said) > MOST:
        raise PeerRefused("sync.malformed")
    try:
        return [parse_seal(each) for each in said]
    except (TypeError, ValueError) as error:
        raise PeerRefused("sync.malformed") from error
