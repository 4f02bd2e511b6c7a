"""The line from the box's threads to the browsers."""

import asyncio
import json
import threading
from contextlib import suppress

import pytest

from edge.web.events import BACKLOG, Stations


def test_a_signal_from_any_thread_reaches_the_station_it_is_for() -> None:
    async def listen() -> list[tuple[str, dict[str, object]]]:
        stations, heard = Stations(), []
        listening = stations.listen("counter")
        first = await anext(listening)
        assert first.event == "hello"

        def speak() -> None:
            stations.publish("pages", station="another", capture="x")
            stations.publish("card", person="p1")
            stations.publish("pages", station="counter", capture="c1")
            stations.close()

        speaker = threading.Thread(target=speak)
        speaker.start()
        async for message in listening:
            heard.append((str(message.event), json.loads(str(message.data))))
        speaker.join()
        return heard

    assert asyncio.run(listen()) == [("card", {"person": "p1"}), ("pages", {"capture": "c1"})]


def test_a_browser_asleep_keeps_the_newest_signals_only() -> None:
    async def listen() -> list[int]:
        stations = Stations()
        listening = stations.listen("counter")
        await anext(listening)
        for number in range(BACKLOG + 10):
            stations.publish("pages", number=number)
        stations.close()
        await asyncio.sleep(0)
        return [json.loads(str(message.data))["number"] async for message in listening]

    heard = asyncio.run(listen())
    assert heard[-1] == BACKLOG + 9
    assert len(heard) < BACKLOG + 1


def test_a_browser_that_left_is_forgotten() -> None:
    async def listen() -> int:
        stations = Stations()
        listening = stations.listen("counter")
        await anext(listening)
        await listening.aclose()
        stations.publish("sync")
        return len(stations._listeners)

    assert asyncio.run(listen()) == 0


@pytest.mark.parametrize(("waited", "heard"), [(1.0, ["hello", "card"]), (4.0, ["hello"])])
def test_a_card_laid_between_two_pages_is_heard_by_the_next(
    waited: float, heard: list[str]
) -> None:
    now = [100.0]

    async def listen(stations: Stations) -> list[str]:
        listening, found = stations.listen("counter"), list[str]()
        found.append(str((await anext(listening)).event))
        with suppress(TimeoutError):
            found.append(str((await asyncio.wait_for(anext(listening), 0.1)).event))
        await listening.aclose()
        return found

    stations = Stations(lambda: now[0])
    stations.publish("card", person="p1")
    stations.publish("sync")
    now[0] += waited
    assert asyncio.run(listen(stations)) == heard
    assert asyncio.run(listen(stations)) == ["hello"]
