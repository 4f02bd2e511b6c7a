"""A real box as a program: it starts with nothing plugged in, and once only in one folder."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from edge.box import Box, pins_path
from edge.settings import read_settings
from edge.store.captures import waiting_captures
from edge.store.persons import person_of
from edge.workflows.digitising import add_page, begin_batch
from provisioning.counter import Counter
from provisioning.ports import free_ports
from sync.wire import Pins
from tests.offices import CLERK, PIN, WILLOW, close_office, open_office, page_image, receive_person

DEVICES = ("card_reader", "climate", "hot_folder", "printer", "scanner")
SETTINGS = """
folder = "data"
port = {port}
announce = {announce}
interfaces = {interfaces}
[scanner]
url = "http://127.0.0.1:{nobody}/eSCL"
[printer]
queue = "none"
host = "127.0.0.1"
port = {nobody}
[card_reader]
path = "no-such-line"
[climate]
path = "no-such-line-either"
sensors = [{{ name = "a", address = 1 }}]
[hot_folder]
inbox = "share/inbox"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The settings of an enrolled box whose every device is missing; the hub is silent."""
    return enrolled_box(tmp_path)


def enrolled_box(folder: Path, announce: bool = False, interfaces: str = "[]") -> Path:
    close_office(open_office(folder / "data"))
    pins = Pins("https://127.0.0.1:9", "f" * 32, "e" * 64, "d" * 64, WILLOW, "青山县")
    pins.save(pins_path(folder / "data"))
    # Nothing can be made below a file, as on a share that is not mounted.
    (folder / "share").write_text("not mounted", "utf-8")
    port, nobody = free_ports(2)
    path = folder / "box.toml"
    path.write_text(
        SETTINGS.format(
            port=port, nobody=nobody, announce=str(announce).lower(), interfaces=interfaces
        ),
        "utf-8",
    )
    return path


def url_of(config: Path) -> str:
    return f"http://127.0.0.1:{read_settings(config).port}"


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[str]]:
    """The program in the foreground, answering; asked to stop at the end."""
    with (config.parent / "box.log").open("a") as log:
        box = subprocess.Popen(command(config), stdout=log, stderr=log, text=True)
    try:
        wait_for(lambda: answers(config) or box.poll() is not None, 20)
        assert box.poll() is None, (config.parent / "box.log").read_text()
        yield box
    finally:
        box.terminate()
        try:
            box.wait(20)
        finally:
            box.kill()


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "provisioning.cli", "box", "run", "--config", str(config)]


def answers(config: Path) -> bool:
    try:
        return httpx.get(url_of(config) + "/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(true: Callable[[], object], seconds: float) -> float:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)
    return time.monotonic() - begun


def seconds_of_work(pid: int) -> float:
    """Processor time, which another program at the same time does not lengthen."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ready(config: Path, device: str) -> bool:
    measured = httpx.get(url_of(config) + "/metrics", trust_env=False, timeout=30).text
    assert f'dangxia_device_ready{{device="{device}"}}' in measured
    return f'dangxia_device_ready{{device="{device}"}} 1' in measured


def test_a_box_without_any_device_answers_in_five_seconds_and_shows_each_as_absent(
    config: Path,
) -> None:
    with running(config) as box:
        assert seconds_of_work(box.pid) < 5
        assert not any(ready(config, device) for device in DEVICES)
        counter = Counter(url_of(config))
        counter.sign_in("101", PIN)
        assert counter.look("/sync").count("没有") >= 1
        counter.close()
    assert box.returncode == 0


def test_the_hot_folder_is_taken_up_once_its_share_is_there(config: Path) -> None:
    with running(config):
        assert not ready(config, "hot_folder")
        (config.parent / "share").unlink()
        wait_for(lambda: ready(config, "hot_folder"), 15)


def test_a_second_start_in_the_same_folder_is_refused_and_touches_nothing(config: Path) -> None:
    folder = config.parent / "data"
    with running(config):
        unfinished = folder / "blobs" / "incoming" / "half-a-page"
        unfinished.write_bytes(b"being written")
        second = subprocess.run(
            command(config), capture_output=True, text=True, timeout=30, check=False
        )
        assert second.returncode == 1
        assert "已经在运行" in second.stderr
        assert "Traceback" not in second.stderr
        assert unfinished.exists()
        assert answers(config)
    # After a kill, too, the next start is free.
    with running(config) as box:
        box.kill()
        box.wait(10)
    with running(config):
        assert not unfinished.exists()


def test_a_taken_port_is_one_plain_sentence(config: Path, tmp_path: Path) -> None:
    with running(config):
        other = enrolled_box(tmp_path / "other")
        taken = f"port = {read_settings(config).port}"
        own = f"port = {read_settings(other).port}"
        other.write_text(other.read_text("utf-8").replace(own, taken), "utf-8")
        refused = subprocess.run(
            command(other), capture_output=True, text=True, timeout=30, check=False
        )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert str(read_settings(config).port) in refused.stderr.splitlines()[-1]


def test_what_a_box_keeps_is_closed_to_other_users_of_the_machine(config: Path) -> None:
    folder = config.parent / "data"
    folder.chmod(0o755)
    with running(config):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        made = [each for each in folder.iterdir() if each.name == "box.lock"]
        assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o600]


def test_papers_that_a_crash_left_unencrypted_are_gone_after_the_start(config: Path) -> None:
    left = config.parent / "data" / "work" / "scan-0123" / "page-0001.tif"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"a page in the clear")
    with running(config):
        assert not left.exists()


def test_a_batch_left_open_by_a_crash_is_on_record_after_the_start(config: Path) -> None:
    """And what a program without a mark computed is computed again."""
    office = open_office(config.parent / "data")
    person = receive_person(office, "王秀英").person
    office.space.write(lambda c: c.execute("update person set name = '?'"))
    batch = begin_batch(office, CLERK, "scanner", "")
    add_page(office, CLERK, batch, page_image("一页"))
    close_office(office)
    with running(config):
        pass
    office = open_office(config.parent / "data")
    with office.space.read() as town:
        waiting = [each.id for each in waiting_captures(town)]
        shown = person_of(town, person).name
    close_office(office)
    assert (waiting, shown) == ([batch], "王秀英")


def test_a_net_that_is_not_there_yet_does_not_keep_a_box_from_starting(tmp_path: Path) -> None:
    # An address of no interface of this machine, as before the cable is plugged in.
    with running(enrolled_box(tmp_path, announce=True, interfaces='["192.0.2.7"]')) as box:
        assert box.poll() is None


def test_a_box_stopped_by_a_signal_closes_its_files_and_says_nothing_odd(config: Path) -> None:
    with running(config) as box:
        box.send_signal(signal.SIGTERM)
        assert box.wait(20) == 0
    assert "Traceback" not in (config.parent / "box.log").read_text()
    assert not list((config.parent / "data").glob("*-wal"))


def test_a_box_that_cannot_start_lets_go_of_its_folder(config: Path) -> None:
    settings = read_settings(config)
    key = settings.folder / "box.key"
    moved = key.rename(key.with_suffix(".away"))
    with pytest.raises(OSError, match=r"box\.key"):
        Box(settings)
    moved.rename(key)
    box = Box(settings)
    box.start()
    box.stop()
    assert os.access(settings.folder, os.W_OK)
