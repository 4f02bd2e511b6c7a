"""What simulated serial devices share: a tty that can be unplugged, and a socket to steer them."""

import os
import pty
import signal
import socket
import socketserver
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.domain.errors import DangxiaError


class PluggableTty:
    """A pty whose `link` is the tty a driver opens; bytes for the driver go through `write`."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._far: int | None = None
        self._near: int | None = None

    @property
    def far(self) -> int | None:
        """The descriptor of our end, None while unplugged."""
        return self._far

    def plug(self) -> int:
        """Make the tty appear and return the descriptor of our end."""
        far, near = pty.openpty()
        tty.setraw(far)
        tty.setraw(near)
        os.set_blocking(far, False)
        self.link.unlink(missing_ok=True)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.link.symlink_to(os.ttyname(near))
        self._far, self._near = far, near
        return far

    def unplug(self) -> None:
        """Make the tty vanish, under an open driver too."""
        if self._far is None or self._near is None:
            return
        self.link.unlink(missing_ok=True)
        os.close(self._far)
        os.close(self._near)
        self._far = self._near = None

    def read(self) -> bytes:
        """Take what the driver has sent, possibly nothing."""
        if self._far is None:
            return b""
        with suppress(BlockingIOError):
            return os.read(self._far, 4096)
        return b""

    def write(self, octets: bytes) -> None:
        """Send to the driver; what does not fit the line's buffer is lost, as on a real line."""
        if self._far is not None:
            with suppress(BlockingIOError):
                os.write(self._far, octets)


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        for line in self.rfile:
            try:
                answer = self.server.obey(line.decode("utf-8").strip())
            except DangxiaError as error:
                answer = f"error {error}"
            except (ValueError, KeyError, TypeError) as error:
                answer = f"error {type(error).__name__}: {error}"
            self.wfile.write(f"{answer}\n".encode())


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, obey: Callable[[str], str]) -> None:
        self.obey = obey
        super().__init__(str(path), _Session)


def control_path(link: Path) -> Path:
    """Name the socket beside a link."""
    return link.with_name(f"{link.name}.ctl")


class ControlSocket:
    """A Unix socket beside the link: one command a line, one answer a line (`ok …`, `error …`)."""

    def __init__(self, link: Path, obey: Callable[[str], str]) -> None:
        self._path = control_path(link)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = _Server(self._path, obey)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name=self._path.name, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


def tell(link: Path, command: str) -> str:
    """Send one command to the simulator behind a link and return its answer.

    Raises `OSError` where no simulator is running.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        line.connect(str(control_path(link)))
        line.sendall(f"{command}\n".encode())
        with line.makefile(encoding="utf-8") as answers:
            return answers.readline().strip()


def run_until_stopped(link: Path) -> None:
    """Say that the far end is up, then wait for SIGINT or SIGTERM."""
    say_and_wait(f"ready {link} {control_path(link)}")


def say_and_wait(ready: str) -> None:
    """Print one line, then wait for SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    print(ready, flush=True)
    stopped.wait()
