import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from edge.documents.proof import Citation, ProofKind, ProofPaper


@pytest.fixture
def paper() -> ProofPaper:
    return ProofPaper(
        office="青山县柳河镇人民政府",
        kind=ProofKind.STORAGE,
        number="柳档证〔2026〕0137号",
        holder="王䶮𬱖",
        id_number="330199********123X",
        statements=(
            "该同志1987年7月参加工作，档案材料32份。",
            "其父单堃、其母仇喆的情况另见附页。",
        ),
        citations=(Citation("1-1", "干部履历表", 2), Citation("4-1", "高等学校毕业生登记表")),
        issued_on=date(2026, 11, 21),
        clerk="单喆",
        verify_code="LH26-7F3K-9QXD",
        verify_url="https://dangan.example/v/LH26-7F3K-9QXD",
    )


@pytest.fixture
def text_of(tmp_path: Path) -> Callable[[bytes], str]:
    """The words of a PDF as another program reads them, without white space."""

    def read(pdf: bytes) -> str:
        path = tmp_path / "words.pdf"
        path.write_bytes(pdf)
        words = subprocess.run(
            ["pdftotext", "-enc", "UTF-8", str(path), "-"], check=True, capture_output=True
        )
        return "".join(words.stdout.decode().split())

    return read


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[[bytes], list[Path]]:
    """The pages of a PDF as another program draws them, 150 dpi."""

    def render(pdf: bytes) -> list[Path]:
        path = tmp_path / "drawn.pdf"
        path.write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-r", "150", "-png", str(path), str(tmp_path / "drawn")], check=True
        )
        return sorted(tmp_path.glob("drawn-*.png"))

    return render
