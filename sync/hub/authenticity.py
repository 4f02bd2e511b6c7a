"""What a proof's QR leads to: whether this county issued it, and nothing about whose it is.

Open to anybody who holds the paper. The answer repeats number, kind, office and date, to be
compared with the paper; names and identity numbers stay on the paper alone.
"""

import re
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from edge.domain.office_time import CHINA
from edge.store.proofs import Proof, ProofStanding, proof_by_code
from sync.hub.county import County

_STANDINGS = {
    ProofStanding.VALID: "有效 Valid",
    ProofStanding.REVOKED: "已作废 Revoked",
    ProofStanding.REISSUED: "已重开，此件作废 Replaced",
}
_CODE = re.compile(r"[2-9A-HJ-NP-Z]{8}")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<h1>{title}</h1>{lines}</html>"""


def verify_route(county: County) -> HTTPRouteHandler:
    """`/verify/{code}`, to mount where the QR points; what it says behind the code is for boxes."""

    @get(
        "/verify/{asked:path}",
        include_in_schema=False,
        sync_to_thread=True,
    )
    def verify(asked: FromPath[Path]) -> Response[str]:
        code = asked.parts[1].upper() if len(asked.parts) > 1 else ""
        found = _find(county, code) if _CODE.fullmatch(code) else None
        body = _told(*found) if found else _unknown()
        return Response(
            body, media_type=MediaType.HTML, status_code=200 if found else 404, headers=_HEADERS
        )

    return verify


def _find(county: County, code: str) -> tuple[Proof, str] | None:
    for town, space in county.spaces.towns.items():
        with space.read() as connection:
            proof = proof_by_code(connection, code)
        if proof is not None:
            return proof, county.name_of(town)
    return None


def _told(proof: Proof, office: str) -> str:
    day = datetime.fromtimestamp(proof.at / 1000, UTC).astimezone(CHINA)
    lines = (
        ("状态 Standing", _STANDINGS[proof.standing]),
        ("编号 Number", proof.number),
        ("种类 Kind", proof.kind),
        ("出具单位 Issued by", office),
        ("出具日期 Date", f"{day.year}年{day.month}月{day.day}日"),
    )
    told = "".join(
        f"<p>{escape(name)}：<strong>{escape(value)}</strong></p>" for name, value in lines
    )
    hint = "<p>请与纸面逐项核对，有一项不同即不可信。 Compare each line with the paper.</p>"
    valid = proof.standing is ProofStanding.VALID
    title = "本证明确由本县出具" if valid else "本证明由本县出具，现已作废"
    return _PAGE.format(title=title, lines=told + hint)


def _unknown() -> str:
    hint = (
        "<p>没有查到这个验证码。可能是输错了，也可能该镇还没有联网上报，"
        "请过后再查，或向出具单位核实。</p><p>Not known here, or not reported yet.</p>"
    )
    return _PAGE.format(title="没有查到", lines=hint)
