"""The build: pinned source, exact patches, named tools, kept wheels."""

import os
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import crsqlite
import pytest


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch, binding_folder: Path) -> SimpleNamespace:
    monkeypatch.syspath_prepend(str(binding_folder))
    names = ("errors", "patches", "source", "toolchain")
    return SimpleNamespace(**{name: import_module(f"builder.{name}") for name in names})


def run_build(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "build.py"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wheel_of_a_ready_made_file_installs_and_is_kept(
    binding_folder: Path, tmp_path: Path
) -> None:
    ready = crsqlite.loadable_path()
    first = run_build(binding_folder, "--wheel-dir", str(tmp_path), DANGXIA_CRSQLITE=ready)
    assert first.returncode == 0, first.stderr
    wheel = Path(first.stdout.splitlines()[-1])
    written = wheel.stat().st_mtime_ns
    second = run_build(binding_folder, "--wheel-dir", str(tmp_path), DANGXIA_CRSQLITE=ready)
    assert second.stdout == first.stdout
    assert wheel.stat().st_mtime_ns == written

    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, timeout=120)
    environment = {k: v for k, v in os.environ.items() if k != "DANGXIA_CRSQLITE"}
    code = "import crsqlite; crsqlite.check(); print(crsqlite.loadable_path())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == target / "crsqlite/crsqlite.so"


def test_wheel_carries_the_licence_of_cr_sqlite(binding_folder: Path, tmp_path: Path) -> None:
    done = run_build(
        binding_folder,
        *("--wheel-dir", str(tmp_path)),
        DANGXIA_CRSQLITE=crsqlite.loadable_path(),
    )
    with zipfile.ZipFile(done.stdout.splitlines()[-1]) as wheel:
        licence = wheel.read(f"crsqlite-{crsqlite.__version__}.dist-info/licenses/LICENSE")
    assert b"One Law LLC" in licence


def test_ready_made_file_that_is_absent_fails_with_its_name(
    binding_folder: Path, tmp_path: Path
) -> None:
    done = run_build(binding_folder, DANGXIA_CRSQLITE=str(tmp_path / "absent.so"))
    assert done.returncode == 1
    assert "absent.so" in done.stderr


def test_missing_compiler_is_told_as_one_apt_line(
    builder: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = builder.toolchain.missing_packages(None, source_fetched=False)
    assert {"cargo-web", "rustc-web", "gcc", "npm"} <= set(missing)
    told = str(builder.errors.ToolsMissing(missing))
    assert "apt-get install -y --no-install-recommends cargo-web rustc-web" in told


def test_source_that_is_not_the_pinned_one_is_refused(
    builder: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = tmp_path / "bin/npm"
    client.parent.mkdir()
    client.write_text("#!/bin/sh\necho tampered > ./crsqlite.tgz\necho crsqlite.tgz\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")
    archive = tmp_path / "sources/crsqlite.tgz"
    with pytest.raises(builder.errors.BuildError, match="not the pinned"):
        builder.source.fetch(archive)
    assert not archive.exists()


def test_patch_that_fits_twice_or_never_is_refused(
    builder: SimpleNamespace, tmp_path: Path
) -> None:
    patch = tmp_path / "x.patch"
    patch.write_text(
        "why\n\n--- a/f.rs\n+++ b/f.rs\n@@ -1,2 +1,2 @@\n fn f() {\n-    old\n+    new\n"
    )
    source = tmp_path / "f.rs"
    for body in ("fn f() {\n    other\n", "fn f() {\n    old\nfn f() {\n    old\n"):
        source.write_text(body)
        with pytest.raises(builder.errors.BuildError, match=r"does not fit f\.rs"):
            builder.patches.apply_all([patch], tmp_path)
        assert source.read_text() == body
    source.write_text("fn f() {\n    old\n}\n")
    builder.patches.apply_all([patch], tmp_path)
    assert source.read_text() == "fn f() {\n    new\n}\n"
