from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from edge.documents.transfer import TransferPaper, typeset_transfer_slip
from edge.domain.errors import InvalidInput


@pytest.fixture
def letter() -> TransferPaper:
    return TransferPaper(
        office="青山县柳河镇人民政府",
        addressee="长林县人力资源和社会保障局",
        number="柳档调〔2026〕0042号",
        holder="王䶮垚",
        id_number="330199198707011234",
        reason="因该同志在我镇灵活就业并办理个人存档",
        issued_on=date(2026, 11, 21),
        clerk="胡晓燕",
        phone="0570-5550123",
        address="青山县柳河镇柳河大道12号",
        code="T-8F2K-71QX",
    )


def test_the_letter_carries_request_receipt_and_address_slip(
    letter: TransferPaper, text_of: Callable[[bytes], str]
) -> None:
    words = text_of(typeset_transfer_slip(letter))
    assert words.count("王䶮垚") == 2
    assert words.count(letter.number) == 3
    for expected in ("调档函", "回执", "不得由本人携带", "沿此线裁开", letter.address):
        assert expected in words


def test_the_qr_code_holds_the_opaque_code_only(
    letter: TransferPaper, rendered: Callable[[bytes], list[Path]]
) -> None:
    # Beside the longest address the slip's own code is still whole.
    far = replace(letter, address="青山县柳河镇柳河大道12号档案室" * 3)
    (page,) = rendered(typeset_transfer_slip(far))
    with Image.open(page) as image:
        # One on the letter, one on the slip that is pasted on the bag.
        assert [code.text for code in zxingcpp.read_barcodes(image)] == [letter.code] * 2


def test_a_character_the_font_lacks_is_named(letter: TransferPaper) -> None:
    with pytest.raises(InvalidInput, match=r"document\.missing_glyph"):
        typeset_transfer_slip(replace(letter, holder="\U000323af"))
