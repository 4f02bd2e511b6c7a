"""A UPS over NUT's protocol: against the simulated upsd, and against the real one where it is."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from devices.driver import Fault, State
from devices.simulators.ups import UPS, UpsDaemon, UpsFault
from devices.ups import NutUps, UpsPace
from edge.domain.power import Power

PACE = UpsPace(interval_s=0.05, answer_within_s=1.0, reopen_after_s=(0.05, 0.1))
REAL = Path("/lib/nut")


@pytest.fixture
def upsd(tmp_path: Path) -> Iterator[UpsDaemon]:
    with UpsDaemon(tmp_path / "ups") as upsd:
        yield upsd


@pytest.fixture
def ups(upsd: UpsDaemon) -> Iterator[NutUps]:
    with NutUps(UPS, "127.0.0.1", upsd.port, count(1).__next__, PACE) as ups:
        yield ups


def until(ups: NutUps, seconds: float = 60, **wanted: object) -> Power:
    deadline = time.monotonic() + seconds
    for power in ups.powers():
        if all(getattr(power, name) == value for name, value in wanted.items()):
            return power
        assert time.monotonic() < deadline, power
    raise AssertionError("the driver was closed")


def test_mains_and_battery_are_told_apart(upsd: UpsDaemon, ups: NutUps) -> None:
    power = until(ups, mains=True)
    assert (power.low, power.charge, power.runtime_s) == (False, 100.0, 1800.0)
    assert power.model == 'SIM-1000 "模拟"'
    upsd.mains, upsd.charge, upsd.runtime_s = False, 62.0, 700.0
    power = until(ups, mains=False, low=False)
    assert (power.charge, power.runtime_s) == (62.0, 700.0)
    upsd.low = True
    until(ups, mains=False, low=True)
    upsd.mains, upsd.low = True, False
    until(ups, mains=True, low=False)
    assert ups.health().state is State.READY


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (UpsFault.DRIVER, Fault.ABSENT),
        (UpsFault.STALE, Fault.TIMEOUT),
        (UpsFault.SILENT, Fault.ABSENT),
        (UpsFault.HANG_UP, Fault.ABSENT),
        (UpsFault.GARBLED, Fault.LINE),
    ],
)
def test_a_ups_that_says_nothing_sure_is_unknown_and_recovers(
    upsd: UpsDaemon, ups: NutUps, mode: UpsFault, fault: Fault
) -> None:
    until(ups, mains=True)
    upsd.fault = mode
    power = until(ups, mains=None)
    assert power.fault == fault
    assert ups.health().state is not State.READY
    upsd.fault = UpsFault.OK
    until(ups, mains=True)
    assert ups.health().state is State.READY


def test_upsd_that_goes_and_comes_back_is_found_again(tmp_path: Path) -> None:
    with UpsDaemon(tmp_path / "ups") as upsd:
        port = upsd.port
        ups = NutUps(UPS, "127.0.0.1", port, count(1).__next__, PACE)
        assert [each.stable_id for each in ups.discover()] == [f"127.0.0.1:{port}/{UPS}"]
        ups.start()
        until(ups, mains=True)
    assert until(ups, mains=None).fault == Fault.ABSENT
    assert ups.discover() == []
    with UpsDaemon(tmp_path / "ups", port):
        until(ups, mains=True)
        ups.close()


def test_it_signs_in_once_a_connection_and_says_when_it_may_not(tmp_path: Path) -> None:
    with UpsDaemon(tmp_path / "ups", password="right") as upsd:
        address = (UPS, "127.0.0.1", upsd.port, count(1).__next__, PACE, "monitor")
        with NutUps(*address, "right") as ups:
            for _ in range(3):
                until(ups, mains=True)
            assert upsd.logins == 1
        with NutUps(*address, "wrong") as ups:
            assert until(ups, mains=None).fault == Fault.PERMISSION


@pytest.mark.skipif(not (REAL / "upsd").exists(), reason="nut-server is not installed")
def test_the_real_upsd_with_its_dummy_ups_is_understood(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings, run = tmp_path / "etc", tmp_path / "run"
    settings.mkdir()
    run.mkdir()
    state = settings / "sim.dev"
    state.write_text("ups.status: OL\nbattery.charge: 100\nbattery.runtime: 1800\n")
    (settings / "ups.conf").write_text(
        f"[sim]\n driver = dummy-ups\n port = {state}\n mode = dummy-loop\n"
    )
    (settings / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nSTATEPATH {run}\n")
    (settings / "upsd.users").write_text("[mon]\n password = x\n upsmon primary\n")
    for each in settings.iterdir():
        each.chmod(0o640)
    paths = {"NUT_CONFPATH": settings, "NUT_STATEPATH": run, "NUT_ALTPIDPATH": run}
    environment = {**os.environ, **{name: str(path) for name, path in paths.items()}}
    user = ["-u", "root"] if os.getuid() == 0 else []
    commands: tuple[list[str | Path], ...] = (
        [REAL / "dummy-ups", "-a", "sim", "-F", *user],
        [REAL / "upsd", "-F", *user],
    )
    children = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        with NutUps("sim", "127.0.0.1", port, count(1).__next__, PACE, "mon", "x") as ups:
            assert until(ups, mains=True).charge == 100.0
            state.write_text("ups.status: OB LB\nbattery.charge: 9\nbattery.runtime: 60\n")
            power = until(ups, mains=False)
            assert (power.low, power.charge) == (True, 9.0)
            children[0].terminate()
            assert until(ups, mains=None).fault in (Fault.ABSENT, Fault.TIMEOUT)
    finally:
        for child in children:
            child.terminate()
            child.wait(30)
    shutil.rmtree(run)
