"""A UPS behind NUT's upsd (Network UPS Tools): one owner thread asks how the power is."""

import errno
import shlex
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from devices.driver import Fault, Found, Health, State
from devices.line import REOPEN_AFTER_S, SocketLine, Standing
from devices.listener import Listener
from edge.domain.errors import BadFrame, DeviceError, DeviceUnavailable
from edge.domain.power import Power

PORT = 3493
_KEPT = 120
_PROTOCOL = "utf-8"
# Rows of a list that was not understood must not be read as the next answer.
_QUIET_S = 0.2
# What upsd says when it runs but the UPS is not to be had.
_FAULTS = {
    "DRIVER-NOT-CONNECTED": Fault.ABSENT,
    "DATA-STALE": Fault.TIMEOUT,
    "UNKNOWN-UPS": Fault.ABSENT,
    "ACCESS-DENIED": Fault.PERMISSION,
    "USERNAME-REQUIRED": Fault.PERMISSION,
    "PASSWORD-REQUIRED": Fault.PERMISSION,
}


@dataclass(frozen=True, slots=True)
class UpsPace:
    """The times of the conversation, in seconds."""

    interval_s: float = 5.0
    answer_within_s: float = 2.0
    reopen_after_s: tuple[float, ...] = REOPEN_AFTER_S[:4]


class NutUps(Listener[SocketLine, Power]):
    """The driver of one UPS; `clock` gives milliseconds since the epoch, UTC.

    With a `user` it signs in, so that upsd counts this box among those who depend on the UPS.
    """

    kind = "ups"

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        clock: Callable[[], int],
        pace: UpsPace | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self._name, self._clock, self._pace = name, clock, pace or UpsPace()
        self._user, self._password = user, password
        within_s, reopen_after_s = self._pace.answer_within_s, self._pace.reopen_after_s
        super().__init__(SocketLine(host, port, self.kind, within_s, reopen_after_s), _KEPT)
        self._standing = Standing(f"ups {name}")
        self._signed_in: socket.socket | None = None

    def powers(self) -> Iterator[Power]:
        """Wait for what each question gave, until the driver is closed."""
        return iter(self._outbox)

    def discover(self) -> list[Found]:
        """List the UPSes that upsd knows; none where nobody answers there."""
        line = SocketLine(*self._line.address, self.kind, self._pace.answer_within_s)
        try:
            rows = _Talk(line, self.kind).rows("LIST UPS")
        except DeviceError:
            return []
        finally:
            line.close()
        place = self._line.name
        return [Found(f"{place}/{row[1]}", self.kind, row[-1], place) for row in rows]

    def health(self) -> Health:
        """Say how the line to upsd is, or else the UPS behind it."""
        line = self._line.health
        return self._standing.health if line.state is State.READY else line

    def _turn(self) -> float:
        started = time.monotonic()
        self._outbox.put(self._ask())
        return self._pace.interval_s - (time.monotonic() - started)

    def _ask(self) -> Power:
        talk = _Talk(self._line, self.kind)
        try:
            self._sign_in(talk)
            values = {row[2]: row[3] for row in talk.rows(f"LIST VAR {self._name}")}
            power = _power(values, self._clock(), self.kind)
        except DeviceError as error:
            fault = Fault(str(error.fields["fault"]))
            self._standing.bad(fault, f"{self._name}: {error.fields['detail']}")
            return Power(self._clock(), fault=str(fault))
        self._standing.good()
        return power

    def _sign_in(self, talk: "_Talk") -> None:
        if not self._user:
            return
        with self._line.use() as port:
            known = port is self._signed_in
        if known:
            return
        for command in (
            f"USERNAME {self._user}",
            f"PASSWORD {self._password}",
            f"LOGIN {self._name}",
        ):
            talk.say(command)
        with self._line.use() as port:
            self._signed_in = port


class _Talk:
    """The words of upsd: one line a request, one answer or a list between BEGIN and END."""

    def __init__(self, line: SocketLine, kind: str) -> None:
        self._line, self._kind = line, kind
        self._left = b""

    def say(self, command: str) -> str:
        """Put a request that has one line of answer."""
        failure: DeviceError | None = None
        said = ""
        with self._line.use() as port:
            try:
                port.sendall(f"{command}\n".encode(_PROTOCOL))
                said = self._read(port)
            except DeviceError as error:
                failure = error
                self._line.drain(port, _QUIET_S)
        if failure is not None:
            raise failure
        return said

    def rows(self, command: str) -> list[list[str]]:
        """Put a request that has a list for an answer, each row split into its words."""
        failure: DeviceError | None = None
        found: list[list[str]] = []
        with self._line.use() as port:
            try:
                port.sendall(f"{command}\n".encode(_PROTOCOL))
                begun = self._read(port)
                if begun != f"BEGIN {command}":
                    raise self._bad(begun)
                while (row := self._read(port)) != f"END {command}":
                    found.append(_words(row, self._bad))
            except DeviceError as error:
                failure = error
                self._line.drain(port, _QUIET_S)
        if failure is not None:
            raise failure
        return found

    def _read(self, port: socket.socket) -> str:
        while b"\n" not in self._left:
            if len(self._left) > 65_536:
                raise self._bad("a line without end")
            # A silence here loses the line: what came later would answer another question.
            piece = port.recv(4096)
            if not piece:
                raise ConnectionResetError(errno.ECONNRESET, "upsd hung up")
            self._left += piece
        line, _, self._left = self._left.partition(b"\n")
        said = line.decode(_PROTOCOL, "replace").rstrip("\r")
        if said.startswith("ERR "):
            raise self._refused(said.split()[1])
        return said

    def _refused(self, word: str) -> DeviceError:
        fault = _FAULTS.get(word, Fault.LINE)
        return DeviceUnavailable(f"device.{self._kind}.{fault}", fault=fault, detail=word)

    def _bad(self, detail: str) -> BadFrame:
        return BadFrame(f"device.{self._kind}.line", fault=Fault.LINE, detail=detail[:80])


def _words(row: str, bad: Callable[[str], BadFrame]) -> list[str]:
    try:
        words = shlex.split(row)
    except ValueError as error:
        raise bad(row) from error
    if len(words) < 3:
        raise bad(row)
    return words


def _power(values: dict[str, str], at_ms: int, kind: str) -> Power:
    flags = values.get("ups.status", "").split()
    if not {"OL", "OB"} & set(flags):
        detail = f"status {values.get('ups.status')!r}"
        raise BadFrame(f"device.{kind}.line", fault=Fault.LINE, detail=detail)
    return Power(
        at_ms,
        # A calibration or a forced test runs on battery while the mains are there: OL and OB.
        mains="OB" not in flags,
        low="LB" in flags or "FSD" in flags,
        charge=_number(values.get("battery.charge")),
        runtime_s=_number(values.get("battery.runtime")),
        model=values.get("ups.model") or values.get("device.model") or "",
    )


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 1e9 else None
