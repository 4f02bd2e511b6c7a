"""A box whose town's database has damaged pages: said exactly, and what can be read serves on."""

import errno
import os
import shutil
from argparse import Namespace
from pathlib import Path

import pytest
import sqlcipher3.dbapi2
from litestar.testing import TestClient

from edge.box import Box, key_path
from edge.domain.errors import ArchiveError
from edge.settings import read_settings
from edge.store.database import Connection, Space, open_plain
from edge.store.keys import Keys
from edge.store.pages import PAGE, damaged_pages
from edge.web.sync import words_of
from provisioning.commands import box as box_command
from tests.edge.test_box import enrolled_box, wait_for
from tests.offices import WILLOW

TOWN = f"town-{WILLOW}.db"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of an enrolled box that was stopped."""
    return enrolled_box(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copytree(made.parent, tmp_path / "box")
    return tmp_path / "box" / made.name


def damage(config: Path, *tables: str) -> list[int]:
    """Flip a bit in the first page of each of these tables; the numbers of the pages."""
    folder = read_settings(config).folder
    path, key = folder / TOWN, Keys.load(key_path(folder)).derive("database")
    with open_plain(path, key) as connection:
        rows = connection.execute("select name, rootpage from sqlite_master where rootpage > 0")
        root = dict(rows.fetchall())
    flip(path, [root[table] for table in tables])
    return sorted(root[table] for table in tables)


def flip(path: Path, pages: list[int]) -> None:
    content = bytearray(path.read_bytes())
    for number in pages:
        content[(number - 1) * PAGE + 100] ^= 8
    path.write_bytes(content)


@pytest.mark.parametrize("table", ["migration", "crsql_master"])
def test_a_box_that_cannot_open_its_database_says_where_it_is_damaged_and_what_to_do(
    config: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (page,) = damage(config, table)
    with pytest.raises(ArchiveError, match=r"storage\.unreadable"):
        box_command.run(Namespace(config=config))
    said = capsys.readouterr().err
    assert f"✗ page {TOWN}: {page}（byte {(page - 1) * PAGE}，共 1 页损坏）" in said
    assert "移到别处" in said


def test_a_box_with_damaged_pages_tells_of_them_and_serves_what_it_can(
    config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pages = damage(config, "chain", "draft", "climate_reading")
    box = Box(read_settings(config))
    try:
        box.start()
        told = f"✗ page {TOWN}: {pages[0]}（byte {(pages[0] - 1) * PAGE}，共 3 页损坏）"
        wait_for(lambda: told in caplog.text, 10)
        assert "移到别处" in caplog.text
        assert f"{TOWN} has damaged pages" in caplog.text
        assert "as the older program saw it" not in caplog.text
        # What is exchanged is not read from the damaged pages alone, and is tried again.
        assert box.replication._thread.is_alive()
        with TestClient(box.app) as browser:
            assert browser.get("/healthz").status_code == 200
            assert browser.get("/lock").status_code == 200
    finally:
        with pytest.raises(ArchiveError, match=r"storage\.unreadable"):
            box.stop()


def test_a_page_that_nobody_has_asked_for_yet_is_told_to_the_clerk(config: Path) -> None:
    damage(config, "climate_reading")
    box = Box(read_settings(config))
    try:
        box.start()
        wait_for(lambda: box.standing.damaged, 10)
        assert words_of(box.standing, 0).text == "资料库有损坏，请告诉技术员"
    finally:
        box.stop()


def test_a_page_that_a_power_cut_left_half_written_is_no_damage(tmp_path: Path) -> None:
    path, key = tmp_path / "town.db", bytes(32)
    space = Space(path, key, "town-1")
    try:
        space.write(lambda c: c.execute("insert into counter values ('n', 1)") and None)
        with space.read() as connection:
            (root,) = connection.execute(
                "select rootpage from sqlite_master where name = 'counter'"
            ).fetchone()
        flip(path, [root])
        assert damaged_pages(path, key) == []
    finally:
        space.close()
    assert damaged_pages(path, key) == []
    flip(path, [root])
    assert damaged_pages(path, key) == [root]


def test_a_page_that_the_disk_does_not_give_back_is_damaged_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key, read = tmp_path / "town.db", bytes(32), os.pread
    Space(path, key, "town-1").close()

    def fail_at(file: int, size: int, at: int) -> bytes:
        if at == 4 * PAGE:
            raise OSError(errno.EIO, "Input/output error")
        return read(file, size, at)

    # No disk here fails where it is asked to.
    monkeypatch.setattr(os, "pread", fail_at)
    assert damaged_pages(path, key) == [5]


@pytest.mark.parametrize("name", ["SQLITE_IOERR", "SQLITE_IOERR_READ"])
def test_what_the_disk_does_not_give_back_is_told_as_a_database_that_cannot_be_read(
    tmp_path: Path, name: str
) -> None:
    space = Space(tmp_path / "town.db", bytes(32), "town-1")

    def fail(connection: Connection) -> None:
        error = sqlcipher3.dbapi2.OperationalError("disk I/O error")
        error.sqlite_errorname = name
        raise error

    try:
        with pytest.raises(ArchiveError, match=r"storage\.unreadable"):
            space.write(fail)
        assert space.damaged
    finally:
        space.close()
