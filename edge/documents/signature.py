"""Electronic seals: PAdES signatures under an office's key, and their verification.

A signature of the county's own authority proves integrity and origin inside the county.
It is no reliable e-seal before outside offices (电子签名法 art. 13): a certified county
service or a hardware key takes its place behind the same `SealProvider`.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from edge.documents.authority import SealProvider
from edge.documents.proof import SealBox
from edge.documents.seal import SEAL_MM
from edge.domain.errors import InvalidInput

FIELD_NAME = "Seal"
LONGEST_P256_SIGNATURE = 72


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a signature proves: the file is whole and unchanged, and who vouches for it.

    `signer` is empty where no signature could be read.
    """

    intact: bool
    trusted: bool
    signer: str


def sign(pdf: bytes, seal_box: SealBox, stamp: bytes, key: SealProvider, reason: str = "") -> bytes:
    """Certify `pdf` (PAdES B-B, no changes allowed) and stamp `seal_box`.

    `stamp` is what `seal.stamp_seal` draws. The signing time is this machine's clock.
    Raises InvalidInput `document.unreadable` where `pdf` cannot be signed.
    """
    side = SEAL_MM * 72 / 25.4
    style = StaticStampStyle(
        border_width=0,
        background=RawContent(stamp, box=BoxConstraints(width=side, height=side)),
        background_opacity=1.0,
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins(0, 0, 0, 0),
        ),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason or None,
        name=key.office,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    place = fields.SigFieldSpec(
        FIELD_NAME,
        on_page=seal_box.page,
        box=(round(seal_box.x1), round(seal_box.y1), round(seal_box.x2), round(seal_box.y2)),
    )
    signer = signers.PdfSigner(meta, _Signer(key), stamp_style=style, new_field_spec=place)
    signed = io.BytesIO()
    try:
        signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=signed)
    except (PdfError, SigningError) as error:
        raise InvalidInput("document.unreadable") from error
    return signed.getvalue()


def verify(
    pdf: bytes, trust_roots: Iterable[x509.Certificate], moment: datetime | None = None
) -> Verdict:
    """Judge the first signature of `pdf`; it must cover the entire file.

    `moment` is when the certificates must be valid, else now. A file that cannot be read
    as a signed PDF is not intact; nothing is fetched from the network.
    """
    context = ValidationContext(
        trust_roots=_as_read_by_pyhanko(trust_roots),
        allow_fetching=False,
        moment=moment,
    )
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if not found:
            return Verdict(intact=False, trusted=False, signer="")
        status = validate_pdf_signature(found[0], context)
    except (PdfError, SignatureValidationError, ValueError, LookupError, TypeError):
        # A flipped byte may break any part of the file's grammar, not only the digest.
        return Verdict(intact=False, trusted=False, signer="")
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    intact = bool(status.intact and status.valid and whole)
    return Verdict(
        intact=intact,
        trusted=bool(intact and status.trusted),
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
    )


class _Signer(signers.Signer):
    """Lets pyHanko build the signature while the provider keeps the key."""

    def __init__(self, provider: SealProvider) -> None:
        (certificate,) = _as_read_by_pyhanko([provider.certificate])
        issuers = SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]  # pyhanko has no types
            _as_read_by_pyhanko(provider.chain)
        )
        super().__init__(signing_cert=certificate, cert_registry=issuers)
        self._provider = provider

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if digest_algorithm != "sha256":
            raise SigningError(f"the seal signs SHA-256 only, not {digest_algorithm}")
        return bytes(LONGEST_P256_SIGNATURE) if dry_run else self._provider.sign(data)


def _as_read_by_pyhanko(certificates: Iterable[x509.Certificate]) -> list[Any]:
    """The same certificates as pyHanko's own, untyped, kind of object."""
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
    return list(load_certs_from_pemder_data(pem)) if pem else []
