"""Finding and loading the extension."""

import sqlite3
from pathlib import Path

import crsqlite
import pytest
import sqlcipher3.dbapi2 as sqlcipher


def test_path_names_the_file_in_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DANGXIA_CRSQLITE", raising=False)
    assert Path(crsqlite.loadable_path()) == Path(crsqlite.__file__).parent / "crsqlite.so"


def test_environment_names_a_ready_made_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "crsqlite.so"
    copy.write_bytes(Path(crsqlite.loadable_path()).read_bytes())
    monkeypatch.setenv("DANGXIA_CRSQLITE", str(copy))
    assert crsqlite.loadable_path() == str(copy)
    crsqlite.check()


def test_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DANGXIA_CRSQLITE", str(tmp_path / "absent.so"))
    with pytest.raises(crsqlite.ExtensionMissing) as caught:
        crsqlite.loadable_path()
    assert caught.value.key == "crsqlite.missing"
    assert caught.value.fields == {"path": str(tmp_path / "absent.so")}


def test_file_that_is_no_extension_is_refused_with_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "crsqlite.so"
    wrong.write_text("not a library")
    monkeypatch.setenv("DANGXIA_CRSQLITE", str(wrong))
    connection = sqlcipher.connect(":memory:")
    with pytest.raises(crsqlite.LoadFailed) as caught:
        crsqlite.load(connection)
    assert caught.value.fields["path"] == str(wrong)
    connection.close()


def test_loading_is_switched_off_after_load() -> None:
    connection = sqlcipher.connect(":memory:")
    crsqlite.load(connection)
    with pytest.raises(sqlcipher.OperationalError, match="not authorized"):
        connection.execute("select load_extension(?)", [crsqlite.loadable_path()])
    crsqlite.finalize(connection)
    connection.close()


@pytest.mark.skipif(
    hasattr(sqlite3.Connection, "enable_load_extension"), reason="this sqlite3 loads extensions"
)
def test_module_that_cannot_load_is_named() -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(crsqlite.LoadingUnsupported, match="sqlite3"):
        crsqlite.load(connection)
    connection.close()
