"""Serving in the foreground: what was loaded before is never looked through again."""

import subprocess
import sys
import textwrap

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
