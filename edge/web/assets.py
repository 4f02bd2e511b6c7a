"""The built static files: names that carry their digest, served as never changing."""

import json
from collections.abc import Callable
from pathlib import Path

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router
from markupsafe import Markup

import kiosk_ui

KIOSK_UI = Path(kiosk_ui.__file__).parent
BUILT = KIOSK_UI / "static" / "built"


def read_manifest(built: Path = BUILT) -> dict[str, dict[str, str]]:
    """Read what `kiosk_ui.build` left: name -> file, sri."""
    path = built / "manifest.json"
    if not path.exists():
        raise FileNotFoundError(f"{path}: run python -m kiosk_ui.build first")
    manifest: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def linkers(manifest: dict[str, dict[str, str]]) -> dict[str, Callable[..., object]]:
    """Make the template functions `asset`, `stylesheet`, `script` and `icon`."""

    def asset(name: str) -> str:
        return "/static/" + manifest[name]["file"]

    def stylesheet(name: str) -> Markup:
        return Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(
            asset(name), manifest[name]["sri"]
        )

    def script(name: str, module: bool = True) -> Markup:
        kind = Markup('type="module"') if module else Markup("defer")
        return Markup('<script src="{}" integrity="{}" {}></script>').format(
            asset(name), manifest[name]["sri"], kind
        )

    def icon(name: str, look: str = "icon") -> Markup:
        drawn = Markup('<svg class="{}" aria-hidden="true" focusable="false">{}</svg>')
        return drawn.format(look, Markup('<use href="{}#{}"/>').format(asset("icons.svg"), name))

    return {"asset": asset, "stylesheet": stylesheet, "script": script, "icon": icon}


def static_router(built: Path = BUILT) -> Router:
    """Serve the built files below `/static`."""
    return create_static_files_router(
        path="/static",
        directories=[built],
        cache_control=CacheControlHeader(max_age=31_536_000, immutable=True, public=True),
        opt={"skip_session": True},
    )
