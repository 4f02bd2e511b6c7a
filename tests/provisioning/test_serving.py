"""Serving in the foreground: for long, and to whoever asks for what is not served."""

import subprocess
import sys
import textwrap
from pathlib import Path

SERVING = """
    import gc, os, signal, time
    from litestar import Litestar
    from provisioning.serving import Listener, serve

    def ready():
        started = time.thread_time()
        gc.collect()
        took = time.thread_time() - started
        print(gc.get_freeze_count() > 20_000, took < whole / 4)
        os.kill(os.getpid(), signal.SIGTERM)

    started = time.thread_time()
    gc.collect()
    whole = time.thread_time() - started
    serve([Listener(Litestar([]), "127.0.0.1", 0)], ready)
"""


def test_what_was_loaded_at_the_start_holds_nobody_up_later() -> None:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SERVING)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert run.stdout.split() == ["True", "True"], run.stderr


UPGRADING = """
    import asyncio, os, signal, socket, threading, time
    from provisioning.serving import Listener, serve

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    HEAD = "GET / HTTP/1.1\\r\\nHost: x\\r\\n"
    UPGRADE = (
        "Connection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n"
    )

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await asyncio.sleep(60)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404})
            await send({"type": "http.response.body"})

    def ask(more):
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.sendall((HEAD + more + "\\r\\n").encode())
        return line, line.recv(1_000).split()[1].decode()

    def visit():
        kept, _ = ask(UPGRADE)
        time.sleep(1)  # the server looks over its connections thrice a second, and tells nobody
        print(ask("")[1])
        kept.close()
        os.kill(os.getpid(), signal.SIGTERM)

    serve([Listener(app, "127.0.0.1", port)], threading.Thread(target=visit).start)
"""


def test_a_socket_asked_for_that_nobody_serves_ends_no_server() -> None:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(UPGRADING)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.stdout.split() == ["404"], run.stderr


CROWDED = """
    import contextlib, os, signal, socket, sys, threading
    from pathlib import Path
    from litestar import Litestar
    from provisioning.serving import Listener, serve
    from sync.tls import make_certificate, shown_certificate

    certificate, key = make_certificate(Path(sys.argv[1]), ["127.0.0.1"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def ready():
        threading.Thread(target=crowd).start()

    def crowd():
        lines = []
        for number in range(150):
            lines.append(socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.2", 0)))
        for turned_away in lines[20:]:
            with contextlib.suppress(ConnectionError):
                assert turned_away.recv(1) == b""
        told = len(list(Path("/proc/self/fd").iterdir())) - len(lines)
        print(told < 150, "BEGIN CERTIFICATE" in shown_certificate(f"https://127.0.0.1:{port}"))
        os.kill(os.getpid(), signal.SIGTERM)

    import provisioning.serving
    provisioning.serving.CONNECTIONS, provisioning.serving.OF_ONE = 40, 20
    serve([Listener(Litestar([]), "127.0.0.1", port, certificate, key)], ready)
"""


def test_a_crowd_of_strangers_takes_no_open_file_from_the_county(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CROWDED), str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert run.stdout.split() == ["True", "True"], run.stderr
