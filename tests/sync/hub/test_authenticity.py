"""The QR of a proof: true papers are confirmed, others are not, and nobody is named."""

from pathlib import Path

from litestar.testing import TestClient

from edge.domain.kinds import Kind
from edge.store.entries import Author, Pen
from sync.hub.app import endpoint_app
from sync.hub.county import County

TOWN, CODE = "990101001", "R9HYDQZZ"


def test_a_paper_of_this_county_is_confirmed_without_naming_its_holder(tmp_path: Path) -> None:
    county = County.open(tmp_path / "hub")
    try:
        county.found("青山县")
        space = county.add_town(TOWN, "青山县柳河镇人社所")
        proof = {
            "dossier": "d" * 32,
            "kind": "存档证明",
            "number": "990101001证〔2026〕01-0001号",
            "purpose": "入职",
            "code": CODE,
            "blob": "0" * 64,
        }
        space.write(
            lambda c: Pen(c, Author("b" * 32), "clerk").append(Kind.PROOF_ISSUED, "p" * 32, proof)
        )
        with TestClient(endpoint_app(county)) as browser:
            known = browser.get(f"/verify/{CODE.lower()}")
            unknown = browser.get("/verify/R9HYDQZ2")
            space.write(
                lambda c: Pen(c, Author("b" * 32), "clerk").append(
                    Kind.PROOF_REVOKED, "p" * 32, {"reason": "写错"}
                )
            )
            # What the QR code says behind the short code is for boxes without network.
            revoked = browser.get(f"/verify/{CODE}/MFRGGZDF")
            nonsense = browser.get("/verify/<script>")
    finally:
        county.close()

    assert known.status_code == 200
    assert ("有效" in known.text, "已作废" in revoked.text) == (True, True)
    assert "990101001证〔2026〕01-0001号" in known.text
    assert "青山县柳河镇人社所" in known.text
    assert "d" * 32 not in known.text
    assert (unknown.status_code, nonsense.status_code) == (404, 404)
    assert "<script>" not in nonsense.text
    assert known.headers["cache-control"] == "no-store"
