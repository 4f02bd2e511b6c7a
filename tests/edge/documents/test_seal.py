import math
import re
from xml.etree import ElementTree

import pytest

from edge.documents.seal import SEAL_MM, draw_seal, stamp_seal
from edge.domain.errors import InvalidInput

NAMES = ["柳河镇", "青山县柳河镇人民政府", "青山县柳河镇社会事务和劳动保障服务中心综合窗口"]


@pytest.mark.parametrize("name", NAMES)
def test_a_seal_is_bare_outlines_within_its_42_mm(name: str) -> None:
    root = ElementTree.fromstring(draw_seal(name, "档案专用章"))
    assert {element.tag.rpartition("}")[2] for element in root} == {"circle", "path"}
    assert root.get("width") == "42.0mm"
    (path,) = [element for element in root if element.tag.endswith("path")]
    values = [float(value) for value in re.findall(r"-?\d+\.\d+", path.get("d", ""))]
    points = list(zip(values[::2], values[1::2], strict=True))
    farthest = max(math.dist(point, (SEAL_MM / 2, SEAL_MM / 2)) for point in points)
    assert 15 < farthest < SEAL_MM / 2 - 1.2


def test_a_name_with_markup_characters_still_gives_sound_svg() -> None:
    root = ElementTree.fromstring(draw_seal("柳河<镇>&", '"章"'))
    assert root.get("aria-label") == '柳河<镇>&"章"'


def test_the_pdf_stamp_fills_its_outlines_in_red() -> None:
    drawn = stamp_seal("青山县柳河镇人民政府", "档案专用章").decode("ascii")
    assert " rg " in drawn.splitlines()[0]
    assert drawn.endswith("S Q")
    assert drawn.count(" m") > 20


def test_a_character_the_font_lacks_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        draw_seal("柳河\U000323af镇", "")
    assert caught.value.fields == {"character": "\U000323af"}


def test_a_seal_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"seal\.no_name"):
        draw_seal("", "档案专用章")
