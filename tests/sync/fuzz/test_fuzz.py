"""Thousands of spoilt segments: each refused in words and without a trace, or taken in whole.

In a process of its own, whose crash, hunger or hanging would be seen. `DANGXIA_INPUTS` says how
many; seeds run from 0, so that a failure's seed is its name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sync.fuzz.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[3]
INPUTS = int(os.environ.get("DANGXIA_INPUTS", "5000"))
PER_TEST, MUTANT_INPUTS = 1_250, 2_500
SECONDS = 280


class Found(AssertionError):
    """An input that did what none may do."""


def offer(folder: Path, first: int, count: int, mutant: str = "") -> dict[str, Any]:
    """Run the child over so many seeds; raises Found."""
    command = [sys.executable, "-m", "tests.sync.fuzz.child", str(folder), str(first), str(count)]
    try:
        done = subprocess.run(
            [*command, *([mutant] if mutant else [])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        ended, said = f"status {done.returncode}", done.stderr[-4_000:]
    except subprocess.TimeoutExpired:
        ended, said = f"nothing after {SECONDS} s", ""
    if ended != "status 0":
        seed = (folder / "seed").read_text() if (folder / "seed").exists() else "none yet"
        raise Found(
            f"seed {seed}: {ended}\n{said}\n"
            f"again: python -m tests.sync.fuzz.child {folder.name} {seed} 1 {mutant}"
        )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("first", range(0, INPUTS, PER_TEST))
def test_no_spoilt_segment_leaves_a_trace_or_ends_the_process(first: int, tmp_path: Path) -> None:
    count = min(PER_TEST, INPUTS - first)
    told = offer(tmp_path, first, count)
    assert sum(told["told"].values()) == count
    # They get past the signature to every rule, and some are harmless.
    assert {"taken", "segment.damaged", "segment.malformed", "segment.chain"} <= told["told"].keys()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_check_left_out_is_found(mutant: str, tmp_path: Path) -> None:
    with pytest.raises(Found, match=r"seed \d+: status"):
        offer(tmp_path, 0, MUTANT_INPUTS, mutant)
