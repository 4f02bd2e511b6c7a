"""The hub's liveness and measures for machines; no personal data."""

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler

from edge.domain.errors import ArchiveError
from edge.store import dossiers, persons
from edge.store.database import Space
from sync.hub.county import County
from sync.hub.disk import disk_of


def health_routes(county: County) -> list[HTTPRouteHandler]:
    """`/healthz` and `/metrics` (Prometheus text)."""

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False, sync_to_thread=True)
    def healthz() -> Response[str]:
        if disk_of(county.folder).full:
            return Response("disk full\n", status_code=507)
        with county.spaces.county.read() as connection:
            connection.execute("select 1").fetchone()
        return Response("ok\n")

    @get(
        "/metrics",
        media_type="text/plain; version=0.0.4",
        include_in_schema=False,
        sync_to_thread=True,
    )
    def metrics() -> str:
        lines = ["# TYPE dangxia_persons gauge", "# TYPE dangxia_dossiers gauge"]
        for code, space in county.spaces.towns.items():
            lines += _counts(code, space)
        lines.append("# TYPE dangxia_town_database_damaged gauge")
        damaged = set(county.spaces.damaged)
        lines += [
            f'dangxia_town_database_damaged{{town="{code}"}} {int(code in damaged)}'
            for code in sorted(damaged | county.spaces.towns.keys())
        ]
        lines.append("# TYPE dangxia_disk_free_bytes gauge")
        lines.append(f"dangxia_disk_free_bytes {disk_of(county.folder).free}")
        lines.append("# TYPE dangxia_boxes_waiting gauge")
        lines.append(f"dangxia_boxes_waiting {len(county.applicants())}")
        return "\n".join(lines) + "\n"

    return [healthz, metrics]


def _counts(code: str, space: Space) -> list[str]:
    """How much a town has; nothing where its database turns out to be damaged."""
    try:
        with space.read() as connection:
            held = persons.count_persons(connection), dossiers.count_dossiers(connection)
    except ArchiveError:
        if not space.damaged:
            raise
        return []
    return [
        f'dangxia_persons{{town="{code}"}} {held[0]}',
        f'dangxia_dossiers{{town="{code}"}} {held[1]}',
    ]
