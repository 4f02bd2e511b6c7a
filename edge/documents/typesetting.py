"""The one door to Typst: a source of this package and its fields become pages."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from edge.domain.errors import InvalidInput, NotFound
from edge.domain.office_time import CHINA

FONT_FOLDER = Path("/usr/share/fonts/opentype/noto")
FONT_FAMILY = "Noto Serif CJK SC"
SOURCES = Path(__file__).parent
MEMORY = Path("/dev/shm")  # a folder that no disk sees

_MISSING_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True, slots=True)
class Pages:
    """A compiled document and the values of its labelled metadata."""

    pdf: bytes
    marks: Mapping[str, object]


class _Source:
    """One compiled Typst source; Typst keeps the fields of the last run, hence the lock."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(
            str(SOURCES / name),
            root=str(SOURCES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
        )

    def pages(self, fields: Mapping[str, object], dated: date, marks: tuple[str, ...]) -> Pages:
        with self._lock:
            pdf = self._compile(fields, dated)
            found = {
                mark: json.loads(self._compiler.query(f"<{mark}>", field="value", one=True))
                for mark in marks
            }
        return Pages(pdf, found)

    def image(self, fields: Mapping[str, object], dated: date, dpi: int) -> bytes:
        with self._lock:
            # A picture shows an empty box where a glyph is missing; only PDF/A refuses.
            self._compile(fields, dated)
            return _single(self._compiler.compile(format="png", ppi=dpi))

    def _compile(self, fields: Mapping[str, object], dated: date) -> bytes:
        try:
            return _single(
                self._compiler.compile(
                    format="pdf",
                    pdf_standards="a-2b",
                    sys_inputs={"fields": json.dumps(fields, ensure_ascii=False)},
                    timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=CHINA),
                )
            )
        except typst.TypstError as error:
            if missing := _MISSING_GLYPH.search(error.message):
                raise InvalidInput(
                    "document.missing_glyph", character=_unescaped(missing[1])
                ) from error
            raise


def typeset(
    source: str, fields: Mapping[str, object], dated: date, marks: tuple[str, ...] = ()
) -> Pages:
    """Compile a source of this package to PDF/A-2b, and read its labelled metadata.

    Raises InvalidInput `document.missing_glyph` (field `character`) where the font lacks
    a character, NotFound `document.font_missing` where the font is not installed.
    """
    return _source(source).pages(fields, dated, marks)


def typeset_with(
    source: str, files: Mapping[str, bytes], fields: Mapping[str, object], dated: date
) -> bytes:
    """Compile a source of this package together with files that it names to PDF/A-2b.

    Errors as `typeset`. The files lie in memory while it works, and nowhere afterwards.
    """
    fonts = _fonts()
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        root = Path(folder)
        for name, content in {"main.typ": (SOURCES / source).read_bytes(), **files}.items():
            (root / name).write_bytes(content)
        return _single(
            typst.compile(
                str(root / "main.typ"),
                root=folder,
                font_paths=fonts,
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="a-2b",
                sys_inputs={"fields": json.dumps(fields, ensure_ascii=False)},
                timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=CHINA),
            )
        )


def picture(source: str, fields: Mapping[str, object], dated: date, dpi: int) -> bytes:
    """The only page of the same document as PNG; errors as `typeset`."""
    return _source(source).image(fields, dated, dpi)


@cache
def _source(name: str) -> _Source:
    return _Source(name)


@cache
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(FONT_FOLDER)] if FONT_FOLDER.is_dir() else [],
    )
    # Typst only warns of an unknown family and would set nothing.
    if FONT_FAMILY not in fonts.families():
        raise NotFound("document.font_missing", family=FONT_FAMILY, folder=str(FONT_FOLDER))
    return fonts


def _single(compiled: bytes | list[bytes] | None) -> bytes:
    if isinstance(compiled, list):
        compiled = compiled[0]
    assert compiled is not None, "typst returns bytes when no output file is named"
    return compiled


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
