"""The one table from errors to status codes, and how each is shown."""

import errno
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Template

from edge.domain.errors import (
    Conflict,
    DangxiaError,
    Denied,
    DeviceError,
    InvalidInput,
    NotFound,
    StorageFull,
    SyncError,
)
from edge.web.facing import NobodyThere, NotLetIn
from edge.web.locale import sentence, sentence_of
from edge.web.rendering import go, is_fragment, page
from edge.web.session import NotSignedIn
from edge.web.typed import refusal_of

log = logging.getLogger(__name__)

FACING = ("citizen", "self")

# Errors that the reader may answer in the open page, and the part that asks.
QUESTIONS: Mapping[str, str] = {"proof.twin": "parts/proof_twin.html"}
STATUS: Mapping[type[DangxiaError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    Denied: 403,
    StorageFull: 507,
    SyncError: 503,
    DeviceError: 503,
}


def status_of(error: DangxiaError) -> int:
    """The status code of the nearest class in the table."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def show(
    request: Request[Any, Any, Any], status: int, key: str, said: str, number: str = ""
) -> Response[Any]:
    """Say an error: as JSON below /api, as a notice in the open page, or as a page."""
    if request.url.path.startswith("/api/"):
        return Response({"key": key, "sentence": said, "number": number}, status_code=status)
    if is_fragment(request):
        return _notice(page(request, "parts/error_notice.html", status, said=said, number=number))
    return page(request, "error.html", status, said=said, number=number, home=_home(request))


def _notice(made: Template) -> Template:
    made.headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
    return made


def _home(request: Request[Any, Any, Any]) -> str:
    """Where the page of an error leads back to: citizens stay on their own screen."""
    first = request.url.path.strip("/").partition("/")[0]
    return f"/{first}" if first in FACING else "/"


def on_known(request: Request[Any, Any, Any], error: DangxiaError) -> Response[Any]:
    """Show an error that has a sentence; one that asks something, with its answers beside it."""
    said = sentence_of(error)
    if error.key in QUESTIONS and is_fragment(request):
        asked = page(request, QUESTIONS[error.key], status_of(error), said=said, **error.fields)
        return _notice(asked)
    return show(request, status_of(error), error.key, said)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Show what the framework itself refused; its own English words stay out of the page."""
    refused = refusal_of(error) if isinstance(error, ValidationException) else None
    if refused is not None:
        return on_known(request, refused)
    status = error.status_code
    key = {403: "web.stale_form", 404: "web.no_such_page"}.get(status, "web.refused")
    return show(request, status, key, sentence(key))


def on_signed_out(request: Request[Any, Any, Any], error: NotSignedIn) -> Response[Any]:
    """Send the browser to the lock screen."""
    if request.url.path.startswith("/api/"):
        return show(request, 401, "web.signed_out", sentence("web.signed_out"))
    return go(request, "/lock?left=1" if error.left else "/lock")


def on_not_let_in(request: Request[Any, Any, Any], error: NotLetIn) -> Response[Any]:
    """Send a browser that is no screen of citizens to where it may become one."""
    return go(request, "/citizen")


def on_nobody_there(request: Request[Any, Any, Any], error: NobodyThere) -> Response[Any]:
    """Send a self-service screen that nobody is at to its resting page."""
    return go(request, "/self")


def on_unknown(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Record an error nobody foresaw under a short number, and show that number."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return on_known(request, StorageFull("storage.full"))
    number = secrets.token_hex(2).upper()
    log.exception("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return show(
        request, 500, "web.unforeseen", sentence("web.unforeseen", {"number": number}), number
    )


HANDLERS: dict[int | type[Exception], Any] = {
    DangxiaError: on_known,
    HTTPException: on_http,
    NotSignedIn: on_signed_out,
    NotLetIn: on_not_let_in,
    NobodyThere: on_nobody_there,
    Exception: on_unknown,
}
