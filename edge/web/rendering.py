"""Templates: their environment, and pages and fragments made from them."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from edge.web import locale, wording
from edge.web.assets import KIOSK_UI, linkers, read_manifest

TEMPLATES = KIOSK_UI / "templates"
SIZES = ("20", "24", "30")
PDF = "application/pdf"


def environment() -> Environment:
    """The template environment: undefined names are errors, everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension brings it
        locale.gettext, locale.ngettext, newstyle=True
    )
    made.globals |= linkers(read_manifest())
    made.globals |= {"language": locale.language, "sentence": locale.sentence}
    made.filters |= wording.filters()
    made.policies["ext.i18n.trimmed"] = True
    return made


def template_config(**names: object) -> TemplateConfig[JinjaTemplateEngine]:
    """Configure Litestar's templates; `names` are known to every template."""
    made = environment()
    made.globals |= names
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(made))


def is_fragment(request: Request[Any, Any, Any]) -> bool:
    """Say whether htmx asks, for a part of a page."""
    return request.headers.get("hx-request") == "true"


def page(
    request: Request[Any, Any, Any], template: str, status_code: int = 200, **context: object
) -> Template:
    """Render a page or fragment; never kept by the browser, since it may show a dossier."""
    size = request.cookies.get("size", "20")
    return Template(
        template_name=template,
        context={
            "clerk": request.scope.get("state", {}).get("clerk"),
            "undo": request.scope.get("state", {}).get("undo"),
            "size": size if size in SIZES else "20",
            "path": request.url.path,
            **context,
        },
        status_code=status_code,
        media_type=MediaType.HTML,
        headers={"Cache-Control": "no-store"},
    )


def go(request: Request[Any, Any, Any], path: str) -> Response[Any]:
    """Send the browser to another page, whether it asked by htmx or by itself."""
    if is_fragment(request):
        return Response(content="", status_code=200, headers={"HX-Redirect": path})
    return Redirect(path, status_code=303)


def unkept(content: bytes, media_type: str) -> Response[bytes]:
    """Answer with what a dossier holds, or a paper of it, which no browser may keep."""
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})
