"""Boxes of one town on the (loopback) net, each with its listener, announcement and loop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.client import ReplicationLoop
from sync.discovery import BOX, Found
from sync.lan.listener import Listener
from sync.lan.neighbourhood import Neighbourhood, Place
from sync.lan.session import session_with
from sync.session import Exchange, Session
from tests.sync.world import Box

LOOPBACK = ["127.0.0.1"]


@contextmanager
def listening(box: Box) -> Iterator[Listener]:
    """A box that answers its neighbours."""
    listener = Listener(box.session.side, "127.0.0.1", 0)
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()


def url_of(listener: Listener) -> str:
    return f"https://127.0.0.1:{listener.port}"


def heard_as(box: Box, listener: Listener, town: str = "510101") -> Found:
    """What a box's announcement says."""
    return Found(box.keys.id, BOX, town, url_of(listener))


def session_to(box: Box, other: Box, url: str) -> Session:
    """A session with another box as the roster of `box` knows it."""
    return session_with(box.session.side, box.session.side.roster().members[other.keys.id], url)


def visit(box: Box, other: Box, listener: Listener) -> Exchange:
    """One exchange that `box` begins with `other`."""
    session = session_to(box, other, url_of(listener))
    try:
        return session.run_once()
    finally:
        session.close()


class Station:
    """A box that runs: its exchange with the hub, and its part on the local net."""

    def __init__(self, box: Box) -> None:
        session = box.new_session()
        self.lan = Neighbourhood(
            session.side, Place("127.0.0.1", 0), LOOPBACK, lambda: self.loop.away, interval=1.0
        )
        self.loop = ReplicationLoop(
            session, box.keys.id, interval=1.0, neighbours=self.lan.neighbours
        )

    def start(self) -> None:
        self.loop.start()
        self.lan.start()
        self.lan.look_around()

    def stop(self) -> None:
        self.lan.stop()
        self.loop.stop()


@contextmanager
def running(*boxes: Box) -> Iterator[list[Station]]:
    """Boxes that run until the end of the block."""
    stations = [Station(box) for box in boxes]
    try:
        for station in stations:
            station.start()
        yield stations
    finally:
        for station in stations:
            station.stop()


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
