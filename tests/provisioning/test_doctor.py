"""`dangxia doctor`: says of every part whether it is well, to persons and to programs."""

import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

from devices.simulators.barcode_gun import BarcodeGunFarEnd
from devices.simulators.camera import SimulatedCamera
from devices.simulators.card_reader import CardReaderFarEnd, ReaderFault
from devices.simulators.far_end import PluggableTty
from devices.simulators.label_printer import SimulatedLabelPrinter
from devices.simulators.modbus import ModbusBus
from devices.simulators.scanner import SimulatedScanner
from devices.simulators.ups import UpsDaemon
from edge.box import hold_folder
from edge.settings import Settings, read_settings
from provisioning.checks import NAMES, Check
from provisioning.device_offers import Surroundings
from provisioning.doctor import as_text, examine
from tests.edge.test_box import enrolled_box

ROOM = """folder = "data"
[scanner]
url = "{scanner}"
[card_reader]
path = "card"
[barcode_gun]
path = "gun"
keyboard = true
[camera]
path = "camera"
[climate]
host = "127.0.0.1"
port = {port}
sensors = [{{ name = "东墙", address = 1 }}, {{ name = "西墙", address = 9 }}]
switches = [{{ name = "除湿机", kind = "dehumidifier", address = 5, channel = 0 }}]
[ups]
port = {upsd}
[label_printer]
model = "TSPL-203"
host = "127.0.0.1"
port = {labels}

[hot_folder]
inbox = "inbox"
"""


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "provisioning.cli", "doctor", "--listen", "0", *arguments]
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


def findings(settings: Settings | None, around: Surroundings) -> dict[str, Check]:
    return {each.name: each for each in examine(settings, around)}


def test_every_kind_of_device_is_tested_and_the_parts_of_a_room_one_by_one(
    tmp_path: Path,
) -> None:
    Image.new("RGB", (640, 480)).save(tmp_path / "1.jpg")
    config, nowhere = tmp_path / "box.toml", Surroundings(tmp_path / "nothing", listen_s=0)
    with ExitStack() as ends:
        bus = ends.enter_context(ModbusBus(tmp_path / "tty", tcp_port=0))
        upsd = ends.enter_context(UpsDaemon(tmp_path / "ups"))
        reader = ends.enter_context(CardReaderFarEnd(tmp_path / "card"))
        gun = ends.enter_context(BarcodeGunFarEnd(tmp_path / "gun", types=True))
        ends.enter_context(SimulatedCamera(tmp_path / "camera", tmp_path / "1.jpg"))
        scanner = ends.enter_context(SimulatedScanner(tmp_path))
        labels = ends.enter_context(SimulatedLabelPrinter(tmp_path / "labels"))
        (tmp_path / "inbox").mkdir()
        ports = {"port": bus.tcp_port, "upsd": upsd.port, "labels": labels.port}
        config.write_text(ROOM.format(scanner=scanner.url, **ports), "utf-8")
        settings = read_settings(config)
        found = findings(settings, nowhere)
        well = {name for name, check in found.items() if check.well and check.set_up}
        assert {*NAMES.values()} - {"打印机"} <= well
        assert "库房 东墙" in well
        for part in ("库房 西墙", "库房 除湿机"):
            assert not found[part].well
            assert "A/B" in found[part].mend
        assert "队列" not in found["打印机"].detail
        assert found["打印机"].sign == "－"
        # What was well is at fault one by one, and each is told with its own mend.
        reader.fault(ReaderFault.MUTE)
        gun.unplug()
        labels.fault("paper_out")
        scanner.offline()
        found = findings(settings, nowhere)
    assert "baud" in found["读卡器"].mend
    assert "/dev/serial/by-id" in found["扫码枪"].mend
    assert "标签纸" in found["标签打印机"].mend
    assert not found["扫码枪"].well
    assert not found["扫描仪"].well


def test_what_is_found_and_not_set_up_comes_with_what_to_paste(tmp_path: Path) -> None:
    lines = tmp_path / "dev/serial/by-id"
    lines.mkdir(parents=True)
    for end, name in (("a", "usb-SDT_Reader-if00"), ("b", "usb-FTDI_RS485-if00-port0"),
                      ("c", "usb-Honeywell_1902-if00"), ("d", "usb-1a86_Serial-if00")):  # fmt: skip
        (lines / name).symlink_to(tmp_path / end)
    Image.new("RGB", (10, 10)).save(tmp_path / "1.jpg")
    silent = PluggableTty(tmp_path / "d")
    silent.plug()
    with ExitStack() as ends:
        ends.enter_context(CardReaderFarEnd(tmp_path / "a"))
        ends.enter_context(ModbusBus(tmp_path / "b"))
        ends.enter_context(BarcodeGunFarEnd(tmp_path / "c"))
        upsd = ends.enter_context(UpsDaemon(tmp_path / "ups"))
        scanner = ends.enter_context(SimulatedScanner(tmp_path, model='Odd "Scan" \\ A4'))
        scanner.announce()
        dev, sys = tmp_path / "dev", tmp_path / "sys"
        told = sys / "class/usbmisc/lp0/device/ieee1284_id"
        told.parent.mkdir(parents=True)
        told.write_text("MFG:TSC;MDL:TE244;SN:77;")
        (dev / "usb").mkdir()
        (dev / "usb/lp0").touch()
        around = Surroundings(dev, sys, 1.5, upsd=("127.0.0.1", upsd.port))
        checks = examine(None, around)
        offered = [check for check in checks if check.toml]
        text = as_text(checks)
        config = tmp_path / "box.toml"
        pasted = "\n".join(check.toml for check in offered if check.name != "串口设备")
        config.write_text('folder = "data"\ninterfaces = ["127.0.0.1"]\n' + pasted, "utf-8")
        settings = read_settings(config)
        again = [check for check in examine(settings, around) if check.toml]
    silent.unplug()
    assert {check.name for check in offered} >= {
        "扫描仪",
        "读卡器",
        "扫码枪",
        "库房线路",
        "UPS",
        "串口设备",
    }
    assert settings.scanner is not None
    assert settings.scanner.url == scanner.url
    assert settings.label_printer is not None
    assert settings.label_printer.path == tmp_path / "dev/usb/lp0"
    assert settings.climate is not None
    assert settings.climate.sensors[0].model == "XY-MD02"
    assert settings.card_reader is not None
    assert settings.card_reader.path == lines / "usb-SDT_Reader-if00"
    assert "＋ 扫描仪" in text
    assert "        [card_reader]" in text
    assert all(check.well for check in offered)
    # Once set up they are tested, not offered; what nobody knows is still offered.
    assert {check.name for check in again} == {"串口设备"}


def test_while_the_box_runs_it_is_asked_for_what_it_alone_may_open(tmp_path: Path) -> None:
    config = tmp_path / "box.toml"
    with MetricsOf(card_reader=1, climate=0) as port, CardReaderFarEnd(tmp_path / "card"):
        config.write_text(
            f"""folder = "data"
port = {port}
[card_reader]
path = "card"
[climate]
path = "tty"
sensors = [{{ name = "a", address = 1 }}]
""",
            "utf-8",
        )
        settings, nowhere = read_settings(config), Surroundings(tmp_path / "nothing", listen_s=0)
        settings.folder.mkdir()
        with hold_folder(settings.folder):
            found = findings(settings, nowhere)
        assert found["读卡器"].well
        assert "本机程序正在用它" in found["读卡器"].detail
        assert not found["库房线路"].well
        assert "本机程序" not in findings(settings, nowhere)["读卡器"].detail


class MetricsOf:
    """A box's page of measures that says only how its devices are."""

    def __init__(self, **ready: int) -> None:
        rows = [f'dangxia_device_ready{{device="{name}"}} {well}\n' for name, well in ready.items()]
        said = "".join(rows).encode()

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self._server.server_port

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


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
