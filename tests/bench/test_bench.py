"""The benchmark itself runs, checks what it carried, and prints what it promises."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.figures import Figure, percentile
from tests.bench.record import subject_of
from tests.bench.searching import ASKED

ROOT = Path(__file__).resolve().parents[2]


def test_a_quick_run_prints_every_line_and_a_table() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    kinds = sorted(ASKED)
    assert [line["what"] for line in lines] == [
        "insert.plain",
        "crsqlite.limit",
        "replication.push",
        "replication.edits",
        "memory.flat",
        "replication.parts",
        "counter.write.idle",
        "counter-write-while-merging",
        "hub.20-towns-at-once",
        "bootstrap",
        "gaps.judge.dossiers",
        "gaps.over-all",
        "gaps.page",
        *(f"search.{kind}.{state}" for state in ("idle", "merging") for kind in kinds),
        "kiosks.sqlite-loop",
        "kiosks.static-file",
        "kiosks.look-up",
        "kiosks.page",
        "kiosks.look-up.paced",
        "kiosks.page.paced",
        "swipe.served",
        "swipe.painted",
        "scan.alone.unpaced",
        "scan.pipeline.unpaced",
        "scan.alone.60-a-minute",
        "scan.pipeline.60-a-minute",
        "room.32-sensors.round",
    ]
    for line in lines:
        assert 0 < line["min"] <= line["value"] <= line["max"]
        assert line["dossiers"] == 400
        assert {"unit", "ratio", "rounds", "versions"} <= set(line)
        assert line["what"] in run.stderr
    push = lines[2]
    assert 0 < push["ratio"] < 2
    assert push["bytes_per_entry"] > 30
    assert push["cpu_s"] > 0
    assert push["box_mib"] > 20 < push["hub_mib"]
    towns = lines[8]
    assert towns["fairness"] >= 1
    memory = lines[4]
    assert memory["hub_mib"] > 20 < memory["tenfold_hub_mib"]
    for counter in lines[6:8]:
        waits = [counter[f"{part}_p99_ms"] for part in ("queue", "act", "commit")]
        assert max(waits) <= counter["worst_ms"] <= sum(waits) + 1
    assert lines[7]["merged_per_s"] > 0
    parts = lines[5]
    named = ("extract", "pack_sign", "verify_unpack", "merge", "project", "admit")
    assert sum(parts[name] for name in named) > 0


def test_invented_persons_are_no_two_alike() -> None:
    places = (*range(50), 19_999, 20_000, 20_001, 49_999, 59_999)
    assert len({subject_of(place).id_number for place in places}) == len(places)
    assert subject_of(7) == subject_of(7)


def test_the_median_counts_and_percentiles_are_of_what_was_measured() -> None:
    assert Figure("x", "s", (9.0, 1.0, 2.0)).value == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == pytest.approx(1.0)
