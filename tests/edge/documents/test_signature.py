import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from edge.documents.authority import SealAuthority, SealKey, make_authority, make_office_key
from edge.documents.proof import ProofPaper, Typeset, typeset_proof
from edge.documents.seal import stamp_seal
from edge.documents.signature import Verdict, sign, verify
from edge.domain.errors import InvalidInput

OFFICE = "青山县柳河镇人民政府"


@pytest.fixture(scope="module")
def authority() -> SealAuthority:
    return make_authority("青山县", datetime.now(UTC))


@pytest.fixture(scope="module")
def key(authority: SealAuthority) -> SealKey:
    return make_office_key(OFFICE, authority, datetime.now(UTC))


@pytest.fixture
def unsigned(paper: ProofPaper) -> Typeset:
    return typeset_proof(paper)


@pytest.fixture
def signed(unsigned: Typeset, key: SealKey) -> bytes:
    stamp = stamp_seal(OFFICE, "档案专用章")
    return sign(unsigned.pdf, unsigned.seal_box, stamp, key, reason="出具证明")


def test_a_signed_proof_is_intact_and_trusted_and_names_its_office(
    signed: bytes, authority: SealAuthority
) -> None:
    assert verify(signed, [authority.certificate]) == Verdict(True, True, OFFICE)


def test_a_proof_under_an_unknown_authority_is_intact_but_not_trusted(signed: bytes) -> None:
    stranger = make_authority("青山县", datetime.now(UTC))
    assert verify(signed, [stranger.certificate]) == Verdict(True, False, OFFICE)


def test_any_flipped_byte_of_what_was_signed_breaks_the_signature(
    signed: bytes, authority: SealAuthority
) -> None:
    covered = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\s*\]", signed)
    assert covered is not None
    end, resumed, length = map(int, covered.groups())
    places = [*range(10, end, end // 25), resumed + 10, resumed + length - 3]
    for place in places:
        flipped = bytearray(signed)
        flipped[place] ^= 1
        assert not verify(bytes(flipped), [authority.certificate]).intact, place


def test_anything_appended_after_signing_is_seen(signed: bytes, authority: SealAuthority) -> None:
    assert not verify(signed + b"\n% more\n", [authority.certificate]).intact


def test_an_unsigned_or_unreadable_file_is_never_intact(
    unsigned: Typeset, authority: SealAuthority
) -> None:
    for pdf in (unsigned.pdf, b"", b"no paper at all", unsigned.pdf[:2000]):
        assert verify(pdf, [authority.certificate]) == Verdict(False, False, "")


def test_a_certificate_is_not_trusted_after_its_life(
    signed: bytes, authority: SealAuthority
) -> None:
    later = datetime.now(UTC) + timedelta(days=1200)
    assert verify(signed, [authority.certificate], moment=later) == Verdict(True, False, OFFICE)


def test_signing_what_is_no_pdf_is_refused(unsigned: Typeset, key: SealKey) -> None:
    with pytest.raises(InvalidInput, match=r"document\.unreadable"):
        sign(b"no paper at all", unsigned.seal_box, stamp_seal(OFFICE, ""), key)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_poppler_finds_the_signature_valid_and_the_whole_document_signed(
    signed: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    said = subprocess.run(
        ["pdfsig", "-nocert", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert OFFICE in said


def test_the_red_seal_stands_in_its_box_on_the_rendered_page(
    signed: bytes, unsigned: Typeset, rendered: Callable[[bytes], list[Path]]
) -> None:
    (page,) = rendered(signed)
    with Image.open(page) as image:
        scale, height = 150 / 72, image.height
        box = unsigned.seal_box
        left, right = round(box.x1 * scale), round(box.x2 * scale)
        top, bottom = round(height - box.y2 * scale), round(height - box.y1 * scale)
        red = image.convert("RGB").split()[1].point(lambda green: 255 * (40 > green > 5))
        inside = red.crop((left, top, right, bottom)).getbbox()
    assert inside is not None
    side = 42 * 150 / 25.4
    assert inside[2] - inside[0] == pytest.approx(side, abs=6)
    assert inside[3] - inside[1] == pytest.approx(side, abs=6)


def test_a_seal_key_comes_back_from_its_encrypted_file(
    key: SealKey, authority: SealAuthority
) -> None:
    pem = key.to_pem(b"six crows in a ginkgo")
    assert b"ENCRYPTED" in pem
    again = SealKey.from_pem(pem, b"six crows in a ginkgo")
    assert again.office == OFFICE
    assert again.chain == (authority.certificate,)
    with pytest.raises(InvalidInput, match=r"seal\.key_unreadable"):
        SealKey.from_pem(pem, b"another")
