"""From the far end's page to the durable page: the whole pipeline beside `scanimage` alone.

The far end is a process of its own, as a scanner is; both runs take the same pages through the same
driver, one drops each TIFF, the other keeps it as a page of an open batch. At a feeder's own pace
the ratio tells whether the pipeline keeps up; unpaced, pages come as fast as a disk gives them, so
that ratio tells what a page costs us beside a program that only copies it. Memory is that of a
process which takes one long batch, told on the way.
"""

import io
import json
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
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
from tests.bench.figures import Cost, Figure, timed
from tests.offices import CLERK, office_in

SHEETS, FEW_SHEETS = 20, 2
# Pages after which memory is told; they are coarse ones, since only their number matters.
MARKS, COARSE_DPI = (50, 300, 1_000), 150
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
            ratio = statistics.median(w.wall / a.wall for w, a in zip(whole, alone, strict=True))
            also = {"cpu_ms_a_page": 1000 * statistics.median(w.cpu for w in whole) / sheets}
            yield Figure(f"scan.pipeline.{name}", "pages/min", _speeds(sheets, whole), ratio, also)
    if not quick:
        peaks = _peaks(paper, folder / "peaks")
        also = {f"after_{count}_mib": peak for count, peak in zip(MARKS, peaks, strict=True)}
        yield Figure("scan.memory", "MiB", (peaks[-1],), peaks[-1] / peaks[0], also)


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


def _speeds(sheets: int, costs: list[Cost]) -> tuple[float, ...]:
    return tuple(60 * sheets / each.wall for each in costs)


def _tell(url: str, what: str, said: dict[str, float]) -> None:
    request = urllib.request.Request(
        f"{url.removesuffix('/eSCL')}/sim/{what}", json.dumps(said).encode()
    )
    urllib.request.urlopen(request).close()


def _load(url: str, sheets: int) -> None:
    _tell(url, "load", {"pages": sheets})


def _alone(url: str, folder: Path, sheets: int) -> Cost:
    folder.mkdir()
    _load(url, sheets)
    return timed(lambda: _fed(url, folder, sheets, lambda path: None))


def _whole(url: str, folder: Path, sheets: int) -> Cost:
    work = folder / "work"
    work.mkdir(parents=True)
    with office_in(folder / "office") as office:
        batch = begin_batch(office, CLERK, "scanner", "")
        _load(url, sheets)
        return timed(
            lambda: _fed(
                url, work, sheets, lambda path: add_page(office, CLERK, batch, as_master(path))
            )
        )


def _fed(url: str, folder: Path, sheets: int, take: Callable[[Path], object]) -> None:
    seen = 0
    for page in SaneScanner(url).scan(ScanRequest(Source.FEEDER), folder):
        take(page.path)
        page.path.unlink()
        seen += 1
    assert seen == sheets


def _peaks(paper: Path, folder: Path) -> list[float]:
    """Take pages in a fresh process and tell its peak of memory so far at each mark, in MiB."""
    command = [sys.executable, "-m", "tests.bench.pages", str(paper), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in told.split()]


def take(paper: Path, folder: Path) -> Iterator[float]:
    """Take pages into one batch, one TIFF at a time as a scanner leaves them."""
    scans = [_scan(sheet) for sheet in sorted(paper.glob("*.jpg"))[:FEW_SHEETS]]
    folder.mkdir(parents=True)
    path = folder / "page.tif"
    with office_in(folder / "office") as office:
        batch = begin_batch(office, CLERK, "scanner", "")
        for number in range(1, MARKS[-1] + 1):
            scan = scans[number % len(scans)]
            # No two pages of a batch are equal: a dot of another shade in the last row.
            path.write_bytes(scan[:-2] + number.to_bytes(2, "big"))
            add_page(office, CLERK, batch, as_master(path))
            if number in MARKS:
                yield own_peak()


def _scan(sheet: Path) -> bytes:
    """A page as an uncompressed TIFF, whose last bytes are its last pixels."""
    out = io.BytesIO()
    with Image.open(sheet) as image:
        size = (image.width * COARSE_DPI // 300, image.height * COARSE_DPI // 300)
        coarse = image.resize(size)
        coarse.save(out, "TIFF", dpi=(COARSE_DPI, COARSE_DPI))
    return out.getvalue()


def own_peak() -> float:
    """The peak of this process alone, in MiB; `getrusage` would tell its parent's."""
    told = Path("/proc/self/status").read_text()
    (line,) = (each for each in told.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / MIB


if __name__ == "__main__":
    for peak in take(Path(sys.argv[1]), Path(sys.argv[2])):
        sys.stdout.write(f"{peak}\n")
