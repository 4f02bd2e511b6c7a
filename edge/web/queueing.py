"""Sending PDFs to the office's printer: a file lies there only until the queue has taken it."""

import tempfile
from pathlib import Path

from edge.domain.errors import DeviceUnavailable
from edge.web.parts import Parts


def send(parts: Parts, pdf: bytes, title: str, copies: int = 1) -> int:
    """Queue a PDF and give the job's number; raises DeviceUnavailable."""
    if parts.printer is None:
        raise DeviceUnavailable("device.printer.absent", fault="absent", detail="")
    parts.work.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=parts.work, suffix=".pdf") as paper:
        paper.write(pdf)
        paper.flush()
        return parts.printer.submit(Path(paper.name), title, copies)


def send_kept(parts: Parts, blob: str, title: str, copies: int = 1) -> int | None:
    """Queue a paper that is kept; None where no printer takes it, since the paper stands anyhow."""
    try:
        return send(parts, parts.office.blobs.read(blob), title, copies)
    except DeviceUnavailable:
        return None
