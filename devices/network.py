"""Scanners and printers that announce themselves on the local net (`_uscan._tcp`, `_ipp._tcp`).

Label printers say only that they take raw bytes, as office printers do; they go by their make.

What is announced is a hint: whoever sets a device up tries it first. A device goes by its UUID, or
by the address of its own page, so that it is the same one under another number of the net.
"""

import ipaddress
import re
import time
from collections.abc import Mapping, Sequence

from zeroconf import (
    InterfaceChoice,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from devices.driver import Found

WITHIN_S = 3.0
_ANSWER_WITHIN_MS = 1_000
_LONGEST = 200
# How printers of labels call themselves.
LABELS = re.compile(r"label|标签|\btsc\b|zebra|godex|argox|gprinter|xprinter|hprt|佳博|汉印", re.I)
# Service → (kind, scheme of its address, the field that names the place, the usual place).
_SERVICES = {
    "_uscan._tcp.local.": ("scanner", "http", "rs", "eSCL"),
    "_uscans._tcp.local.": ("scanner", "https", "rs", "eSCL"),
    "_ipp._tcp.local.": ("printer", "ipp", "rp", "ipp/print"),
    "_ipps._tcp.local.": ("printer", "ipps", "rp", "ipp/print"),
    "_pdl-datastream._tcp.local.": ("label_printer", "socket", "", ""),
}


def network_devices(
    within_s: float = WITHIN_S, interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.All
) -> list[Found]:
    """Listen for a while; list each device once, by the plain way to it where it has two.

    Raises OSError where there is no net to listen on.
    """
    heard: dict[tuple[str, str], None] = {}

    def changed(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is not ServiceStateChange.Removed:
            heard[service_type, name] = None

    chosen = interfaces if isinstance(interfaces, InterfaceChoice) else list(interfaces)
    with Zeroconf(interfaces=chosen) as zeroconf:
        browser = ServiceBrowser(zeroconf, list(_SERVICES), handlers=[changed])
        time.sleep(within_s)  # announcements come when they come
        browser.cancel()
        services = [
            zeroconf.get_service_info(kind, name, timeout=_ANSWER_WITHIN_MS)
            for kind, name in list(heard)
        ]
    found = [read for service in services if service and (read := _read(service)) is not None]
    found.sort(key=lambda each: (each.kind, each.stable_id, each.address.split(":")[0]))
    once = {(each.kind, each.stable_id): each for each in reversed(found)}
    return sorted(once.values(), key=lambda each: (each.kind, each.model, each.stable_id))


def _read(service: ServiceInfo) -> Found | None:
    said = {_plain(key): _plain(value or b"") for key, value in service.properties.items() if key}
    kind, scheme, place_field, usual = _SERVICES[service.type]
    addresses = [
        each
        for each in service.parsed_addresses(IPVersion.V4Only)
        if not ipaddress.ip_address(each).is_multicast
    ]
    model = said.get("ty") or service.name.removesuffix(f".{service.type}")
    if not addresses or not service.port or (kind == "label_printer" and not LABELS.search(model)):
        return None
    place = said.get(place_field, "").strip("/") or usual
    host = str(service.server or "").rstrip(".")
    return Found(
        stable_id=_identity(said) or host,
        kind=kind,
        model=model,
        address=f"{scheme}://{addresses[0]}:{service.port}/{place}",
        options={"host": host, "page": said.get("adminurl", "")},
    )


def _identity(said: Mapping[str, str]) -> str:
    return said.get("UUID", "").lower().removeprefix("urn:uuid:") or said.get("adminurl", "")


def _plain(octets: bytes) -> str:
    text = octets[:_LONGEST].decode("utf-8", "replace")
    return "".join(each for each in text if each.isprintable())
