"""An identity card reader on a pty, on which simulated cards are laid and lifted.

Commands on its socket: `present JSON` (fields of `Card`, dates as 1978-06-15, all but name and
id_number optional), `lift`, `fault MODE`, `unplug`, `replug`.
"""

import argparse
import json
import random
import select
import threading
import time
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

from devices.sdt import (
    PHOTO_SIZE,
    PREAMBLE,
    Card,
    CardKind,
    Command,
    Status,
    decode_frame,
    encode_card,
    encode_reply,
)
from devices.simulators.far_end import ControlSocket, PluggableTty, run_until_stopped
from edge.domain.errors import BadFrame
from edge.domain.identity import IdNumber, Sex, check_number

_CHUNK = 61


class ReaderFault(StrEnum):
    """What can be wrong with the reader's answers."""

    OK = "ok"
    NOISE = "noise"
    CHUNKED = "chunked"
    GARBLED = "garbled"
    MUTE = "mute"


class CardReaderFarEnd:
    """A reader behind `link`; use as a context manager.

    Like the security modules seen, it finds a card once and then not before the card was lifted;
    with `insists_on_lift` False it is of the other sort, which finds a lying card again and again.
    """

    def __init__(self, link: Path, insists_on_lift: bool = True) -> None:
        self._tty = PluggableTty(link)
        self._insists_on_lift = insists_on_lift
        self._card: bytes | None = None
        self._selected = False
        self._was_read = False
        self._fault = ReaderFault.OK
        # When the last card was given out, by the monotonic clock, for those who measure.
        self.answered_at = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="card-reader", daemon=True)
        self._control: ControlSocket | None = None

    def __enter__(self) -> Self:
        """Start the reader, plugged in."""
        self._tty.plug()
        self._thread.start()
        self._control = ControlSocket(self._tty.link, self._obey)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the reader."""
        if self._control is not None:
            self._control.close()
        self._stop.set()
        self._thread.join()
        self._tty.unplug()

    def present(self, card: Card) -> None:
        """Lay a card on the reader, in place of one that lies there."""
        laid = encode_card(card)
        with self._lock:
            self._card, self._selected, self._was_read = laid, False, False

    def lift(self) -> None:
        """Take the card away."""
        with self._lock:
            self._card, self._selected, self._was_read = None, False, False

    def fault(self, mode: ReaderFault) -> None:
        """Spoil the answers from now on."""
        self._fault = mode

    def unplug(self) -> None:
        """Take the cable out."""
        with self._lock:
            self._tty.unplug()

    def replug(self) -> None:
        """Put the cable in again."""
        with self._lock:
            if self._tty.far is None:
                self._tty.plug()

    def _obey(self, command: str) -> str:
        verb, _, rest = command.partition(" ")
        match verb, rest:
            case "present", _:
                self.present(card_of(json.loads(rest)))
            case "lift", "":
                self.lift()
            case "fault", _:
                self.fault(ReaderFault(rest))
            case "unplug", "":
                self.unplug()
            case "replug", "":
                self.replug()
            case _:
                raise ValueError(f"unknown command {command!r}")
        return "ok"

    def _serve(self) -> None:
        received = b""
        while not self._stop.is_set():
            far = self._tty.far
            # A short wait rather than a wake-up pipe: unplugging changes the descriptor.
            try:
                ready = far is not None and bool(select.select([far], [], [], 0.1)[0])
            except (OSError, ValueError):
                ready = False
            if not ready:
                self._stop.wait(0.0 if far is not None else 0.02)
                continue
            with self._lock:
                received += self._tty.read()
                try:
                    frame = decode_frame(received)
                except BadFrame:
                    received = b""
                    self._send(encode_reply(Status.CHECKSUM))
                    continue
                if frame is not None:
                    request, received = frame
                    reply = self._reply(request)
                    if len(reply) > PHOTO_SIZE:
                        # Before, for who hears it may be faster than this thread.
                        self.answered_at = time.monotonic()
                    self._send(reply)

    def _reply(self, request: bytes) -> bytes:
        command = int.from_bytes(request[:2], "big")
        if command == Command.FIND:
            self._selected = False
            if self._card is None or (self._was_read and self._insists_on_lift):
                return encode_reply(Status.NO_CARD)
            return encode_reply(Status.FOUND, bytes(4))
        if command == Command.SELECT:
            self._selected = self._card is not None
            if not self._selected:
                return encode_reply(Status.SELECT_FAILED)
            return encode_reply(Status.OK, bytes(8))
        if command == Command.READ:
            if self._card is None or not self._selected:
                return encode_reply(Status.READ_FAILED)
            # With a spoilt line the card counts as unread: the driver never got it.
            self._was_read = self._fault not in (ReaderFault.GARBLED, ReaderFault.MUTE)
            return encode_reply(Status.OK, self._card)
        return encode_reply(Status.UNKNOWN_COMMAND)

    def _send(self, frame: bytes) -> None:
        match self._fault:
            case ReaderFault.MUTE:
                return
            case ReaderFault.GARBLED:
                self._tty.write(frame[:-1] + bytes((frame[-1] ^ 1,)))
            case ReaderFault.NOISE:
                self._tty.write(random.randbytes(7) + PREAMBLE[:2] + frame)
            case ReaderFault.CHUNKED:
                for start in range(0, len(frame), _CHUNK):
                    self._tty.write(frame[start : start + _CHUNK])
                    time.sleep(0.003)  # a slow line: the frame comes in pieces
            case ReaderFault.OK:
                self._tty.write(frame)


def card_of(fields: Mapping[str, str]) -> Card:
    """Make a card from plain text fields; what is left out follows from the number or is usual.

    A foreigner's older card needs `sex` and `birth_date` (ValueError): its number tells neither.
    """
    number = check_number(fields["id_number"])
    told = {"sex": fields.get("sex", ""), "birth_date": fields.get("birth_date", "")}
    if isinstance(number, IdNumber):
        told["sex"] = told["sex"] or number.sex
        told["birth_date"] = told["birth_date"] or number.birth_date.isoformat()
    kind = CardKind(fields.get("kind", CardKind.CITIZEN))
    until = fields.get("valid_to", "")
    named = ("latin_name", "permit", "issues", "version", "link", "address", "issuer")
    return Card(
        kind=kind,
        name=fields["name"],
        id_number=number.number,
        sex=Sex(told["sex"]),
        nation=fields.get("nation", "汉" if kind is CardKind.CITIZEN else ""),
        birth_date=date.fromisoformat(told["birth_date"]),
        valid_from=date.fromisoformat(fields.get("valid_from", "2012-03-01")),
        valid_to=date.fromisoformat(until) if until else None,
        photo=bytes(PHOTO_SIZE),
        **{name: fields.get(name, "") for name in named},
    )


def main() -> None:
    """Run a reader until stopped."""
    parser = argparse.ArgumentParser(description="Simulated identity card reader")
    parser.add_argument("--link", type=Path, required=True)
    options = parser.parse_args()
    with CardReaderFarEnd(options.link):
        run_until_stopped(options.link)


if __name__ == "__main__":
    main()
