"""Sending PDFs to the office's printer, and saying how their printing goes.

A file lies there only until the queue has taken it.
"""

import tempfile
from pathlib import Path
from typing import Any

from edge.domain.errors import DangxiaError, DeviceUnavailable, NotFound
from edge.web.locale import sentence, sentence_of
from edge.web.parts import Parts

# IPP numbers jobs with 31 bits (RFC 8011 §5.3.2).
_LAST_JOB = 2**31 - 1


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


def job_at(parts: Parts, address: str, job: int | None, sealed: bool) -> dict[str, Any]:
    """What `parts/job.html` shows of the printing of the paper at an address."""
    return {"address": address, "sealed": sealed, "job": job} | printing(parts, job)


def printing(parts: Parts, job: int | None) -> dict[str, Any]:
    """Say how a job goes: the template's `state`, `said`, `tone` and `over`."""
    if parts.printer is None:
        said = sentence("job.unsent")
        return {"state": "unsent", "said": said, "tone": "care", "over": True}
    if job is not None and job > _LAST_JOB:
        raise NotFound("device.printer.no_job", job=job)
    if job is None:
        health = parts.printer.health()
        said = sentence(f"device.printer.{health.fault}") if health.fault else ""
        return {
            "state": "failed",
            "said": said or sentence("job.failed"),
            "tone": "care",
            "over": True,
        }
    try:
        now = parts.printer.job(job)
    except DangxiaError as error:
        over = isinstance(error, NotFound)
        return {"state": "held", "said": sentence_of(error), "tone": "care", "over": over}
    if now.fault:
        said = sentence(f"device.printer.{now.fault}")
        return {"state": now.state, "said": said, "tone": "care", "over": now.final}
    tones = {"done": "done", "failed": "alarm", "cancelled": "care", "held": "care"}
    return {
        "state": str(now.state),
        "said": sentence(f"job.{now.state}"),
        "tone": tones.get(now.state, ""),
        "over": now.final,
    }
