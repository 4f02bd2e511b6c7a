"""The one table from errors to status codes, and how each is shown."""

import errno
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

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
from edge.web.locale import sentence, sentence_of
from edge.web.rendering import go, is_fragment, page
from edge.web.session import NotSignedIn

log = logging.getLogger(__name__)

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
        notice = page(request, "parts/error_notice.html", status, said=said, number=number)
        notice.headers |= {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"}
        return notice
    return page(request, "error.html", status, said=said, number=number)


def on_known(request: Request[Any, Any, Any], error: DangxiaError) -> Response[Any]:
    """Show an error that has a sentence."""
    return show(request, status_of(error), error.key, sentence_of(error))


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Show what the framework itself refused; its own English words stay out of the page."""
    status = error.status_code
    key = {403: "web.stale_form", 404: "web.no_such_page"}.get(status, "web.refused")
    return show(request, status, key, sentence(key))


def on_signed_out(request: Request[Any, Any, Any], error: NotSignedIn) -> Response[Any]:
    """Send the browser to the lock screen."""
    if request.url.path.startswith("/api/"):
        return show(request, 401, "web.signed_out", sentence("web.signed_out"))
    return go(request, "/lock")


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
    Exception: on_unknown,
}
