"""The second tier: our drivers against a real kernel's, in a virtual machine (`make test-kernel`).

The same tests are collected twice: on the host, where `replay` boots the machine and reports what
came of them, and inside the guest, where `guest` runs them. In the normal run there are none.
"""

import os

import pytest

from tests.kernel import guest, replay

SIDE = os.environ.get("DANGXIA_KERNEL", "")
if not SIDE:
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    if SIDE:
        side = guest.Guest(config) if SIDE == "guest" else replay.Replay(config)
        config.pluginmanager.register(side)


host = guest.host
