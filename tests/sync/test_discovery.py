"""Hub and boxes find one another on the (loopback) net."""

import time

from sync.client import ReplicationLoop
from sync.discovery import BOX, HUB, Announcement, Browser, Found
from tests.sync.world import World

LOOPBACK = ["127.0.0.1"]


def heard(browser: Browser, id: str) -> Found:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for found in browser.peers:
            if found.id == id:
                return found
        time.sleep(0.05)
    raise AssertionError("nobody was heard")


def test_an_announced_box_is_heard_with_town_and_address() -> None:
    said = Found("ab" * 16, BOX, "510101", "")
    announcement = Announcement(said, 4433, LOOPBACK, LOOPBACK)
    with Browser(LOOPBACK) as browser:
        found = heard(browser, said.id)
    announcement.close()
    assert found == Found(said.id, BOX, "510101", "https://127.0.0.1:4433")


def test_a_box_finds_its_hub_at_a_new_address(world: World) -> None:
    box = world.box()
    world.hub.stop()
    world.hub.port = 0
    world.hub.start()
    said = Found(world.hub.county.keys.id, HUB, "", "")
    stranger = Announcement(Found("ee" * 16, HUB, "", ""), 9, LOOPBACK, LOOPBACK)
    announcement = Announcement(said, world.hub.port, LOOPBACK, LOOPBACK)
    with Browser(LOOPBACK) as browser:
        heard(browser, said.id)
        loop = ReplicationLoop(
            box.session, box.keys.id, find=lambda: browser.hub(box.pins.hub), interval=1.0
        )
        loop.start()
        deadline = time.monotonic() + 15
        while not loop.status().reachable and time.monotonic() < deadline:
            time.sleep(0.05)
        assert loop.status().reachable
        loop.stop()
    announcement.close()
    stranger.close()
