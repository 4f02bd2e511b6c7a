"""`dangxia demo`: one at a time in one place."""

import os
import subprocess
import sys
from pathlib import Path

from edge.store.folder import hold

ROOT = Path(__file__).resolve().parents[2]


def test_a_second_demonstration_beside_a_running_one_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with hold(tmp_path / "var" / "demo.lock"):
        second = subprocess.run(
            [sys.executable, "-m", "provisioning.cli", "demo"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 1
    assert "已经在运行" in second.stderr
    assert not (tmp_path / "var" / "demo").exists()
