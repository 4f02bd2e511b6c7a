"""Another office's proof is told from a forgery by its QR code alone, without network."""

import io
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edge.documents.proof import ProofKind
from edge.documents.vouching import Vouched, vouch, vouched
from edge.domain.kinds import Kind
from edge.store.codes import meaning_of
from edge.store.entries import Author, Pen
from edge.workflows.authenticity import authentic, code_in, said_in, vouched_for
from edge.workflows.proofs import ProofRequest, issue_proof
from tests.offices import CLERK, MAPLE, TOWNS, WILLOW, Clock, office_in, receive_person, seal_of

SEAL = seal_of(TOWNS[WILLOW])


def scanned(pdf: bytes, folder: Path) -> str:
    """What a gun reads on the printed page, at 200 dots per inch."""
    (folder / "proof.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", "proof.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    (picture,) = folder.glob("page*.png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.read_bytes())))
    return str(found.text)


@pytest.mark.checklist("000-18")
def test_a_box_of_another_town_tells_a_genuine_proof_without_network(tmp_path: Path) -> None:
    with office_in(tmp_path / "w") as here, office_in(tmp_path / "m", MAPLE) as there:
        received = receive_person(here, "王秀英")
        proof = issue_proof(here, CLERK, ProofRequest(received.dossier, ProofKind.STORAGE, "办事"))
        read = scanned(here.blobs.read(proof.blob), tmp_path)
        code, said = code_in(read), said_in(read.lower())
        assert code == proof.code
        # The office's seal is not known there yet: nothing is said to be genuine.
        assert vouched_for(there, code, said) is None
        pem = SEAL.certificate.public_bytes(serialization.Encoding.PEM).decode()
        told = {"town": WILLOW, "name": "1", "ordinal": 1, "public_key": "", "seal": pem}
        there.county.write(
            lambda c: Pen(c, Author("f" * 32, Clock()), "hub").append(
                Kind.BOX_ADMITTED, here.author.box, told
            )
        )
        found = vouched_for(there, code, said)
        with there.space.read() as town:
            assert authentic(town, code) is None
            assert meaning_of(town, read).said == said
    assert found == Vouched(
        proof.code, proof.number, "storage", "20261120", "王＊＊", TOWNS[WILLOW]
    )


SAID = Vouched("R9HYDQZZ", "990101001证〔2026〕01-0001号", "storage", "20261120", "王＊＊")


@given(st.integers(0), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_whatever_is_altered_is_not_vouched_for(at: int, letter: str) -> None:
    text = vouch(SAID, SEAL)
    at %= len(text) - 1  # the last letter carries bits that mean nothing
    altered = text[:at] + letter + text[at + 1 :]
    found = vouched(SAID.code, altered, [SEAL.certificate])
    assert (found is None) == (altered != text)
    assert vouched("R9HYDQZ2", text, [SEAL.certificate]) is None
    assert vouched(SAID.code, text, [seal_of(TOWNS[MAPLE]).certificate]) is None


@given(st.text(max_size=40))
def test_nonsense_is_nothing(text: str) -> None:
    assert vouched(SAID.code, text, [SEAL.certificate]) is None
