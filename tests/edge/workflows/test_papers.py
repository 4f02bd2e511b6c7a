"""Papers of the counter: numbered once, sealed where asked, kept, and readable."""

import subprocess
from pathlib import Path

import pytest

from edge.documents.form import Form, Sheet, Table
from edge.documents.signature import verify
from edge.domain.errors import Denied
from edge.store.papers import paper_by_code, paper_of
from edge.workflows.office import Office
from edge.workflows.papers import Wanted, issue_paper, note_print, preview_paper
from tests.offices import CLERK, TECHNICIAN, authority

LETTER = Form("test_letter", "商调函", "调", sealed=True)
LIST = Form("test_list", "移交清册", "册")
SHEET = Sheet(
    addressee="青山县枫桥乡人民政府",
    paragraphs=("因工作调动，请将单喆同志的人事档案转来我单位。",),
    facts=(("姓名", "单喆"), ("档号", "990101001-01-00001")),
    table=Table(("序号", "姓名", "页数"), [(str(n), "王建国", "12") for n in range(60)], (1, 3, 1)),
    closing=("请查收。",),
    blanks=("移交人", "接收人"),
    stub_title="回执",
    stub=("函收悉，档案已转去。",),
)


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_a_sealed_paper_is_numbered_kept_and_found_by_its_code(
    office: Office, tmp_path: Path
) -> None:
    first = issue_paper(office, CLERK, Wanted(LETTER, SHEET))
    second = issue_paper(office, CLERK, Wanted(LETTER, SHEET))
    assert first.number != second.number
    assert "调〔2026〕" in first.number
    pdf = office.blobs.read(first.blob)
    verdict = verify(pdf, [authority().certificate])
    assert (verdict.intact, verdict.trusted) == (True, True)
    said = text_of(pdf, tmp_path)
    assert first.number in said
    assert "单喆" in said
    assert "第 2 页" in said
    note_print(office, CLERK, first.id, "hall", 7)
    with office.space.read() as town:
        assert paper_by_code(town, first.code) == paper_of(town, first.id)
        assert paper_of(town, first.id).prints == 1


def test_a_plain_paper_has_no_code_and_a_preview_leaves_no_trace(office: Office) -> None:
    assert preview_paper(office, CLERK, Wanted(LIST, Sheet(closing=("无",)))).startswith(b"\x89PNG")
    with pytest.raises(Denied):
        issue_paper(office, TECHNICIAN, Wanted(LIST, SHEET))
    issued = issue_paper(office, CLERK, Wanted(LIST, SHEET))
    assert issued.code == ""
    assert issued.number.endswith("0001号")
