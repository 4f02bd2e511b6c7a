"""Labels from the drawing to the paper: what a printer took is read back from its dots."""

import select
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from devices import queues
from devices.driver import Fault, State
from devices.label_printer import LabelPrinter, load_label_models
from devices.label_queue import QueuedLabelPrinter
from devices.printer import CupsPrinter
from devices.simulators.far_end import PluggableTty
from devices.simulators.label_printer import SimulatedLabelPrinter
from devices.simulators.printer import PrintRoom
from edge.documents.label import SIZES, Label, draw_label, writable
from edge.domain.bitmap import Bitmap
from edge.domain.cover_code import cover_code, shelf_code
from edge.domain.errors import DeviceFault, DeviceUnavailable, InvalidInput
from tests.devices.print_room import room, shared_room  # noqa: F401  (fixtures: asked for by name)

# A fixture's name is both imported and a parameter.
# ruff: noqa: F811

COVER = cover_code("0190abcdef0123456789abcdef012345")
PLACE = shelf_code(1, 2, 1, 3, 5)
MODELS = load_label_models()


def codes_in(picture: Image.Image) -> set[str]:
    return {each.text for each in zxingcpp.read_barcodes(np.array(picture.convert("L")))}


def image_of(picture: Bitmap) -> Image.Image:
    dots = bytes(octet ^ 0xFF for octet in picture.rows)
    return Image.frombytes("1", (picture.width, picture.height), dots)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_what_every_model_prints_is_read_back(model: str, tmp_path: Path) -> None:
    chosen = MODELS[model]
    label = Label(COVER, "单喆", ("990101001-01-00001", "1库2列1节3层5位"), "LH-2024-0001")
    with SimulatedLabelPrinter(tmp_path) as far:
        printer = LabelPrinter("127.0.0.1", chosen, far.port)
        printer.print_label(draw_label(label, SIZES["60x40"], chosen.dpi), copies=2)
        assert printer.discover()[0].model == chosen.name
        # A printer that cannot be asked has taken the job when it has read it.
        while len(far.printed()) < 2:
            assert printer.health().state in (State.READY, State.BUSY)
    for path in far.printed():
        assert codes_in(Image.open(path)) == {COVER, "LH-2024-0001"}


@pytest.mark.checklist("001-02")
@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_label_is_read_at_an_angle_and_out_of_focus(size: str, dpi: int) -> None:
    drawn = image_of(draw_label(Label(COVER, "欧阳建国", ("青山县柳河镇",)), SIZES[size], dpi))
    seen = drawn.convert("L").rotate(7, expand=True, fillcolor=255)
    assert codes_in(seen.filter(ImageFilter.GaussianBlur(0.8))) == {COVER}


@given(st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-", min_size=1, max_size=24))
def test_bars_are_whole_dots_or_left_out(text: str) -> None:
    label = Label(PLACE, "一号库", (), text)
    codes = codes_in(image_of(draw_label(label, SIZES["60x40"], 203)))
    assert PLACE in codes
    assert codes <= {PLACE, text}
    assert (text in codes) or len(text) > 12


def test_a_name_that_no_font_writes_has_a_label_all_the_same() -> None:
    # Old registers keep rare characters in a range of their own.
    assert writable("\ue863䶮㛃𬱖") == "〓䶮㛃𬱖"
    drawn = image_of(draw_label(Label(COVER, "\ue863建国"), SIZES["50x30"], 203))
    assert codes_in(drawn) == {COVER}


def test_what_ails_the_printer_is_told_before_anything_is_printed(tmp_path: Path) -> None:
    picture = draw_label(Label(PLACE, "一号库"), SIZES["50x30"], 203)
    with SimulatedLabelPrinter(tmp_path) as far:
        printer = LabelPrinter("127.0.0.1", MODELS["TSPL-203"], far.port)
        for name, fault in (
            ("head_open", Fault.COVER_OPEN),
            ("jam", Fault.JAM),
            ("paper_out", Fault.PAPER_OUT),
            ("ribbon_out", Fault.PAPER_OUT),
            ("paused", Fault.PAUSED),
        ):
            far.fault(name)
            assert printer.health().fault is fault
            with pytest.raises(DeviceFault, match=rf"device\.label_printer\.{fault}"):
                printer.print_label(picture)
        far.fault("mute")
        with pytest.raises(DeviceUnavailable, match=r"device\.label_printer\.timeout"):
            printer.print_label(picture)
        assert far.printed() == []
        far.fault("")
        printer.print_label(picture)
        assert len(far.printed()) == 1
    assert printer.health().fault is Fault.ABSENT
    with pytest.raises(DeviceUnavailable, match=r"device\.label_printer\.absent"):
        printer.print_label(picture)


def test_a_printer_behind_a_character_device_is_asked_and_served(tmp_path: Path) -> None:
    label = draw_label(Label(PLACE, "1库2列1节3层5位"), SIZES["50x30"], 203)
    link, far = tmp_path / "lp0", SimulatedLabelPrinter(tmp_path / "out")
    device = PluggableTty(link)
    descriptor, stopped = device.plug(), threading.Event()

    def serve() -> None:
        left = b""
        while not stopped.is_set():
            if select.select([descriptor], [], [], 0.05)[0]:
                left = far.take(left + device.read(), device.write)

    thread = threading.Thread(target=serve)
    thread.start()
    printer = LabelPrinter(link, MODELS["TSPL-203"])
    far.fault("paper_out")
    assert printer.health().fault is Fault.PAPER_OUT
    far.fault("")
    printer.print_label(label)
    stopped.set()
    thread.join()
    (out,) = far.printed()
    assert codes_in(Image.open(out)) == {PLACE}
    device.unplug()
    far.server_close()
    assert (printer.health().state, printer.discover()) == (State.ABSENT, [])


def test_a_printer_behind_a_queue_prints_or_the_label_is_taken_back(
    room: PrintRoom, tmp_path: Path
) -> None:
    label = draw_label(Label(COVER, "单喆"), SIZES["50x30"], 203)
    with SimulatedLabelPrinter(tmp_path) as far:
        queues.add_raw("labels", f"socket://127.0.0.1:{far.port}", room.host, room.port)
        queue = CupsPrinter(room.host, room.port, "labels")
        printer = QueuedLabelPrinter(queue, MODELS["TSPL-203"], printed_within_s=20)
        printer.print_label(label, copies=2)
        assert [codes_in(Image.open(each)) for each in far.printed()] == [{COVER}] * 2
        assert printer.discover()[0].address == "labels"
    hasty = QueuedLabelPrinter(queue, MODELS["TSPL-203"], printed_within_s=3)
    with pytest.raises(DeviceUnavailable, match=r"device\.label_printer\.(absent|timeout)"):
        hasty.print_label(label)
    with SimulatedLabelPrinter(tmp_path, far.port):
        time.sleep(1.0)  # nothing may come, however long one waits
        assert len(far.printed()) == 2
    queues.remove("labels", room.host, room.port)
    with pytest.raises(DeviceUnavailable, match=r"device\.label_printer\.absent"):
        hasty.print_label(label)
    assert (hasty.health().state, hasty.discover()) == (State.ABSENT, [])
    hasty.close()


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"label\.too_small"):
        draw_label(Label("A" * 2_000, "长"), SIZES["50x30"], 203)
    printer = LabelPrinter("127.0.0.1", MODELS["ESCPOS-203"], 9)
    with pytest.raises(InvalidInput, match=r"label\.too_wide"):
        printer.print_label(Bitmap(800, 1, bytes(100)))
