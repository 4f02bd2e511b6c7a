"""Proofs of what a dossier states: one A4 page with seal place, QR and short code."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, cast

import segno

from edge.documents.seal import SEAL_MM
from edge.documents.typesetting import picture, typeset
from edge.domain.errors import InvalidInput

SOURCE = "proof.typ"
POINTS_PER_MM = 72 / 25.4

_ID_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")


class ProofKind(StrEnum):
    """What a proof speaks of."""

    STORAGE = "存档证明"
    EXPERIENCE = "经历证明"
    BIRTH = "出生记载证明"
    EDUCATION = "学历记载证明"
    KINSHIP = "亲属关系证明"
    SERVICE = "工龄记载证明"
    CONDUCT = "现实表现证明"


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed sentences of one kind; `opening` has the places holder and id_number."""

    title: str
    opening: str
    closing: tuple[str, ...]


_HELD = "兹证明{holder}（公民身份号码{id_number}）的人事档案现由我单位保管"
_ENDING = "特此证明。"

WORDINGS: Mapping[ProofKind, Wording] = MappingProxyType(
    {
        ProofKind.STORAGE: Wording(
            "人事档案存档证明",
            _HELD + "。据档案记载：",
            ("本证明自出具之日起三个月内有效。", _ENDING),
        ),
        ProofKind.EXPERIENCE: Wording(
            "经历证明",
            _HELD + "，其学习、工作经历据档案记载如下：",
            ("本证明仅反映档案记载。", _ENDING),
        ),
        ProofKind.BIRTH: Wording(
            "出生日期记载证明",
            _HELD + "，其出生日期据档案记载如下：",
            ("本证明仅反映档案记载，出生日期由主管部门依规定认定。", _ENDING),
        ),
        ProofKind.EDUCATION: Wording(
            "学历记载证明",
            _HELD + "，其学历、学位情况据档案记载如下：",
            ("本证明仅反映档案记载，不代替学历、学位认证。", _ENDING),
        ),
        ProofKind.KINSHIP: Wording(
            "亲属关系记载证明",
            _HELD + "，其家庭成员及亲属关系据档案记载如下：",
            ("本证明仅反映档案记载。", _ENDING),
        ),
        ProofKind.SERVICE: Wording(
            "工龄记载证明",
            _HELD + "，其参加工作时间和工作时段据档案记载如下：",
            ("本证明仅反映档案记载，工龄由主管部门依规定认定。", _ENDING),
        ),
        ProofKind.CONDUCT: Wording(
            "现实表现记载证明",
            _HELD + "，其现实表现据档案记载如下：",
            ("本证明仅反映档案记载。", _ENDING),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Citation:
    """The page of a dossier that a statement rests on; `page` counts within the material."""

    category: str
    material: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ProofPaper:
    """All that stands on a proof; `id_number` is printed as given, masked or whole.

    `replaces` is the number of the proof that it was issued in place of.
    """

    office: str
    kind: ProofKind
    number: str
    holder: str
    id_number: str
    statements: tuple[str, ...]
    citations: tuple[Citation, ...]
    issued_on: date
    clerk: str
    verify_code: str
    verify_url: str
    replaces: str = ""


class SealBox(NamedTuple):
    """A place on a page: page from 0, corners in points, origin bottom left."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Typeset:
    """A typeset paper and where its seal belongs."""

    pdf: bytes
    seal_box: SealBox


def typeset_proof(paper: ProofPaper) -> Typeset:
    """Set a proof as one page of PDF/A-2b, unsealed.

    Raises InvalidInput: `document.missing_glyph` (character), `document.too_long` (pages),
    `document.address_names_person` where the address to verify at holds an ID number.
    """
    pages = typeset(SOURCE, _fields(paper), paper.issued_on, ("seal", "pages"))
    if pages.marks["pages"] != 1:
        raise InvalidInput("document.too_long", pages=pages.marks["pages"])
    return Typeset(pages.pdf, seal_box_of(cast(dict[str, float], pages.marks["seal"])))


def preview(paper: ProofPaper, dpi: int = 110) -> bytes:
    """The page as PNG, unsealed; errors as `typeset_proof`."""
    typeset_proof(paper)
    return picture(SOURCE, _fields(paper), paper.issued_on, dpi)


def qr_svg(text: str) -> str:
    """A QR code of `text` as SVG."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    return drawn.getvalue().decode("utf-8")


def chinese_date(day: date) -> str:
    """2026年11月21日"""
    return f"{day.year}年{day.month}月{day.day}日"


def _fields(paper: ProofPaper) -> dict[str, object]:
    if _ID_NUMBER.search(paper.verify_url):
        raise InvalidInput("document.address_names_person")
    wording = WORDINGS[paper.kind]
    return {
        "title": wording.title,
        "opening": wording.opening.format(holder=paper.holder, id_number=paper.id_number),
        "closing": [*_instead(paper), *wording.closing],
        "office": paper.office,
        "number": paper.number,
        "statements": paper.statements,
        "citations": [
            [cited.category, cited.material, "" if cited.page is None else f"第{cited.page}页"]
            for cited in paper.citations
        ],
        "issued": chinese_date(paper.issued_on),
        "clerk": paper.clerk,
        "verify_code": paper.verify_code,
        "qr": qr_svg(paper.verify_url),
    }


def _instead(paper: ProofPaper) -> list[str]:
    return [f"本证明替代{paper.replaces}，原证明作废。"] if paper.replaces else []


def seal_box_of(place: dict[str, float]) -> SealBox:
    """Turn a source's `seal` mark (page from 1, x, y from the top, height) into a seal's place."""
    side = SEAL_MM * POINTS_PER_MM
    x1, y2 = place["x"], place["height"] - place["y"]
    return SealBox(int(place["page"]) - 1, x1, y2 - side, x1 + side, y2)
