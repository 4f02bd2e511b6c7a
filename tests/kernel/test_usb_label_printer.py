"""The label printer at /dev/usb/lp0: usblp, and beyond it a USB gadget of the same kernel."""

import os
import select
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from devices.driver import Fault, State
from devices.label_printer import LabelPrinter, load_label_models
from devices.plugged import plugged_devices
from devices.simulators.label_printer import SimulatedLabelPrinter
from edge.documents.label import SIZES, Label, draw_label
from edge.domain.cover_code import cover_code
from edge.domain.errors import DeviceFault
from tests.kernel.guest import until

NODE, FAR_NODE = Path("/dev/usb/lp0"), Path("/dev/g_printer0")
CONFIGURED = Path("/sys/kernel/config")
GADGET = CONFIGURED / "usb_gadget/labels"
SAID = {
    "idVendor": "0x1203",
    "idProduct": "0x0230",
    "strings/0x409/manufacturer": "TSC",
    "strings/0x409/product": "TTP-244",
    "strings/0x409/serialnumber": "TSC0001",
    # The gadget's length does not count itself, which costs the last two characters.
    "functions/printer.0/pnp_string": "MFG:TSC;MDL:TTP-244 Label;CLS:PRINTER;SN:TSC0001;..",
}
COVER = cover_code("0190abcdef0123456789abcdef012345")


class UsbCable:
    """Joins our simulated printer to a USB printer gadget, which the same kernel sees as lp0.

    The far end lets its node go before the cable is pulled: a gadget plugged again while its old
    node is open spoils the kernel's memory.
    """

    def __init__(self, far: SimulatedLabelPrinter) -> None:
        self._far, self._pulled = far, threading.Event()
        self._thread: threading.Thread | None = None
        for place in ("strings/0x409", "functions/printer.0", "configs/c.1"):
            (GADGET / place).mkdir(parents=True, exist_ok=True)
        for name, value in SAID.items():
            (GADGET / name).write_text(value)
        (GADGET / "configs/c.1/printer.0").symlink_to(GADGET / "functions/printer.0")

    def plug(self) -> None:
        (GADGET / "UDC").write_text("dummy_udc.0")
        until(lambda: NODE.exists() and FAR_NODE.exists())
        self._pulled.clear()
        end = os.open(FAR_NODE, os.O_RDWR)
        self._thread = threading.Thread(target=self._carry, args=(end,), daemon=True)
        self._thread.start()

    def pull_out(self) -> None:
        self._pulled.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            (GADGET / "UDC").write_text("\n")
            until(lambda: not NODE.exists() and not FAR_NODE.exists())

    def close(self) -> None:
        self.pull_out()
        (GADGET / "configs/c.1/printer.0").unlink()
        for place in ("configs/c.1", "functions/printer.0", "strings/0x409", ""):
            (GADGET / place).rmdir()

    def _carry(self, end: int) -> None:
        left = b""
        while not self._pulled.is_set():
            if select.select([end], [], [], 0.1)[0]:
                left = self._far.take(left + os.read(end, 8192), lambda said: os.write(end, said))
        os.close(end)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[SimulatedLabelPrinter]:
    with SimulatedLabelPrinter(tmp_path) as far:
        yield far


@pytest.fixture
def cable(far: SimulatedLabelPrinter) -> Iterator[UsbCable]:
    """A printer that is plugged in."""
    for module in ("dummy_hcd", "usb_f_printer", "usblp"):
        subprocess.run(["modprobe", module], check=True, timeout=60)
    if not (CONFIGURED / "usb_gadget").exists():
        subprocess.run(["mount", "-t", "configfs", "none", CONFIGURED], check=True, timeout=60)
    cable = UsbCable(far)
    cable.plug()
    yield cable
    cable.close()


@pytest.fixture
def printer(cable: UsbCable) -> LabelPrinter:
    return LabelPrinter(NODE, load_label_models()["TSPL-203"])


def codes_on(path: Path) -> set[str]:
    with Image.open(path) as label:
        return {each.text for each in zxingcpp.read_barcodes(np.array(label.convert("L")))}


def test_labels_are_printed_and_read_back_and_again_after_it_was_pulled_out(
    cable: UsbCable, printer: LabelPrinter, far: SimulatedLabelPrinter
) -> None:
    picture = draw_label(Label(COVER, "单喆", (), "LH-2024-0001"), SIZES["60x40"], 203)
    printer.print_label(picture, copies=2)
    assert [codes_on(path) for path in far.printed()] == [{COVER, "LH-2024-0001"}] * 2
    for _ in range(2):
        cable.pull_out()
        assert printer.health().fault is Fault.ABSENT
        assert printer.discover() == []
        cable.plug()
        until(lambda: printer.health().state is State.READY)
        printer.print_label(picture)
    assert len(far.printed()) == 4


def test_what_ails_it_is_told_through_the_cable(
    printer: LabelPrinter, far: SimulatedLabelPrinter
) -> None:
    picture = draw_label(Label(COVER, "单喆"), SIZES["50x30"], 203)
    for ails, fault in (("paper_out", Fault.PAPER_OUT), ("head_open", Fault.COVER_OPEN)):
        far.fault(ails)
        with pytest.raises(DeviceFault) as caught:
            printer.print_label(picture)
        assert caught.value.fields["fault"] is fault
        assert printer.health().fault is fault
    far.fault("mute")
    assert printer.health().fault is Fault.TIMEOUT
    far.fault("")
    printer.print_label(picture)
    assert len(far.printed()) == 1


def test_it_is_found_by_what_it_told_the_kernel(printer: LabelPrinter) -> None:
    (found,) = [each for each in plugged_devices() if each.kind == printer.kind]
    assert (found.stable_id, found.address) == ("TSC TTP-244 Label:TSC0001", str(NODE))
