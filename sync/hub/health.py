"""The hub's liveness and measures for machines; no personal data."""

from litestar import MediaType, get
from litestar.handlers import HTTPRouteHandler

from edge.store import dossiers, persons
from sync.hub.county import County


def health_routes(county: County) -> list[HTTPRouteHandler]:
    """`/healthz` and `/metrics` (Prometheus text)."""

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False, sync_to_thread=True)
    def healthz() -> str:
        with county.spaces.county.read() as connection:
            connection.execute("select 1").fetchone()
        return "ok\n"

    @get(
        "/metrics",
        media_type="text/plain; version=0.0.4",
        include_in_schema=False,
        sync_to_thread=True,
    )
    def metrics() -> str:
        lines = ["# TYPE dangxia_persons gauge", "# TYPE dangxia_dossiers gauge"]
        for code, space in county.spaces.towns.items():
            with space.read() as connection:
                lines.append(
                    f'dangxia_persons{{town="{code}"}} {persons.count_persons(connection)}'
                )
                lines.append(
                    f'dangxia_dossiers{{town="{code}"}} {dossiers.count_dossiers(connection)}'
                )
        lines.append("# TYPE dangxia_boxes_waiting gauge")
        lines.append(f"dangxia_boxes_waiting {len(county.applicants())}")
        return "\n".join(lines) + "\n"

    return [healthz, metrics]
