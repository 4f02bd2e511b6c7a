"""From the far end's page to the durable page: the whole pipeline beside `scanimage` alone.

The far end is a process of its own, as a scanner is; both runs take the same pages through the same
driver, one drops each TIFF, the other keeps it as a page of an open batch. Memory is that of a
process which takes a short and a long batch.
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from PIL import Image

from devices.scanner import SaneScanner, ScanRequest, Source
from edge.imaging.master import as_master
from edge.workflows.digitising import add_page, begin_batch
from provisioning.seed.county import TOWNS
from provisioning.seed.materials import make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import make_people
from tests.bench.figures import Figure
from tests.offices import CLERK, office_in

SHEETS, FEW_SHEETS = 20, 4
SHORT, LONG = 50, 1_000
MIB = 1024


def measure_pages(folder: Path, rounds: int, quick: bool) -> Iterator[Figure]:
    """Measure time beside scanimage alone, then, unless `quick`, memory."""
    sheets = FEW_SHEETS if quick else SHEETS
    paper = folder / "paper"
    render(paper, sheets)
    with far_end(paper) as url:
        for name, pace in (("unpaced", 0.0), ("60-a-minute", 1.0)):
            _tell(url, "pace", {"seconds": pace})
            alone, whole = [], []
            for place in range(rounds):
                alone.append(_alone(url, folder / f"alone-{name}-{place}", sheets))
                whole.append(_whole(url, folder / f"whole-{name}-{place}", sheets))
            yield Figure(f"scan.alone.{name}", "pages/min", _speeds(sheets, alone))
            ratio = statistics.median(w / a for w, a in zip(whole, alone, strict=True))
            yield Figure(f"scan.pipeline.{name}", "pages/min", _speeds(sheets, whole), ratio)
    if not quick:
        short, long = (_peak(paper, folder / f"peak-{count}", count) for count in (SHORT, LONG))
        yield Figure("scan.memory", "MiB", (long,), long / short, {"short_mib": short})


def render(paper: Path, sheets: int) -> None:
    """Lay A4 pages in colour at 300 dpi into a folder."""
    paper.mkdir(parents=True)
    (person,) = make_people(7, TOWNS[0].code, 1)
    materials = make_materials(Random(7), person)
    leaves = [(each, number) for each in materials for number in range(1, each.pages + 1)]
    for place in range(sheets):
        material, number = leaves[place % len(leaves)]
        jpeg = render_page(person, material, number, 300, quality=88)
        (paper / f"{place:04d}.jpg").write_bytes(jpeg)


@contextmanager
def far_end(paper: Path) -> Iterator[str]:
    """A simulated scanner in a process of its own; yields its eSCL address."""
    command = [sys.executable, "-u", "-m", "devices.simulators.scanner", "--pages", str(paper)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def _speeds(sheets: int, seconds: list[float]) -> tuple[float, ...]:
    return tuple(60 * sheets / each for each in seconds)


def _tell(url: str, what: str, said: dict[str, float]) -> None:
    request = urllib.request.Request(
        f"{url.removesuffix('/eSCL')}/sim/{what}", json.dumps(said).encode()
    )
    urllib.request.urlopen(request).close()


def _load(url: str, sheets: int) -> None:
    _tell(url, "load", {"pages": sheets})


def _alone(url: str, folder: Path, sheets: int) -> float:
    folder.mkdir()
    _load(url, sheets)
    started, seen = time.perf_counter(), 0
    for page in SaneScanner(url).scan(ScanRequest(Source.FEEDER), folder):
        page.path.unlink()
        seen += 1
    assert seen == sheets
    return time.perf_counter() - started


def _whole(url: str, folder: Path, sheets: int) -> float:
    work = folder / "work"
    work.mkdir(parents=True)
    with office_in(folder / "office") as office:
        batch = begin_batch(office, CLERK, "scanner", "")
        _load(url, sheets)
        started, seen = time.perf_counter(), 0
        for page in SaneScanner(url).scan(ScanRequest(Source.FEEDER), work):
            add_page(office, CLERK, batch, as_master(page.path))
            page.path.unlink()
            seen += 1
        assert seen == sheets
        return time.perf_counter() - started


def _peak(paper: Path, folder: Path, count: int) -> float:
    """Take `count` pages in a fresh process and tell its peak of memory, in MiB."""
    command = [sys.executable, "-m", "tests.bench.pages", str(paper), str(folder), str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def take(paper: Path, folder: Path, count: int) -> None:
    """Take `count` pages into one batch, one TIFF at a time as a scanner leaves them."""
    sheets = sorted(paper.glob("*.jpg"))
    folder.mkdir(parents=True)
    scan = folder / "page.tif"
    with office_in(folder / "office") as office:
        batch = begin_batch(office, CLERK, "scanner", "")
        for number in range(count):
            with Image.open(sheets[number % len(sheets)]) as sheet:
                # No two pages of a batch are equal, byte by byte.
                sheet.putpixel((0, 0), (number % 256, number // 256, 0))
                sheet.save(scan, dpi=(300, 300))
            add_page(office, CLERK, batch, as_master(scan))


def own_peak() -> float:
    """The peak of this process alone, in MiB; `getrusage` would tell its parent's."""
    told = Path("/proc/self/status").read_text()
    (line,) = (each for each in told.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / MIB


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(str(own_peak()))
