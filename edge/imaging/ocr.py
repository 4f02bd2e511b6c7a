"""Text of a page by tesseract, for search and suggestions; never the authority on what it says."""

import os
import re
import subprocess

from edge.domain.errors import ArchiveError, InvalidInput

LANGUAGE = "chi_sim"  # chi_sim+eng reads Chinese worse
PAGE_SECONDS = 120
# Tesseract sets blanks between Chinese characters; between Latin words they mean something.
WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]"
BLANKS = re.compile(rf"(?<={WIDE})[ \t]+|[ \t]+(?={WIDE})")


def recognise(jpeg: bytes, dpi: int = 300) -> str:
    """Read one page; lines are kept, blanks between Chinese characters are not.

    `dpi` must be true: a wrong one multiplies the errors. Raises ArchiveError when tesseract or
    its Chinese model is missing, InvalidInput for an image it cannot read.
    """
    command = ["nice", "-n", "10", "tesseract", "stdin", "stdout"]
    options = ["-l", LANGUAGE, "--psm", "3", "--dpi", str(dpi)]
    try:
        done = subprocess.run(
            [*command, *options],
            input=jpeg,
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=False,
            # More threads than one make a small machine several times slower.
            env=os.environ | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("page.unreadable", detail=f"no text in {PAGE_SECONDS} s") from error
    complaint = done.stderr.decode(errors="replace").strip()
    if done.returncode == 127 or "Failed loading language" in complaint:
        raise ArchiveError("imaging.tool_missing", tool=f"tesseract {LANGUAGE}")
    if done.returncode != 0:
        raise InvalidInput("page.unreadable", detail=complaint)
    lines = done.stdout.decode().replace("\f", "").splitlines()
    return "\n".join(BLANKS.sub("", line).strip() for line in lines if line.strip())
