"""What a box says of itself on the local net, and what it does where it may not or cannot."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography import x509
from zeroconf import Zeroconf

from edge.domain.errors import DeviceUnavailable
from sync.discovery import BOX, HUB, SERVICE, Announcement, Browser, Found
from sync.lan.neighbourhood import Neighbourhood, Place
from tests.sync.neighbours import LOOPBACK, until
from tests.sync.world import Box, World

ANYWHERE = Place("0.0.0.0", 0)


@contextmanager
def neighbourhood(box: Box, place: Place | None) -> Iterator[Neighbourhood]:
    made = Neighbourhood(box.session.side, place, LOOPBACK, lambda: False)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def test_a_box_announces_its_id_and_its_town_and_nothing_else(world: World) -> None:
    box = world.box()
    net = Zeroconf(interfaces=LOOPBACK)
    with neighbourhood(box, ANYWHERE) as there:
        there.look_around()
        there.look_around()
        said = net.get_service_info(SERVICE, f"{box.keys.id}.{SERVICE}", timeout=10_000)
        assert said is not None
        assert said.properties == {
            b"role": b"box", b"id": box.keys.id.encode(), b"town": b"510101", b"v": b"1",
        }  # fmt: skip
        assert (said.parsed_addresses(), said.port) == (LOOPBACK, there.port)
        pem = ssl.get_server_certificate(("127.0.0.1", there.port or 0))
        shown = x509.load_pem_x509_certificate(pem.encode())
        assert shown.subject.rfc4514_string() == f"CN={box.keys.id}"
    net.close()


def test_a_box_that_may_not_exchange_is_silent_and_still_finds_its_hub(world: World) -> None:
    box, hub = world.box(), world.hub.county.keys.id
    hub_said = Announcement(Found(hub, HUB, "", ""), 4433, LOOPBACK, LOOPBACK)
    other_said = Announcement(Found("ab" * 16, BOX, "510101", ""), 4434, LOOPBACK, LOOPBACK)
    with neighbourhood(box, None) as there, Browser(LOOPBACK) as browser:
        there.look_around()
        until(lambda: there.hub() == "https://127.0.0.1:4433")
        until(lambda: "ab" * 16 in {each.id for each in browser.peers})
        assert box.keys.id not in {each.id for each in browser.peers}
        assert (there.port, there.neighbours()) == (None, ())
    other_said.close()
    hub_said.close()


def test_a_taken_port_keeps_neighbours_away_but_not_the_hub(world: World) -> None:
    box, hub = world.box(), world.hub.county.keys.id
    said = Announcement(Found(hub, HUB, "", ""), 4433, LOOPBACK, LOOPBACK)
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with neighbourhood(box, Place("127.0.0.1", port)) as there:
        with pytest.raises(DeviceUnavailable, match=r"serving\.port_taken"):
            there.look_around()
        until(lambda: there.hub() is not None)
        taken.close()
        there.look_around()
        assert there.port == port
    said.close()
