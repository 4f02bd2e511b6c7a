"""The application that box and hub stand in: sessions, CSRF, headers, templates and errors."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Litestar, Request, Response, post
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import ResponseHeader
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Server
from litestar.stores.memory import MemoryStore
from litestar.types import BeforeMessageSendHookHandler

from edge.web import errors, session
from edge.web.assets import static_router
from edge.web.locale import use_language
from edge.web.rendering import template_config

# The hash admits the one cosmetic style that OpenSeadragon writes into its page, and nothing else.
VIEWER_STYLE = "'sha256-9xTiqzfwFaL2SGb1rmr8gysEwVVjIvqWAgmZgqFqpEE='"
CONTENT_SECURITY_POLICY = (
    f"default-src 'self'; script-src 'self'; style-src 'self' {VIEWER_STYLE}; "
    "img-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@post("/touched", status_code=204, sync_to_thread=False)
def touched(request: Request[Any, Any, Any]) -> Response[None]:
    """Hear from a page that somebody is at it; 401 once its session has ended."""
    return Response(None, status_code=204 if session.signed_in(request) else 401)


def frame(
    *,
    title: str,
    handlers: Sequence[Any],
    dependencies: Mapping[str, Provide],
    names: Mapping[str, object],
    secret: str,
    before_send: Sequence[BeforeMessageSendHookHandler] = (),
    steady: Callable[[], float] = time.monotonic,
) -> Litestar:
    """Make the application around a role's own handlers.

    `dependencies` give `parts` and `clerk` at least. `names` are known to every template (at least
    `office` and `role_name`). `secret` signs the CSRF tokens and must be at least 32 characters.
    Handlers that run in a thread must not share a path with another. `steady` counts the seconds
    that nobody was at a browser.
    """
    return Litestar(
        route_handlers=[*handlers, touched, static_router()],
        dependencies={
            "reader": Provide(session.provide_reader, sync_to_thread=False),
            **dependencies,
        },
        middleware=[session.sessions(secret, steady).middleware],
        stores={"sessions": MemoryStore()},
        before_request=use_language,
        before_send=[*before_send],
        csrf_config=CSRFConfig(
            secret=secret,
            cookie_name=f"csrf-{session.mark_of(secret)}",
            cookie_httponly=True,
            cookie_samesite="strict",
        ),
        response_headers=[
            ResponseHeader(name=name, value=value) for name, value in HEADERS.items()
        ],
        exception_handlers=errors.HANDLERS,
        template_config=template_config(**names),
        openapi_config=OpenAPIConfig(
            title=title,
            version="1",
            path="/api/v1/schema",
            servers=[Server(url="/")],
            render_plugins=[JsonRenderPlugin()],
            create_examples=False,
        ),
        # Only what says so is described: the API, not the screens.
        include_in_schema=False,
        logging_config=None,
    )
