"""The document camera at the counter: what lies beneath it, live, and pages taken of it."""

import time
from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from edge.domain.access import Clerk, Right
from edge.domain.errors import DangxiaError, DeviceUnavailable, NotFound
from edge.imaging.derive import view
from edge.imaging.master import of_jpeg
from edge.web.parts import Parts
from edge.web.rendering import go
from edge.web.viewfinder import Viewfinder

BOUNDARY = "picture"
PREVIEW_WIDTH = 960
PAUSE_S = 0.2  # between two pictures of the preview


def finder_of(parts: Parts) -> Viewfinder:
    """The counter's camera; raises DeviceUnavailable `device.camera.absent`."""
    if parts.camera is None:
        raise DeviceUnavailable("device.camera.absent", fault="absent")
    return parts.camera


@get("/camera/preview", sync_to_thread=True)
def preview(reader: NamedDependency[Clerk], parts: NamedDependency[Parts]) -> Stream:
    """What lies beneath the camera, live, for as long as the page is open."""
    reader.require(Right.FILE)
    finder = finder_of(parts)
    first = finder.picture()

    def parted() -> Iterator[bytes]:
        number, jpeg = first
        while True:
            small = view(jpeg, PREVIEW_WIDTH)
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(small)}\r\n\r\n"
            )
            yield head.encode() + small + b"\r\n"
            # Enough to lay paper straight by; more frames would only keep the processor busy.
            time.sleep(PAUSE_S)
            try:
                number, jpeg = finder.picture(number)
            except DangxiaError:
                return

    return Stream(
        parted(),
        media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
        headers={"Cache-Control": "no-store"},
    )


@post("/dossiers/{dossier:str}/shots", status_code=303, sync_to_thread=True)
def begin(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    dossier: FromPath[str],
) -> Response[Any]:
    """Open a batch for pages taken by the camera."""
    reader.require(Right.FILE)
    finder_of(parts)
    return go(request, f"/captures/{parts.scanning.begin_shots(reader, dossier)}")


@post("/captures/{capture:str}/shots", status_code=303, sync_to_thread=True)
def shoot(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    capture: FromPath[str],
) -> Response[Any]:
    """Keep what lies beneath the camera now as the next page, at the camera's full size."""
    reader.require(Right.FILE)
    if parts.scanning.batch(capture) is None:
        raise NotFound("capture.unknown")
    parts.scanning.add(capture, of_jpeg(finder_of(parts).fresh()))
    return Response(content="", status_code=204)
