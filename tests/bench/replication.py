"""Our replication: a box hands its whole record to the hub over HTTPS on loopback.

Box and hub share this process, so `cpu_s` is that of both sides; bytes are those on the wire.
"""

import socket
import statistics
import threading
from pathlib import Path

from edge.store.projection import dump
from tests.bench.figures import Cost, Figure, timed
from tests.bench.record import ENTRIES_PER_DOSSIER, register
from tests.sync.world import Box, World

TOWN = "510101"


class Meter:
    """A stretch of wire that counts the bytes of both directions."""

    def __init__(self, port: int) -> None:
        self.count = 0
        self._port, self._adding = port, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further line; the lines there are end with their ends."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(262_144):
                target.sendall(piece)
                with self._adding:
                    self.count += len(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            # The other end has hung up; so do we.
            target.close()


def measure_replication(folder: Path, dossiers: int, rounds: int, limit: Figure) -> Figure:
    """Push a filled box's record to a fresh hub, `rounds` times.

    `cpu_ratio` is the limit's processor time over ours, which a busy machine hardly changes.
    """
    entries, costs = dossiers * ENTRIES_PER_DOSSIER, list[Cost]()
    carried = 0
    for place in range(rounds):
        world = World(folder / f"world{place}")
        box = world.box(TOWN)
        register(box.town, box.author, range(dossiers))
        meter = Meter(world.hub.port)
        box.session.wire.move(meter.url)
        costs.append(timed(box.sync))
        carried = meter.count
        _check(world, box)
        world.close()
        meter.close()
    rates = tuple(entries / cost.wall for cost in costs)
    cpu = min(cost.cpu for cost in costs)
    return Figure(
        "replication.push",
        limit.unit,
        rates,
        statistics.median(rates) / limit.value,
        {
            "cpu_s": cpu,
            "cpu_ratio": limit.also["cpu_s"] / cpu,
            "bytes_per_entry": carried / entries,
        },
    )


def _check(world: World, box: Box) -> None:
    with box.town.read() as near, world.hub.county.spaces.town(TOWN).read() as far:
        assert dump(near) == dump(far), "box and hub differ"
