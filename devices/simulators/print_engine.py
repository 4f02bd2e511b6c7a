"""The marking engine of the simulated printer: one run of this program feeds one document.

`ippeveprinter` starts it with the document as last argument, the job's attributes in the
environment (IPP_JOB_NAME ...) and reads `STATE:` lines from standard error. What it "prints" it
keeps as `<number>.pdf` (or .jpg, .pwg, .urf) with a `<number>.json` beside it, written last:
{title, user, copies, format}. It stands alone on the standard library, for a quick start.
"""

import argparse
import http.client
import json
import os
import shutil
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path

REASONS = {
    "paper_out": "media-empty",
    "jam": "media-jam",
    "cover_open": "cover-open",
}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/pwg-raster": ".pwg",
    "image/urf": ".urf",
}
_LOOK_SECONDS = 0.1
_GET_JOBS = 0x000A


def main() -> int:
    """Feed one document; exit 0 also when the job was cancelled while it waited."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fault", type=Path, required=True)
    parser.add_argument("--printed", type=Path, required=True)
    parser.add_argument("document", type=Path)
    chosen = parser.parse_args()
    if await_mending(chosen.fault, chosen.port):
        keep(chosen.document, chosen.printed, os.environ)
    return 0


def await_mending(fault: Path, port: int) -> bool:
    """Stand with the fault named in the file until it is gone; False when the job was cancelled."""
    shown = ""
    while True:
        reason = REASONS.get(_read(fault), "")
        if reason != shown:
            # A bare list replaces whatever an earlier job left behind.
            _say(f"STATE: {reason}-error" if reason else "STATE: none")
            shown = reason
        if not reason:
            return True
        if _cancelled(port):
            _say("STATE: none")
            return False
        time.sleep(_LOOK_SECONDS)  # the engine waits for paper, or to be cancelled


def keep(document: Path, printed: Path, job: Mapping[str, str]) -> Path:
    """Put the document among the printed ones and return where it lies."""
    number = len(list(printed.glob("*.json"))) + 1
    kind = job.get("CONTENT_TYPE", "")
    target = printed / f"{number:06}{_SUFFIXES.get(kind, '.bin')}"
    shutil.copyfile(document, target)
    about = {
        "title": job.get("IPP_JOB_NAME", ""),
        "user": job.get("IPP_JOB_ORIGINATING_USER_NAME", ""),
        "copies": int(job.get("IPP_COPIES", "1")),
        "format": kind,
        "document": target.name,
    }
    draft = target.with_suffix(".part")
    draft.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    draft.rename(target.with_suffix(".json"))
    return target


def _read(fault: Path) -> str:
    try:
        return fault.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _cancelled(port: int) -> bool:
    """Ask the printer about its one active job, since it does not tell a running engine (RFC 8011).

    A job to be cancelled shows as `processing-to-stop-point`.
    """
    words = (
        (0x47, "attributes-charset", "utf-8"),
        (0x48, "attributes-natural-language", "en"),
        (0x45, "printer-uri", f"ipp://localhost:{port}/ipp/print"),
        (0x44, "which-jobs", "not-completed"),
        (0x44, "requested-attributes", "job-state-reasons"),
    )
    body = struct.pack(">HHIB", 0x0200, _GET_JOBS, 1, 0x01)
    for tag, name, value in words:
        body += struct.pack(f">BH{len(name)}sH", tag, len(name), name.encode(), len(value))
        body += value.encode()
    line = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        line.request("POST", "/ipp/print", body + b"\x03", {"Content-Type": "application/ipp"})
        return b"processing-to-stop-point" in line.getresponse().read()
    except OSError:
        return True  # the printer itself is gone
    finally:
        line.close()


if __name__ == "__main__":
    sys.exit(main())
