import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from edge.documents.proof import WORDINGS, ProofKind, ProofPaper, preview, typeset_proof
from edge.domain.errors import InvalidInput


def test_the_words_of_a_proof_can_be_read_back_rare_characters_included(
    paper: ProofPaper, text_of: Callable[[bytes], str]
) -> None:
    words = text_of(typeset_proof(paper).pdf)
    for expected in (
        "人事档案存档证明",
        "王䶮𬱖",
        "330199********123X",
        "单堃",
        "仇喆",
        "干部履历表",
        "第2页",
        "2026年11月21日",
        "LH26-7F3K-9QXD",
        "柳档证〔2026〕0137号",
    ):
        assert expected in words


@pytest.mark.parametrize("kind", ProofKind)
def test_every_kind_of_proof_has_its_own_title_and_wording(
    paper: ProofPaper, kind: ProofKind, text_of: Callable[[bytes], str]
) -> None:
    words = text_of(typeset_proof(replace(paper, kind=kind)).pdf)
    assert words.startswith(WORDINGS[kind].title)
    for sentence in WORDINGS[kind].closing:
        assert sentence in words


def test_the_qr_code_on_the_rendered_page_leads_to_the_verify_address(
    paper: ProofPaper, rendered: Callable[[bytes], list[Path]]
) -> None:
    (page,) = rendered(typeset_proof(paper).pdf)
    with Image.open(page) as image:
        found = zxingcpp.read_barcodes(image)
    assert [code.text for code in found] == [paper.verify_url]


def test_the_seal_place_lies_bottom_right_inside_the_page_and_is_42_mm_wide(
    paper: ProofPaper,
) -> None:
    box = typeset_proof(paper).seal_box
    assert box.page == 0
    assert box.x2 - box.x1 == pytest.approx(42 * 72 / 25.4)
    assert box.y2 - box.y1 == pytest.approx(42 * 72 / 25.4)
    assert 595 / 2 < box.x1 < box.x2 < 595
    assert 0 < box.y1 < box.y2 < 842 / 2


def test_a_character_the_font_lacks_is_named_and_no_paper_is_made(paper: ProofPaper) -> None:
    for make in (typeset_proof, preview):
        with pytest.raises(InvalidInput) as caught:
            make(replace(paper, holder="王\U000323af"))
        assert caught.value.key == "document.missing_glyph"
        assert caught.value.fields == {"character": "\U000323af"}


def test_a_control_character_is_refused_like_a_missing_glyph(paper: ProofPaper) -> None:
    with pytest.raises(InvalidInput) as caught:
        typeset_proof(replace(paper, clerk="单\u0007喆"))
    assert caught.value.fields == {"character": "\u0007"}


def test_a_proof_that_overflows_its_page_is_refused(paper: ProofPaper) -> None:
    with pytest.raises(InvalidInput, match=r"document\.too_long\(pages=[2-9]\)"):
        typeset_proof(replace(paper, statements=("该同志长期在本镇工作。" * 12,) * 12))


@pytest.mark.parametrize("id_number", ["33019919680312123X", "330199680312123"])
def test_an_address_that_holds_an_id_number_is_refused(paper: ProofPaper, id_number: str) -> None:
    with pytest.raises(InvalidInput, match="address_names_person"):
        typeset_proof(replace(paper, verify_url=f"https://dangan.example/v?id={id_number}"))


def test_markup_in_what_was_typed_stays_text(
    paper: ProofPaper, text_of: Callable[[bytes], str]
) -> None:
    typed = '#read("proof.typ")*粗*$x$'
    words = text_of(typeset_proof(replace(paper, statements=(typed,))).pdf)
    assert typed in words


def test_the_same_paper_gives_the_same_bytes(paper: ProofPaper) -> None:
    assert typeset_proof(paper).pdf == typeset_proof(paper).pdf


def test_the_preview_is_an_a4_picture_of_the_asked_resolution(paper: ProofPaper) -> None:
    with Image.open(io.BytesIO(preview(paper, dpi=100))) as image:
        assert image.format == "PNG"
        assert abs(image.width - 827) <= 1
        assert abs(image.height - 1169) <= 1
