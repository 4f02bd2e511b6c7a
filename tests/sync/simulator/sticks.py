"""What is carried by stick, as `carry_export` writes it and `carry_import` reads it; no files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.errors import PeerRefused, SchemaAhead
from edge.store import carriage, exchange
from edge.store.exchange import Cursor
from sync.replica import Taken
from sync.segment import open_segment
from tests.sync.simulator.machine import ROSTER, Machine


@dataclass(frozen=True, slots=True)
class Stick:
    """One space's part of a stick; `have` is how far the sender has taken in each epoch of the
    receiver's, with proof, `without` the epoch of the receiver's whose acts are left out."""

    sender: str
    receiver: str
    epoch: str
    have: Mapping[str, tuple[Cursor, bytes]]
    shipped: Sequence[Cursor]
    without: str
    segments: Sequence[bytes]


def write_stick(source: Machine, receiver: str) -> Stick:
    """All that the receiver lacks, by what it said last on a stick: so these may overlap."""
    replica = source.replica
    with source.space.read() as connection:
        ack = carriage.ack_of(connection, receiver)
        heard = carriage.last_epoch_of(connection, receiver)
    cursor, without = Cursor(), heard
    if ack is not None:
        cursor = ack.cursor if ack.epoch == replica.epoch else Cursor()
        without = ack.peer_epoch
    segments = []
    while (content := replica.outgoing(receiver, without, cursor)) is not None:
        segments.append(content)
        segment, hash = open_segment(content, ROSTER.key_of)
        cursor = Cursor(segment.header.last, hash)
    with source.space.read() as connection:
        have = {
            epoch: (held, exchange.proof_of(connection, receiver, epoch))
            for epoch, held in exchange.cursors_of(connection, receiver).items()
        }
        shipped = carriage.shipped(connection, receiver)
    return Stick(source.id, receiver, replica.epoch, have, shipped, without, segments)


def read_stick(target: Machine, stick: Stick) -> list[Taken]:
    """Take in what follows or overlaps; an old stick is put by, as the product does.

    Raises SegmentRejected: an honest stick must not be refused.
    """
    epoch = target.replica.epoch
    shown, proof = stick.have.get(epoch, (Cursor(), b""))
    if not target.replica.recognise(stick.sender, shown, proof):
        return []
    target.replica.note_standing(stick.sender, stick.epoch, shown)
    held = target.replica.cursor_of(stick.sender, stick.epoch)
    if (held != Cursor() and held not in stick.shipped) or stick.without not in ("", epoch):
        return []
    taken = []
    for content in stick.segments:
        try:
            taken.append(target.replica.take(content, stick.sender, stick.shipped))
        except (PeerRefused, SchemaAhead):
            break
    return taken
