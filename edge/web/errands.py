"""What scanning and filing were done for, and so where they lead back to."""

from collections.abc import Mapping

from edge.store.database import Connection
from edge.store.matters import Matter, matters_of_dossier
from edge.workflows import adding, scan_line

# At which station of the line a dossier stands whose pages are being scanned or filed.
_STATIONS = {"sorted": "scan", "checked": "attach"}


def material_brought(town: Connection, dossier: str) -> Matter | None:
    """The matter whose material was judged and waits to be filed."""
    return _open(town, dossier, adding.FLOW, ("identified",))


def back_from(town: Connection, dossier: str, person: str) -> str:
    """Where whoever has scanned or filed goes on: the matter, the station, else the person."""
    if brought := material_brought(town, dossier):
        return f"/matters/{brought.id}"
    if on_line := _open(town, dossier, scan_line.FLOW, tuple(_STATIONS)):
        return f"/line?at={_STATIONS[on_line.state]}"
    return f"/persons/{person}"


def decided_before(town: Connection, dossier: str) -> Mapping[str, str]:
    """What is known of material before it is filed: its category, its title where it is one."""
    brought = material_brought(town, dossier)
    if brought is None:
        return {}
    titles = brought.fields.get("what", "").splitlines()
    title = titles[0] if len(titles) == 1 else ""
    return {"category": brought.fields.get("category", ""), "title": title}


def _open(town: Connection, dossier: str, flow: str, states: tuple[str, ...]) -> Matter | None:
    known = matters_of_dossier(town, dossier)
    standing = (each for each in known if each.flow == flow and each.state in states)
    return next(standing, None)
