"""Boxes and hub exchange over real HTTPS until all hold the same."""

from edge.store.database import Space
from edge.store.projection import dump


def dump_of(space: Space) -> bytes:
    with space.read() as connection:
        return dump(connection)


def test_two_towns_reach_the_hub_and_each_town_stays_apart(world) -> None:  # type: ignore[no-untyped-def]
    first, second = world.box("510101"), world.box("510102")
    first.append("person.registered", "p1", {"name": "张伟"})
    second.append("person.registered", "p2", {"name": "王芳"})
    first.sync()
    second.sync()
    towns = world.hub.county.spaces.towns
    assert dump_of(towns["510101"]) == dump_of(first.town)
    assert dump_of(towns["510102"]) == dump_of(second.town)
    assert b"p2" not in dump_of(first.town)
    assert dump_of(world.hub.county.spaces.county) == dump_of(second.county)
