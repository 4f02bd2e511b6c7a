"""Telling the local net where the hub's endpoint is, so that boxes find it when it has moved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from zeroconf import InterfaceChoice

from edge.supervise import Loops
from sync.discovery import HUB, Announcement, Found

PATIENCE_S = 3.0
EVERYWHERE = ("0.0.0.0", "::", "")


@contextmanager
def announced(hub: str, host: str, port: int, table: Mapping[str, Any]) -> Iterator[None]:
    """Announce an endpoint for the length of a block; tried again while there is no net.

    `table` may hold `announce` (false for silence), `announce_address` (needed where `host` stands
    for every address) and `interfaces`.
    """
    address = table.get("announce_address", host)
    if not table.get("announce", True) or address in EVERYWHERE:
        yield
        return
    interfaces = table.get("interfaces") or InterfaceChoice.All
    found = Found(hub, HUB, "", f"https://{address}:{port}")
    loops, standing = Loops(), list[Announcement]()
    loops.start(
        "announce", lambda: standing.append(Announcement(found, port, [address], interfaces))
    )
    try:
        yield
    finally:
        loops.stop(PATIENCE_S)
        for each in standing:
            each.close()
