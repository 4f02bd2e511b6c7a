"""An identity card reader (SDT/SAM) on a serial line: one owner thread finds, selects and reads."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import serial

from devices.driver import Fault, Found, Health, State
from devices.line import REOPEN_AFTER_S, SerialLine, Standing, Wiring
from devices.listener import Listener
from devices.sdt import (
    Card,
    CardKind,
    Command,
    Reply,
    Status,
    decode_card,
    decode_frame,
    decode_reply,
    encode_request,
)
from edge.domain.errors import BadFrame, DeviceError, DeviceFault, DeviceUnavailable, InvalidInput
from edge.domain.identity import check_id_number, check_number

__all__ = ["Card", "CardKind", "CardReader", "Pace", "Unreadable", "decode_frame", "encode_request"]

# One failed exchange is a card put down askew; the second in a row is told.
_FAILURES_TOLD = 2


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A card that was read whole but cannot be believed; `key` and `fields` as of an error."""

    key: str
    fields: dict[str, object]


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a reader, in seconds."""

    interval_s: float = 0.3
    answer_within_s: float = 1.5
    read_within_s: float = 3.0
    quiet_s: float = 1.0
    reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S


class CardReader(Listener[SerialLine, Card | Unreadable]):
    """The driver of one reader; `baud` is 115200 unless the reader was set otherwise."""

    kind = "card_reader"
    model = "SDT/SAM"

    def __init__(self, path: Path, pace: Pace | None = None, baud: int = 115200) -> None:
        self._pace = pace or Pace()
        wiring = Wiring(baud, read_within_s=0.05)
        # Only the newest: a card of minutes ago must not open a person on the screen.
        super().__init__(SerialLine(path, self.kind, wiring, self._pace.reopen_after_s), kept=1)
        self._standing = Standing(f"card reader {path}")
        self._lifted = True
        self._failures = 0

    def swipes(self) -> Iterator[Card | Unreadable]:
        """Wait for each card laid on the reader, once until it is lifted, until closed."""
        return iter(self._outbox)

    def cards(self) -> Iterator[Card]:
        """Wait for the sound cards alone; shares its items with `swipes`."""
        return (swipe for swipe in self._outbox if isinstance(swipe, Card))

    def discover(self) -> list[Found]:
        """List the reader if its line is plugged in."""
        path = self._line.path
        return [Found(path.name, self.kind, self.model, str(path))] if path.exists() else []

    def health(self) -> Health:
        """Say how the line is, or else how the reader on it answers."""
        line = self._line.health
        return self._standing.health if line.state is State.READY else line

    def _turn(self) -> float:
        try:
            swipe = self._swipe()
        except DeviceError as error:
            self._failures += 1
            if self._line.health.state is State.READY and self._failures >= _FAILURES_TOLD:
                self._standing.bad(Fault(str(error.fields["fault"])), str(error.fields["detail"]))
        else:
            self._failures = 0
            self._standing.good()
            if swipe is not None:
                self._outbox.put(swipe)
        return self._pace.interval_s

    def _swipe(self) -> Card | Unreadable | None:
        failure: DeviceError | None = None
        swipe: Card | Unreadable | None = None
        with self._line.use() as port:
            try:
                swipe = self._find_select_read(port)
            except (BadFrame, DeviceUnavailable) as error:
                failure = error
                # A reply does not name its request, so a late one must pass unheard.
                self._line.drain(port, self._pace.quiet_s)
            except DeviceFault as error:
                failure = error
        if failure is not None:
            raise failure
        return swipe

    def _find_select_read(self, port: serial.Serial) -> Card | Unreadable | None:
        found = self._exchange(port, Command.FIND)
        if found.status == Status.NO_CARD:
            self._lifted = True
            return None
        _require(found, Status.FOUND)
        if not self._lifted:
            return None
        _require(self._exchange(port, Command.SELECT), Status.OK)
        reply = _require(self._exchange(port, Command.READ), Status.OK)
        card = decode_card(reply.data)
        self._lifted = False
        try:
            # A foreigner's older card bears letters; on any other they are a misreading.
            check = check_number if card.kind is CardKind.FOREIGNER else check_id_number
            check(card.id_number)
        except InvalidInput as error:
            return Unreadable(error.key, error.fields)
        return card

    def _exchange(self, port: serial.Serial, command: Command) -> Reply:
        within = self._pace.read_within_s if command is Command.READ else self._pace.answer_within_s
        deadline = time.monotonic() + within
        port.reset_input_buffer()
        port.write(encode_request(command))
        received = b""
        while time.monotonic() < deadline and not self._line.closing:
            received += port.read(port.in_waiting or 1)
            frame = decode_frame(received)
            if frame is not None:
                return decode_reply(frame[0])
        if received:
            raise BadFrame(
                "device.card_reader.line", fault=Fault.LINE, detail=f"{len(received)} bytes"
            )
        raise DeviceUnavailable(
            "device.card_reader.timeout", fault=Fault.TIMEOUT, detail=command.name
        )


def _require(reply: Reply, status: Status) -> Reply:
    if reply.status == status:
        return reply
    # The security module itself is at fault: no card will be read until it is seen to.
    fault = Fault.PAUSED if reply.status in (Status.SELF_TEST, Status.UNAUTHORISED) else Fault.LINE
    raise DeviceFault(
        f"device.card_reader.{fault}", fault=fault, detail=f"status {reply.status:02x}"
    )
