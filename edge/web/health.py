"""Liveness and measures for machines; no personal data."""

from litestar import MediaType, get
from litestar.di import NamedDependency

from devices.driver import State
from edge.store import dossiers, persons, room
from edge.web.parts import Parts


@get("/healthz", media_type=MediaType.TEXT, include_in_schema=False, sync_to_thread=True)
def healthz(parts: NamedDependency[Parts]) -> str:
    """Answer `ok` once the record can be read."""
    with parts.office.space.read() as town:
        town.execute("select 1").fetchone()
    return "ok\n"


@get(
    "/metrics", media_type="text/plain; version=0.0.4", include_in_schema=False, sync_to_thread=True
)
def metrics(parts: NamedDependency[Parts]) -> str:
    """Counts in Prometheus text."""
    standing = parts.sync()
    with parts.office.space.read() as town:
        values = {
            "dangxia_persons": persons.count_persons(town),
            "dangxia_dossiers": dossiers.count_dossiers(town),
            "dangxia_pages": dossiers.count_pages(town),
            "dangxia_climate_alerts_open": len(room.open_alerts(town)),
        }
    values |= {
        "dangxia_sync_online": int(standing.online),
        "dangxia_sync_unsent_entries": standing.unsent,
        "dangxia_sync_blobs_pending": standing.blobs_pending,
        "dangxia_sync_quarantined_segments": standing.quarantined,
        "dangxia_sync_confirmed_seconds": (standing.confirmed_at or 0) // 1000,
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}" for name, value in values.items()]
    lines.append("# TYPE dangxia_device_ready gauge")
    for name, health in sorted(parts.drivers.items()):
        ready = int(health().state in (State.READY, State.BUSY))
        lines.append(f'dangxia_device_ready{{device="{name}"}} {ready}')
    lines.append("# TYPE dangxia_loop_well gauge")
    for name, trouble in sorted(parts.loops().items()):
        lines.append(f'dangxia_loop_well{{loop="{name}"}} {int(not trouble)}')
    return "\n".join(lines) + "\n"
