"""A box among the other boxes of its town: it listens, tells of itself, and looks around."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import ifaddr
from zeroconf import InterfaceChoice

from sync.discovery import BOX, Announcement, Browser, Found, Interfaces
from sync.lan.listener import Listener
from sync.lan.loop import Neighbour, NeighbourLoop
from sync.side import Side

EVERYWHERE = ("0.0.0.0", "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box listens for its neighbours; port 0 takes any free one."""

    host: str = "0.0.0.0"
    port: int = 8141


class Neighbourhood:
    """The box's part on the local net; without a `place` it only looks for the hub.

    `away` says that the hub cannot be reached; only then neighbours are asked.
    """

    def __init__(
        self,
        side: Side,
        place: Place | None,
        interfaces: Interfaces,
        away: Callable[[], bool],
        interval: float = 15.0,
    ) -> None:
        self._side, self._place, self._interfaces = side, place, interfaces
        self._browser: Browser | None = None
        self._listener: Listener | None = None
        self._announcement: Announcement | None = None
        self._addresses: list[str] = []
        self._loop = NeighbourLoop(side, self._heard, away, interval) if place else None

    @property
    def port(self) -> int | None:
        """Where neighbours are answered; None while they are not."""
        return self._listener.port if self._listener else None

    def start(self) -> None:
        """Begin to exchange with whoever is heard."""
        if self._loop is not None:
            self._loop.start()

    def look_around(self) -> None:
        """Listen, and tell and hear who is there; again after the machine's addresses changed.

        Raises what stands in the way, such as a missing net; to be called again.
        """
        addresses = self._own_addresses()
        if addresses != self._addresses:
            self._leave()
        self._browser = self._browser or Browser(self._interfaces, self._is_known)
        self._browser.look_again()
        if self._place is not None and addresses:
            self._listener = self._listener or self._listening(self._place)
            self._announcement = self._announcement or self._announced(addresses)
        self._addresses = addresses

    def hub(self) -> str | None:
        """The announced address of the hub, or None."""
        return self._browser.hub(self._side.pins.hub) if self._browser else None

    def neighbours(self) -> tuple[Neighbour, ...]:
        """The other boxes of the town, as they stand with this one."""
        return self._loop.status() if self._loop else ()

    def stop(self) -> None:
        """Leave the net; promptly, whoever is being waited for."""
        if self._loop is not None:
            self._loop.stop()
        self._leave()
        if self._listener is not None:
            self._listener.stop()
        self._listener = None

    def _leave(self) -> None:
        for each in (self._announcement, self._browser):
            if each is not None:
                each.close()
        self._announcement = self._browser = None

    def _heard(self) -> list[Found]:
        return self._browser.peers if self._browser else []

    def _is_known(self, id: str) -> bool:
        return id == self._side.pins.hub or id in self._side.roster().members

    def _listening(self, place: Place) -> Listener:
        listener = Listener(self._side, place.host, place.port)
        listener.start()
        return listener

    def _announced(self, addresses: list[str]) -> Announcement:
        assert self._listener is not None
        found = Found(self._side.keys.id, BOX, self._side.pins.town, "")
        return Announcement(found, self._listener.port, addresses, self._interfaces)

    def _own_addresses(self) -> list[str]:
        if self._place is not None and self._place.host not in EVERYWHERE:
            return [self._place.host]
        if not isinstance(self._interfaces, InterfaceChoice):
            return [each for each in self._interfaces if _is_address(each)]
        every = [str(ip.ip) for each in ifaddr.get_adapters() for ip in each.ips if ip.is_IPv4]
        return sorted(each for each in every if not ip_address(each).is_loopback)


def _is_address(text: str) -> bool:
    try:
        return ip_address(text).version == 4
    except ValueError:
        return False
