"""The virtual machine: QEMU without hardware support, a monitor to plug devices, a channel to talk.

The channel carries lines of JSON. The guest sends `{"report": …}` of a test, `{"ask": […]}` for
something done on the host, answered by `{"answer": …}` or `{"refused": …}`, and `{"told": …}`.
"""

import json
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.kernel.room import Room

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "var" / "kernel"
CHANNEL = "dangxia"
ANSWER_WITHIN_S = 20.0


class Monitor:
    """QEMU's own control (QMP): one command, one answer; events in between are passed over."""

    def __init__(self, line: socket.socket) -> None:
        line.settimeout(ANSWER_WITHIN_S)
        self._line = line
        self._lines = line.makefile("r", encoding="utf-8")
        self._lines.readline()
        self.do("qmp_capabilities")

    def do(self, command: str, **arguments: object) -> None:
        """Give one command; raises ValueError with QEMU's words where it is refused."""
        asked = {"execute": command, "arguments": arguments}
        self._line.sendall(json.dumps(asked).encode() + b"\n")
        while "return" not in (answer := json.loads(self._lines.readline())):
            if "error" in answer:
                raise ValueError(answer["error"]["desc"])

    def close(self) -> None:
        """Let QEMU be."""
        self._lines.close()
        self._line.close()


class Machine:
    """A guest that runs `tests` (node ids) among the far ends of `room`, then switches off.

    `folder` is for sockets, whose names may not be long; what is worth reading later stays below
    var/kernel/run.
    """

    def __init__(self, folder: Path, room: Room, tests: Sequence[str]) -> None:
        self._folder, self._room, self._tests = folder, room, tests
        self._shared = PLACE / "run"
        self._ends = ExitStack()
        self._told: list[str] = []

    def __enter__(self) -> Self:
        """Switch the machine on; returns while it boots."""
        shutil.rmtree(self._shared, ignore_errors=True)
        self._shared.mkdir(parents=True)
        (self._shared / "tests").write_text("\n".join(self._tests), "utf-8")
        (self._shared / "start.sh").write_text(_start(), "utf-8")
        with ExitStack() as ends:
            qmp = ends.enter_context(_door(self._folder / "qmp"))
            talk = ends.enter_context(_door(self._folder / "talk"))
            console = ends.enter_context(self._console.open("wb"))
            qemu = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
            ends.callback(qemu.wait)
            ends.callback(qemu.kill)
            self._talk = ends.enter_context(talk.accept()[0])
            monitor = Monitor(qmp.accept()[0])
            ends.callback(monitor.close)
            self._room.monitor = monitor
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Switch the machine off, whatever it does."""
        self._ends.close()

    def reports(self) -> Iterator[dict[str, Any]]:
        """Wait for the reports of tests until the guest is off; meanwhile do what it asks."""
        with self._talk.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                said = json.loads(line)
                if "report" in said:
                    yield said["report"]
                elif "told" in said:
                    self._told.append(said["told"])
                else:
                    self._talk.sendall(json.dumps(self._obey(*said["ask"])).encode() + b"\n")

    def told(self) -> str:
        """What the guest said of itself."""
        return ", ".join(self._told) or "nothing"

    def last_words(self) -> str:
        """The end of what the guest wrote on its console."""
        return self._console.read_text("utf-8", "replace")[-3000:]

    @property
    def _console(self) -> Path:
        return self._shared / "console.log"

    def _obey(self, verb: str, *arguments: str) -> dict[str, str]:
        try:
            return {"answer": self._room.obey(verb, *arguments)}
        except (OSError, ValueError, KeyError) as error:
            return {"refused": f"{type(error).__name__}: {error}"}

    def _command(self) -> list[str]:
        # With fewer features than "max" glibc's own start was seen to fail under emulation.
        said = f"""
            qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048
            -nodefaults -no-reboot -display none -serial stdio
            -device virtio-9p-pci,fsdev=host,mount_tag=host
            -device virtio-9p-pci,fsdev=shared,mount_tag=shared
            -device virtio-serial -device virtserialport,chardev=talk,name={CHANNEL}
            -device qemu-xhci,id=usb,p2=8,p3=1
        """.split()
        said += ["-append", "console=ttyS0 quiet loglevel=4 panic=-1"]
        said += ["-kernel", f"{PLACE}/kernel/vmlinuz", "-initrd", f"{PLACE}/initrd.gz"]
        own = "local,security_model=none"
        said += ["-fsdev", f"{own},id=host,path=/,readonly=on,multidevs=remap"]
        said += ["-fsdev", f"{own},id=shared,path={self._shared}"]
        said += ["-chardev", f"socket,id=talk,path={self._folder}/talk"]
        said += ["-qmp", f"unix:{self._folder}/qmp"]
        for name, link in self._room.lines.items():
            said += ["-chardev", f"serial,id={name},path={link}"]
        return said


def _door(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.settimeout(ANSWER_WITHIN_S)
    door.bind(str(path))
    door.listen(1)
    return door


def _start() -> str:
    """What the guest does once its root stands: modules, udev, the tests, off."""
    python = Path(sys.prefix) / "bin" / "python"
    named = {"repository": ROOT, "modules": PLACE / "kernel/usr/lib/modules", "python": python}
    told = "\n".join(f"{name}={shlex.quote(str(path))}" for name, path in named.items())
    script = Path(__file__).with_name("start.sh").read_text("utf-8")
    return f"{told}\n{script}"
