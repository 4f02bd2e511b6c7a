"""The power goes: a real box ends cleanly before its battery does, and works again afterwards."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devices.simulators.ups import UPS, UpsDaemon
from edge.box import Box
from edge.settings import read_settings
from edge.store.captures import waiting_captures
from edge.store.room import recent_alerts
from edge.workflows.digitising import add_page, begin_batch
from tests.edge.test_box import answers, command, enrolled_box, url_of, wait_for
from tests.offices import CLERK, close_office, open_office, page_image


@pytest.fixture
def upsd(tmp_path: Path) -> Iterator[UpsDaemon]:
    with UpsDaemon(tmp_path / "ups") as upsd:
        yield upsd


@pytest.fixture
def config(tmp_path: Path, upsd: UpsDaemon) -> Path:
    config = enrolled_box(tmp_path)
    settings = f'[ups]\nname = "{UPS}"\nport = {upsd.port}\ninterval = 0.2\n'
    config.write_text(config.read_text("utf-8") + settings, "utf-8")
    return config


def start(config: Path) -> "subprocess.Popen[str]":
    with (config.parent / "box.log").open("a") as log:
        box = subprocess.Popen(command(config), stdout=log, stderr=log, text=True)
    wait_for(lambda: answers(config) or box.poll() is not None, 60)
    assert box.poll() is None, said(config)
    return box


def said(config: Path) -> str:
    return (config.parent / "box.log").read_text("utf-8")


def ready(config: Path) -> bool:
    measured = httpx.get(url_of(config) + "/metrics", trust_env=False, timeout=30).text
    return 'dangxia_device_ready{device="ups"} 1' in measured


def test_a_box_stops_cleanly_before_its_battery_ends_and_has_the_machine_switched_off(
    config: Path, upsd: UpsDaemon
) -> None:
    off = config.parent / "off"
    hook = f'shutdown = ["touch", "{off}"]\n'
    config.write_text(config.read_text("utf-8") + hook, "utf-8")
    box = start(config)
    try:
        wait_for(lambda: ready(config), 60)
        upsd.mains = False
        # On battery alone nothing stops.
        wait_for(lambda: alerts_on_health(config) == 1, 60)
        assert box.poll() is None
        assert not off.exists()
        upsd.charge = 12.0
        assert box.wait(60) == 0, said(config)
    finally:
        box.kill()
    assert off.exists()
    assert "Traceback" not in said(config)
    town = next((config.parent / "data").glob("town-*.db"))
    # A database that was closed leaves no log beside it to be played back.
    assert not town.with_name(town.name + "-wal").exists()
    office = open_office(config.parent / "data")
    with office.space.read() as connection:
        (alert,) = recent_alerts(connection)
    assert (alert.breach, alert.sensor, alert.cleared_at) == ("on_battery", "UPS", None)
    close_office(office)


def test_a_batch_that_is_open_when_the_box_stops_is_on_record(config: Path) -> None:
    box = Box(read_settings(config))
    box.start()
    try:
        office = box.record.office
        add_page(
            office, CLERK, begin_batch(office, CLERK, "feeder", "scanner-1"), page_image("one")
        )
        with office.space.read() as connection:
            assert waiting_captures(connection) == []
    finally:
        box.stop()
    office = open_office(config.parent / "data")
    with office.space.read() as connection:
        assert len(waiting_captures(connection)) == 1
    close_office(office)


def box_holds(config: Path, upsd: UpsDaemon) -> None:
    """The power goes, and the battery is as good as empty."""
    upsd.charge = 5.0
    upsd.mains = False


def test_without_a_command_the_box_waits_for_the_mains_and_works_again(
    config: Path, upsd: UpsDaemon
) -> None:
    box = start(config)
    try:
        wait_for(lambda: ready(config), 60)
        box_holds(config, upsd)
        wait_for(lambda: "waiting for the mains" in said(config), 60)
        assert not answers(config)
        assert box.poll() is None
        upsd.mains, upsd.charge = True, 60.0
        wait_for(lambda: answers(config), 60)
        wait_for(lambda: ready(config), 60)
        wait_for(lambda: alerts_on_health(config) == 0, 60)
        box_holds(config, upsd)
        wait_for(lambda: said(config).count("waiting for the mains") == 2, 60)
        box.terminate()
        assert box.wait(60) == 0, said(config)
    finally:
        box.kill()


def alerts_on_health(config: Path) -> int:
    measured = httpx.get(url_of(config) + "/metrics", trust_env=False, timeout=30).text
    (line,) = [
        each for each in measured.splitlines() if each.startswith("dangxia_climate_alerts_open")
    ]
    return int(float(line.split()[-1]))
