"""Who says that another was set back in time must show that other's own signature.

A cursor travels with the signed header of the segment that ended there. Whoever does not remember
having shipped that segment, and finds its own signature under it, has forgotten.
"""

from collections.abc import Sequence

from edge.domain.errors import PeerRefused, SegmentRejected
from edge.store.exchange import Cursor
from edge.store.keys import Keys
from sync.greeting import LAST_VERSION, read_name
from sync.segment import Header, read_bodiless


def said_of(cursor: Cursor, proof: bytes) -> list[object]:
    """A cursor and its proof as a handshake says them."""
    return [cursor.upto, cursor.hash, proof.hex()]


def read_said(said: Sequence[object]) -> tuple[Cursor, bytes]:
    """Read them; raises PeerRefused `sync.malformed`."""
    try:
        upto, hash, proof = said
        if isinstance(proof, str):
            return cursor_of(upto, hash), bytes.fromhex(proof)
    except (TypeError, ValueError) as error:
        raise PeerRefused("sync.malformed") from error
    raise PeerRefused("sync.malformed")


def cursor_of(upto: object, hash: object) -> Cursor:
    """A cursor as a peer says it; raises PeerRefused `sync.malformed`."""
    if type(upto) is not int or not 0 <= upto < LAST_VERSION:
        raise PeerRefused("sync.malformed")
    return Cursor(upto, read_name(hash))


def proven(proof: bytes, keys: Keys, space: str, peer: str, shown: Cursor) -> Header | None:
    """The header of what we have shipped to a peer up to there; None unless we signed it."""
    try:
        header, hash = read_bodiless(proof, keys.public_key)
    except SegmentRejected:
        return None
    said = (header.sender, header.receiver, header.space, header.last, hash)
    return header if said == (keys.id, peer, space, shown.upto, shown.hash) else None
