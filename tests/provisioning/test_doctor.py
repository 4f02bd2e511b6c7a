"""`dangxia doctor`: says of every part whether it is well, to persons and to programs."""

import json
import subprocess
import sys
from pathlib import Path

from devices.simulators.modbus import ModbusBus
from devices.simulators.ups import UpsDaemon
from tests.edge.test_box import enrolled_box


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "provisioning.cli", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_machine_alone_is_examined_for_a_program() -> None:
    said = doctor("--json")
    checks = {each["name"]: each for each in json.loads(said.stdout)}
    assert checks["cr-sqlite"]["well"]
    assert said.returncode == (0 if all(each["well"] for each in checks.values()) else 1)


def test_every_missing_device_is_named_with_what_to_do(tmp_path: Path) -> None:
    config = enrolled_box(tmp_path)
    said = doctor("--json", "--config", str(config))
    found = {each["name"]: each for each in json.loads(said.stdout)}
    for device in ("扫描仪", "打印机", "读卡器", "库房线路", "收件文件夹"):
        assert not found[device]["well"]
        assert found[device]["mend"]
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    told = doctor("--config", str(config)).stdout
    assert "✗ 读卡器" in told
    assert "→" in told


def test_a_gateway_and_a_ups_are_asked_over_the_net(tmp_path: Path) -> None:
    with ModbusBus(tmp_path / "tty", tcp_port=0) as bus, UpsDaemon(tmp_path / "ups") as upsd:
        config = tmp_path / "box.toml"
        for name, well in (("ups", True), ("other", False)):
            config.write_text(
                f"""folder = "data"
[climate]
host = "127.0.0.1"
port = {bus.tcp_port}
sensors = [{{ name = "a", address = 1 }}]
[ups]
name = "{name}"
port = {upsd.port}
""",
                "utf-8",
            )
            said = doctor("--json", "--config", str(config))
            found = {each["name"]: each for each in json.loads(said.stdout)}
            assert found["库房线路"]["well"]
            assert found["UPS"]["well"] is well
    said = doctor("--json", "--config", str(config))
    found = {each["name"]: each for each in json.loads(said.stdout)}
    assert not found["库房线路"]["well"]
    assert not found["UPS"]["well"]


def test_settings_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "box.toml"
    config.write_text("folder = 5\n", "utf-8")
    said = doctor("--config", str(config))
    assert said.returncode == 1
    assert "folder" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    config.unlink()
    config.mkdir()
    said = doctor("--config", str(config))
    assert (said.returncode, len(said.stderr.splitlines())) == (1, 1)
