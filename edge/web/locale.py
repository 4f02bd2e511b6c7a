"""Chinese by its own words, English by a catalogue in parts; the choice is a browser's cookie."""

import contextvars
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any, TypeVar

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from litestar import Request

from edge.domain.errors import DangxiaError
from edge.web.assets import KIOSK_UI

MESSAGES = KIOSK_UI / "messages"
LANGUAGES = ("zh", "en")
COOKIE = "lang"
# Places of a sentence that hold a Chinese name of ours, or a day (YYYYMMDD).
_NAMES = frozenset({"label", "step", "state"})
_DAYS = frozenset({"day", "today", "due"})

T = TypeVar("T")

_language = contextvars.ContextVar("language", default="zh")


def language() -> str:
    """The language of the request at hand: `zh` or `en`."""
    return _language.get()


async def use_language(request: Request[Any, Any, Any]) -> None:
    """Take the language from the cookie; async, since a thread would lose the variable."""
    chosen = request.cookies.get(COOKIE, "zh")
    _language.set(chosen if chosen in LANGUAGES else "zh")


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak a language for the length of a block."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def language_of(environment: Mapping[str, str]) -> str:
    """The language that a terminal asks for, by LC_ALL, LC_MESSAGES and LANG in this order."""
    asked = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "en" if next(filter(None, asked), "").startswith("en") else "zh"


def in_each_language(said: Callable[[], T]) -> dict[str, T]:
    """Say something in every language, for a screen whose language is not that of the request."""
    made = {}
    for each in LANGUAGES:
        with speaking(each):
            made[each] = said()
    return made


@cache
def catalogue(language: str) -> NullTranslations:
    """Compile a language's catalogue; Chinese needs none, being the message ids."""
    if language == "zh":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, words_in(language))
    compiled.seek(0)
    return Translations(compiled)


def words_in(language: str) -> Catalog:
    """Read a language's words: the parts of its folder as one catalogue."""
    words = Catalog(locale=language)
    for part in sorted((MESSAGES / language).glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale=language):
                words[message.id] = message
    return words


def gettext(message: str) -> str:
    """Say a Chinese message in the language of the request."""
    return str(catalogue(language()).gettext(message))


def ngettext(one: str, many: str, count: int) -> str:
    """Say a counted Chinese message in the language of the request."""
    return str(catalogue(language()).ngettext(one, many, count))


def day(text: str) -> str:
    """Say an archive date (YYYY, YYYYMM or YYYYMMDD)."""
    if language() == "en":
        return "-".join(part for part in (text[:4], text[4:6], text[6:8]) if part)
    parts = ((text[:4], "年"), (text[4:6].lstrip("0"), "月"), (text[6:8].lstrip("0"), "日"))
    return "".join(part + unit for part, unit in parts if part)


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Read the sentences of every error and fault: key -> language -> sentence with places."""
    keys: dict[str, dict[str, str]] = {}
    for path in sorted(MESSAGES.glob("*.toml")):
        keys |= tomllib.loads(path.read_text(encoding="utf-8"))
    return keys


def sentence(key: str, fields: Mapping[str, object] | None = None) -> str:
    """Say what an error or fault key means; a place without a field is left as a dash."""
    said = sentences().get(key) or sentences()["unknown"]
    return said[language()].format_map(_Places({**(fields or {}), "key": key}))


def sentence_of(error: DangxiaError) -> str:
    """Say what happened and what to do, in the language of the request."""
    return sentence(error.key, {name: _said(name, each) for name, each in error.fields.items()})


def _said(name: str, value: object) -> object:
    """A place as it is read: names of fields and steps translated, days written out."""
    if name in _NAMES:
        return gettext(str(value))
    return day(str(value)) if name in _DAYS else value


class _Places(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "—"
