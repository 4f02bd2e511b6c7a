"""The county's application: one frame with the box's, its own screens."""

import secrets

from litestar import Litestar
from litestar.di import Provide

from edge.web.frame import frame
from edge.web.locale import gettext
from edge.web.lock import choose_language, lock
from sync.hub.web import conflicts, dossiers, lists, overview, search, signing_in, sticks
from sync.hub.web.parts import Parts


def create_app(parts: Parts) -> Litestar:
    """Make the county's screens; sessions live in memory and end with the process."""
    return frame(
        title="档匣 Dangxia · county",
        handlers=[
            signing_in.locked,
            signing_in.sign_in,
            lock,
            choose_language,
            overview.overview,
            overview.state,
            overview.accept,
            overview.events,
            search.ask,
            search.show,
            dossiers.show,
            dossiers.view,
            dossiers.image,
            lists.alerts,
            lists.transfers,
            lists.staff,
            conflicts.listed,
            conflicts.show,
            conflicts.settle,
            sticks.show,
            sticks.part,
            sticks.carry,
        ],
        dependencies={
            "parts": Provide(lambda: parts, sync_to_thread=False),
            "clerk": Provide(signing_in.provide_clerk, sync_to_thread=True),
        },
        names={
            "office": parts.county_name,
            "role_name": lambda: gettext("县级监管"),
            "figure": "{:,}".format,
        },
        secret=secrets.token_hex(32),
    )
