"""The reading process: real tesseract, last in line, still while the counter works, killable."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont

from edge.domain.errors import ArchiveError, InvalidInput
from edge.imaging.reader import Reader, ReaderLost

WORDS = "城乡居民基本养老保险参保登记表"
SOON = 60.0


@pytest.fixture(scope="module")
def slip() -> Image.Image:
    image = Image.new("RGB", (1400, 1000), "white")
    font = ImageFont.truetype("NotoSerifCJK-Regular.ttc", 50, index=2)
    draw = ImageDraw.Draw(image)
    for line in range(6):
        draw.text((100, 100 + 130 * line), WORDS, font=font, fill="black")
    return image


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, dpi=(300, 300))
    return out.getvalue()


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(lambda: False, lambda: False)
    yield made
    made.stop()


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.checklist("004-18")
def test_a_page_is_read_with_the_boxes_of_its_lines(reader: Reader, slip: Image.Image) -> None:
    read = reader.read(jpeg(slip))
    assert read is not None
    assert read.text.splitlines()[0] == WORDS
    assert (read.turn, read.size) == (0, slip.size)
    assert 80 < read.lines[0].left < 120
    assert 600 < read.lines[0].width < 800
    assert read.lines[1].top > read.lines[0].top + 100


@pytest.mark.parametrize("degrees", [180, 90])
def test_a_page_that_lies_the_wrong_way_is_turned_to_be_read(
    reader: Reader, slip: Image.Image, degrees: int
) -> None:
    read = reader.read(jpeg(slip.rotate(degrees, expand=True)))
    assert read is not None
    assert (read.turn, read.text.splitlines()[0]) == (degrees, WORDS)


def test_the_reader_is_last_in_line(reader: Reader, slip: Image.Image) -> None:
    reader.read(jpeg(slip))
    assert reader.pid is not None
    process = psutil.Process(reader.pid)
    assert process.nice() == 19
    assert process.ionice().ioclass == psutil.IOPRIO_CLASS_IDLE


def test_a_killed_reader_is_told_and_the_next_page_is_read(
    reader: Reader, slip: Image.Image
) -> None:
    reader.read(jpeg(slip))
    first = reader.pid
    assert first is not None
    wrong: list[BaseException] = []

    def read() -> None:
        try:
            reader.read(jpeg(slip))
        except ReaderLost as error:
            wrong.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    until(lambda: bool(psutil.Process(first).children()))
    os.kill(first, signal.SIGKILL)
    thread.join(SOON)
    assert [type(error) for error in wrong] == [ReaderLost]
    assert reader.read(jpeg(slip)) is not None
    assert reader.pid != first


def test_the_reader_stands_still_while_the_counter_is_busy(slip: Image.Image) -> None:
    busy = threading.Event()
    reader, done = Reader(busy.is_set, lambda: False), list[object]()
    reader.read(jpeg(slip))
    assert reader.pid is not None
    process = psutil.Process(reader.pid)
    busy.set()
    thread = threading.Thread(target=lambda: done.append(reader.read(jpeg(slip))))
    thread.start()
    # Stopped while it starts its tool, a process waits for the stopped child instead.
    until(lambda: any(each.status() == psutil.STATUS_STOPPED for each in family(process)))
    before = spent(process)
    time.sleep(1.0)
    assert spent(process) == before
    assert not done
    busy.clear()
    thread.join(SOON)
    assert done
    reader.stop()


KILLED = """
import sys, threading
from edge.imaging.reader import Reader
busy = threading.Event()
reader = Reader(busy.is_set, lambda: False)
page = sys.stdin.buffer.read()
reader.read(page)
busy.set()
threading.Thread(target=reader.read, args=(page,), daemon=True).start()
print(reader.pid, flush=True)
threading.Event().wait()
"""


def test_a_reader_that_stands_still_does_not_outlive_a_killed_box(slip: Image.Image) -> None:
    box = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert box.stdin is not None
    assert box.stdout is not None
    box.stdin.write(jpeg(slip))
    box.stdin.close()
    process = psutil.Process(int(box.stdout.readline()))
    until(lambda: any(each.status() == psutil.STATUS_STOPPED for each in family(process)))
    left = family(process)
    box.kill()
    box.wait()
    box.stdout.close()
    until(lambda: not any(each.is_running() for each in left))


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children()]


def spent(process: psutil.Process) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in family(process))


def test_the_end_is_not_held_up_by_a_page(slip: Image.Image) -> None:
    reader = Reader(lambda: False, lambda: True)
    assert reader.read(jpeg(slip)) is None
    assert reader.pid is None


def test_what_is_no_page_is_refused_and_the_reader_goes_on(
    reader: Reader, slip: Image.Image
) -> None:
    with pytest.raises(InvalidInput):
        reader.read(b"no image")
    assert reader.read(jpeg(slip)) is not None


def test_a_missing_model_is_named(
    slip: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TESSDATA_PREFIX", str(tmp_path))
    reader = Reader(lambda: False, lambda: False)
    with pytest.raises(ArchiveError) as caught:
        reader.read(jpeg(slip))
    assert caught.value.key == "imaging.tool_missing"
    reader.stop()
