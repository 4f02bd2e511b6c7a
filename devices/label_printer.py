"""Label printers: a picture goes out whole, and the printer's state byte says what became of it.

A job is one connection. What stopped it is told before anything is sent where the printer can be
asked; then nothing has been printed, and the clerk tries again.
"""

import errno
import os
import select
import socket
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devices.driver import Fault, Found, Health, State
from devices.tspl import MM_PER_INCH, STATUS_QUERY, escpos, fault_of, is_printing, tspl
from edge.domain.bitmap import Bitmap
from edge.domain.errors import DeviceFault, DeviceUnavailable, InvalidInput

PORT = 9100  # AppSocket, what every such printer listens at
_PROFILES = Path(__file__).parent / "profiles" / "label_printers.toml"
_CONNECT_S, _ANSWER_S, _PRINTED_WITHIN_S, _LOOK_S = 3.0, 2.0, 20.0, 0.1
_ERRORS = {
    errno.EACCES: Fault.PERMISSION,
    errno.EPERM: Fault.PERMISSION,
    errno.EBUSY: Fault.BUSY,
    errno.ETIMEDOUT: Fault.TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class LabelModel:
    """What a make and model takes; see `profiles/label_printers.toml`."""

    name: str
    language: Literal["tspl", "escpos"]
    dpi: int
    width_mm: float
    status: bool


def load_label_models(path: Path = _PROFILES) -> Mapping[str, LabelModel]:
    """Read the models that are known, by key."""
    return {key: LabelModel(**row) for key, row in tomllib.loads(path.read_text("utf-8")).items()}


def job_of(picture: Bitmap, model: LabelModel, gap_mm: float, copies: int) -> bytes:
    """Write a picture in the model's language.

    Raises InvalidInput `label.too_wide` (width, most; mm).
    """
    width = picture.width * MM_PER_INCH / model.dpi
    if width > model.width_mm:
        raise InvalidInput("label.too_wide", width=round(width), most=round(model.width_mm))
    if model.language == "tspl":
        return tspl(picture, model.dpi, gap_mm, copies)
    return escpos(picture, copies)


class LabelPrinter:
    """A label printer at a host's port or behind a character device such as /dev/usb/lp0.

    `place` is the device's stable path, or the host; `gap_mm` lies between two labels. All methods
    block and may be called from any thread; jobs go out one after another.
    """

    kind = "label_printer"

    def __init__(
        self, place: Path | str, model: LabelModel, port: int = PORT, gap_mm: float = 2.0
    ) -> None:
        self.model = model
        self._place, self._port, self._gap_mm = place, port, gap_mm
        self._one_at_a_time = threading.Lock()

    def discover(self) -> list[Found]:
        """The configured printer, where it can be reached."""
        if self.health().fault is Fault.ABSENT:
            return []
        address = str(self._place) if isinstance(self._place, Path) else self._address
        return [Found(address, self.kind, self.model.name, address)]

    def health(self) -> Health:
        """Ask the printer how it is; busy while a job goes out."""
        if not self._one_at_a_time.acquire(blocking=False):
            return Health(State.BUSY)
        try:
            with self._line() as line:
                status = line.status() if self.model.status else 0
        except DeviceUnavailable as error:
            fault = Fault(str(error.fields["fault"]))
            state = State.ABSENT if fault is Fault.ABSENT else State.FAULT
            return Health(state, fault, str(error.fields.get("detail", "")))
        finally:
            self._one_at_a_time.release()
        fault_now = fault_of(status)
        if fault_now is not None:
            return Health(State.FAULT, fault_now, f"status {status:#04x}")
        return Health(State.BUSY if is_printing(status) else State.READY)

    def print_label(self, picture: Bitmap, copies: int = 1) -> None:
        """Print a picture; returns once the printer says that it is done, or has taken it.

        Raises InvalidInput `label.too_wide` (width, most; mm), DeviceFault for what a hand can
        mend, DeviceUnavailable where no printer answers.
        """
        job = job_of(picture, self.model, self._gap_mm, copies)
        with self._one_at_a_time, self._line() as line:
            if self.model.status:
                _require_well(line.status())
            line.send(job)
            if self.model.status:
                line.await_printed(time.monotonic() + _PRINTED_WITHIN_S)

    def close(self) -> None:
        """Nothing is open between two jobs."""

    @property
    def _address(self) -> str:
        return f"{self._place}:{self._port}"

    @contextmanager
    def _line(self) -> Iterator["_Line"]:
        line = None
        try:
            if isinstance(self._place, Path):
                descriptor = os.open(self._place, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
                line = _Line(descriptor)
            else:
                reached = socket.create_connection((self._place, self._port), _CONNECT_S)
                reached.setblocking(False)
                line = _Line(reached.detach())
            yield line
        except TimeoutError as error:
            raise _unavailable(Fault.TIMEOUT, str(error)) from error
        except OSError as error:
            fault = _ERRORS.get(error.errno or 0, Fault.ABSENT)
            raise _unavailable(fault, str(error)) from error
        finally:
            if line is not None:
                line.close()


class _Line:
    """One connection's descriptor, read and written with patience and no more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def close(self) -> None:
        os.close(self._descriptor)

    def send(self, octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            self._await_room()
            left = left[os.write(self._descriptor, left) :]
        # On closing, the kernel's driver for USB drops what a slow printer has not taken yet.
        self._await_room()

    def _await_room(self) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        events = poll.poll(_PRINTED_WITHIN_S * 1000)
        if not events:
            raise TimeoutError("the printer takes nothing")
        if events[0][1] & (select.POLLERR | select.POLLHUP):
            raise ConnectionResetError("the printer is gone")

    def status(self) -> int:
        """Ask once; what an earlier question may have left unread is dropped first."""
        while select.select([self._descriptor], [], [], 0)[0] and os.read(self._descriptor, 256):
            pass
        self.send(STATUS_QUERY)
        if not select.select([self._descriptor], [], [], _ANSWER_S)[0]:
            raise TimeoutError("no answer to the state query")
        answer = os.read(self._descriptor, 256)
        if not answer:
            raise ConnectionResetError("the printer hung up")
        return answer[-1]

    def await_printed(self, deadline: float) -> None:
        while True:
            status = self.status()
            _require_well(status)
            if not is_printing(status):
                return
            if time.monotonic() > deadline:
                raise TimeoutError("still printing")
            # The printer is slow beside us; asking it all the time would only keep it from work.
            time.sleep(_LOOK_S)


def _require_well(status: int) -> None:
    fault = fault_of(status)
    if fault is not None:
        key = f"device.label_printer.{fault}"
        raise DeviceFault(key, fault=fault, detail=f"status {status:#04x}")


def _unavailable(fault: Fault, detail: str) -> DeviceUnavailable:
    return DeviceUnavailable(f"device.label_printer.{fault}", fault=fault, detail=detail)
