"""Our changes to the source, applied without any tolerance.

The patch files are ordinary unified diffs. Line numbers are ignored: the old lines of each hunk
must occur exactly once in the file, so a hunk can neither drift nor apply twice.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from .errors import BuildError


def apply_all(patches: list[Path], tree: Path) -> None:
    """Apply each patch to the tree; BuildError names the first hunk that does not fit."""
    for patch in patches:
        for name, old, new in _hunks(patch.read_text()):
            target = tree / name
            text = target.read_text()
            if text.count(old) != 1:
                raise BuildError(f"{patch.name} does not fit {name}")
            target.write_text(text.replace(old, new))


def _hunks(diff: str) -> Iterator[tuple[str, str, str]]:
    for part in re.split(r"^--- a/", diff, flags=re.MULTILINE)[1:]:
        header, *hunks = re.split(r"^@@ .*\n", part, flags=re.MULTILINE)
        name = header.splitlines()[0]
        for hunk in hunks:
            # A blank context line may have lost its leading space to an editor.
            lines = [line if line.strip() else " \n" for line in hunk.splitlines(keepends=True)]
            yield (
                name,
                "".join(line[1:] for line in lines if line[0] in " -"),
                "".join(line[1:] for line in lines if line[0] in " +"),
            )
