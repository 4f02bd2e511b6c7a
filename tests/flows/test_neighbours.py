"""Three boxes of one town as programs; the county is away, and comes back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from edge.box import Record
from edge.settings import read_settings
from edge.store.entries import Pen
from provisioning.children import Children, wait_until
from provisioning.counter import Counter
from provisioning.enrolment import enrol
from provisioning.ports import free_ports
from sync.enrolment import Ticket, read_ticket
from tests.sync.world import Hub

TOWN, PIN, SECONDS = "510101", "123456", 150.0
SETTINGS = """
folder = "data"
port = {port}
interfaces = ["127.0.0.1"]
[neighbours]
host = "127.0.0.1"
port = 0
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "hub")
    made.county.add_town(TOWN, "城关镇")
    made.county.enrol_user("李秀英", "101", TOWN, ["clerk"], PIN)
    yield made
    made.close()


def box_of(hub: Hub, folder: Path, name: str) -> Path:
    """An enrolled box: where its settings are."""
    folder.mkdir()
    config = folder / "box.toml"
    config.write_text(SETTINGS.format(port=free_ports(1)[0]), "utf-8")
    ticket: Ticket = read_ticket(hub.ticket(TOWN).code)
    enrol(folder / "data", ticket, TOWN, name, 30.0).close()
    return config


def opened(config: Path) -> Record:
    return Record(read_settings(config).folder)


def exchange(config: Path) -> None:
    record = opened(config)
    session = record.session()
    session.run_once()
    session.close()
    record.close()


def file_page(config: Path, content: bytes) -> str:
    record = opened(config)
    digest, thumb = record.blobs.put(content), record.blobs.put(content[:99])
    said = {"dossier": "d", "category": "1", "pages": [{"blob": digest, "thumb": thumb}]}
    record.town.write(
        lambda c: Pen(c, record.office.author, "x").append("material.filed", "m", said)
    )
    record.close()
    return digest


def sync_screen(config: Path, ends: ExitStack) -> Counter:
    counter = Counter(f"http://127.0.0.1:{read_settings(config).port}")
    ends.callback(counter.close)
    counter.sign_in("101", PIN)
    return counter


def test_a_towns_boxes_share_their_day_while_the_county_is_away(hub: Hub, tmp_path: Path) -> None:
    configs = [box_of(hub, tmp_path / f"box{n}", f"{n} 号盒") for n in (1, 2, 3)]
    for config in configs:
        exchange(config)
    hub.stop()
    content = os.urandom(1_500_000)
    digest = file_page(configs[0], content)
    children, ends = Children(tmp_path / "logs"), ExitStack()
    with ends:
        ends.callback(children.stop_all)
        for number, config in enumerate(configs):
            command = ["provisioning.cli", "box", "run", "--config", str(config)]
            children.start(f"box{number}", command)
        screens = []
        for config in configs:
            wait_until(partial(answers, config), str(config), SECONDS)
            screens.append(sync_screen(config, ends))
        wait_until(
            lambda: "邻机 1 号" in (said := screens[2].look("/sync")) and "已互传" in said,
            "neighbours on the screen",
            SECONDS,
        )
        wait_until(
            lambda: "已互传（县里尚未收到）" in screens[0].look("/sync"), "honest words", SECONDS
        )
        wait_until(lambda: all_files_held(screens[1:]), "the page at every box", SECONDS)
        assert not hub.county.spaces.blobs(f"town-{TOWN}").has(digest)
        hub.start()
        wait_until(
            lambda: hub.county.spaces.blobs(f"town-{TOWN}").has(digest), "the county", 2 * SECONDS
        )
        wait_until(
            lambda: "尚未收到" not in screens[0].look("/sync"), "the county's receipt", 2 * SECONDS
        )
    for config in configs:
        exchange(config)
        record = opened(config)
        assert record.blobs.read(digest) == content
        record.close()
        command = [sys.executable, "-m", "provisioning.cli", "box", "verify"]
        done = subprocess.run(
            [*command, "--config", str(config)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def answers(config: Path) -> bool:
    url = f"http://127.0.0.1:{read_settings(config).port}/healthz"
    try:
        return httpx.get(url, trust_env=False, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def all_files_held(screens: list[Counter]) -> bool:
    """Say whether every screen tells of a master that is held, not awaited."""
    said = [screen.look("/sync") for screen in screens]
    return all("原件" in each and "还没取回" not in each for each in said)
