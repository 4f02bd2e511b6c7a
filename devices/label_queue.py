"""A label printer behind a raw queue of CUPS, where another program or machine holds the cable.

A queue cannot ask the printer for its state. So a label is followed to its end, and taken back
where it does not come out: what is told as not printed shall not be printed later.
"""

from dataclasses import replace

from devices.driver import Fault, Found, Health
from devices.label_printer import LabelModel, job_of
from devices.printer import CupsPrinter, JobState
from devices.scanimage import MENDED_BY_HAND
from edge.domain.bitmap import Bitmap
from edge.domain.errors import DeviceFault, DeviceUnavailable

PRINTED_WITHIN_S = 20.0
TITLE = "label"  # names nobody: other users of a queue see its titles


class QueuedLabelPrinter:
    """The printer behind a queue that sends on what it gets as it is; see `queues.add_raw`."""

    kind = "label_printer"

    def __init__(
        self,
        queue: CupsPrinter,
        model: LabelModel,
        gap_mm: float = 2.0,
        printed_within_s: float = PRINTED_WITHIN_S,
    ) -> None:
        self.model = model
        self._queue, self._gap_mm, self._within_s = queue, gap_mm, printed_within_s

    def discover(self) -> list[Found]:
        """The configured queue, where CUPS has it."""
        try:
            queues = self._queue.discover()
        except DeviceUnavailable:
            return []
        return [
            replace(each, kind=self.kind, model=self.model.name)
            for each in queues
            if each.address == self._queue.queue
        ]

    def health(self) -> Health:
        """Say how the queue is; what it last heard of the printer is all it knows."""
        return self._queue.health()

    def print_label(self, picture: Bitmap, copies: int = 1) -> None:
        """Print a picture; errors as `LabelPrinter.print_label`."""
        job = job_of(picture, self.model, self._gap_mm, copies)
        try:
            number = self._queue.submit_raw(job, TITLE)
            told = self._queue.wait(number, self._within_s)
            if told.state is JobState.DONE:
                return
            if not told.final:
                self._queue.cancel(number)
        except DeviceUnavailable as error:
            raise _failure(Fault(str(error.fields["fault"])), str(error)) from error
        raise _failure(told.fault or Fault.TIMEOUT, told.detail)

    def close(self) -> None:
        """Let go of CUPS. May be called again."""
        self._queue.close()


def _failure(fault: Fault, detail: str) -> DeviceFault | DeviceUnavailable:
    kind = DeviceFault if fault in MENDED_BY_HAND else DeviceUnavailable
    return kind(f"device.label_printer.{fault}", fault=fault, detail=detail)
