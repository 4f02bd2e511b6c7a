"""The hub's two applications: the peers' endpoint, and the county's screens."""

from collections.abc import Sequence
from pathlib import Path

from litestar import Litestar

from edge.store.staff import name_of_institution
from edge.web.events import Stations
from edge.web.sticks import Sticks
from sync.hub.authenticity import verify_route
from sync.hub.carry import acts_of_hub
from sync.hub.county import COUNTY_CODE, County
from sync.hub.endpoint import router
from sync.hub.health import health_routes
from sync.hub.web.app import create_app
from sync.hub.web.parts import Parts


def endpoint_app(county: County) -> Litestar:
    """What boxes talk to, and where the QR of a proof leads; apart from the county's screens."""
    return Litestar(
        [router(county), verify_route(county)], openapi_config=None, logging_config=None
    )


def screens_app(
    county: County, mounts: Sequence[Path] = (), folders: Sequence[Path] = ()
) -> Litestar:
    """What the county's people see; told of every town's commits.

    Sticks are below `mounts`, or are `folders` that stand for one.
    """
    with county.spaces.county.read() as connection:
        name = name_of_institution(connection, COUNTY_CODE)
    stations = Stations()
    for space in county.spaces.towns.values():
        space.on_commit(lambda: stations.publish("sync"))
    app = create_app(
        Parts(
            county_name=name,
            spaces=county.spaces,
            author=county.author,
            accept=county.admit,
            stations=stations,
            sticks=Sticks(mounts, folders, acts_of_hub(county)),
        )
    )
    for route in health_routes(county):
        app.register(route)
    return app
