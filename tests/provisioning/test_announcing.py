"""A hub at work is found on the local net under its own id."""

import time

from provisioning.announcing import announced
from provisioning.ports import free_ports
from sync.discovery import Browser


def test_a_hub_is_found_while_it_runs_and_silent_when_told() -> None:
    hub, quiet = "a" * 32, "c" * 32
    (port,) = free_ports(1)
    table = {"interfaces": ["127.0.0.1"]}
    with (
        Browser(["127.0.0.1"]) as browser,
        announced(hub, "127.0.0.1", port, table),
        announced(quiet, "127.0.0.1", port, {**table, "announce": False}),
        announced(quiet, "0.0.0.0", port, table),
    ):
        deadline = time.monotonic() + 20
        while browser.hub(hub) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert browser.hub(hub) == f"https://127.0.0.1:{port}"
        assert browser.hub(quiet) is None
