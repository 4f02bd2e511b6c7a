"""Finding the hub and other boxes on the local net: `_dangxia._tcp.local.` by zeroconf.

An announcement is a hint, never an identity: whoever is found still has to show the pinned
certificate and sign with the pinned key.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from zeroconf import (
    InterfaceChoice,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

SERVICE = "_dangxia._tcp.local."
HUB, BOX = "hub", "box"
MOST_ADDRESSES = 4
# Names of nobody that is known yet, looked at again later.
MOST_UNKNOWN = 256
Interfaces = Sequence[str] | InterfaceChoice


@dataclass(frozen=True, slots=True)
class Found:
    """One announced peer; `id` is its box id, `town` empty for a hub.

    `others` are its addresses on further nets; nothing that it says is proof of anything.
    """

    id: str
    role: str
    town: str
    url: str
    others: tuple[str, ...] = ()


class Announcement:
    """Tells the net that this peer is here, until it is closed."""

    def __init__(
        self,
        found: Found,
        port: int,
        addresses: Sequence[str],
        interfaces: Interfaces = InterfaceChoice.All,
    ) -> None:
        self._zeroconf = Zeroconf(interfaces=_listed(interfaces))
        self._service = ServiceInfo(
            SERVICE,
            f"{found.id}.{SERVICE}",
            port=port,
            addresses=[socket.inet_aton(each) for each in addresses],
            properties={"role": found.role, "id": found.id, "town": found.town, "v": "1"},
            server=f"dangxia-{found.id[:12]}.local.",
        )
        try:
            self._zeroconf.register_service(self._service)
        except BaseException:
            self._zeroconf.close()
            raise

    def close(self) -> None:
        """Say good-bye."""
        self._zeroconf.unregister_service(self._service)
        self._zeroconf.close()


class Browser:
    """Listens for peers; `peers` are those heard so far whom `known` knows by their id.

    Anybody on the net may announce a thousand names: nobody else is asked where it is.
    """

    def __init__(
        self,
        interfaces: Interfaces = InterfaceChoice.All,
        known: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._zeroconf = Zeroconf(interfaces=_listed(interfaces))
        self._known, self._unknown = known, dict[str, None]()
        self._peers: dict[str, Found] = {}
        self._browser = ServiceBrowser(self._zeroconf, SERVICE, handlers=[self._changed])

    @property
    def peers(self) -> list[Found]:
        """Who has been heard."""
        return list(self._peers.copy().values())

    def look_again(self) -> None:
        """Ask those whom nobody knew when they were heard and somebody knows now."""
        for name in list(self._unknown):
            if self._known(_id_in(name)):
                self._heard(name)

    def hub(self, id: str) -> str | None:
        """The announced address of the hub that is pinned, or None."""
        for found in self.peers:
            if found.role == HUB and found.id == id:
                return found.url
        return None

    def close(self) -> None:
        """Stop listening."""
        self._browser.cancel()
        self._zeroconf.close()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            self._peers.pop(name, None)
            self._unknown.pop(name, None)
        else:
            self._heard(name)

    def _heard(self, name: str) -> None:
        self._unknown.pop(name, None)
        if not self._known(_id_in(name)):
            self._unknown[name] = None
            for old in list(self._unknown)[:-MOST_UNKNOWN]:
                self._unknown.pop(old, None)
            return
        service = self._zeroconf.get_service_info(SERVICE, name, timeout=2_000)
        found = _read(service) if service is not None else None
        if found is not None and found.id == _id_in(name):
            self._peers[name] = found


def _id_in(name: str) -> str:
    return name.removesuffix(f".{SERVICE}")


def _read(service: ServiceInfo) -> Found | None:
    said = {
        key.decode(errors="replace"): (value or b"").decode(errors="replace")
        for key, value in service.properties.items()
    }
    addresses = service.parsed_addresses(IPVersion.V4Only)
    if said.get("role") not in (HUB, BOX) or not addresses or not said.get("id"):
        return None
    url, *others = (f"https://{each}:{service.port}" for each in addresses[:MOST_ADDRESSES])
    return Found(said["id"], said["role"], said.get("town", ""), url, tuple(others))


def _listed(interfaces: Interfaces) -> list[str] | InterfaceChoice:
    return interfaces if isinstance(interfaces, InterfaceChoice) else list(interfaces)
