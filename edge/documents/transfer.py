"""The letter that calls for a dossier, with its receipt and address slip to cut off."""

from dataclasses import dataclass
from datetime import date

from edge.documents.proof import chinese_date, qr_svg
from edge.documents.typesetting import typeset
from edge.domain.errors import InvalidInput

SOURCE = "transfer.typ"


@dataclass(frozen=True, slots=True)
class TransferPaper:
    """All that stands on the letter: `office` asks, `addressee` holds the dossier.

    `reason` opens the sentence (因…); `code` is opaque and goes into the QR.
    """

    office: str
    addressee: str
    number: str
    holder: str
    id_number: str
    reason: str
    issued_on: date
    clerk: str
    phone: str
    address: str
    code: str


def typeset_transfer_slip(paper: TransferPaper) -> bytes:
    """Set the letter as one page of PDF/A-2b.

    Raises InvalidInput `document.missing_glyph` (character) and `document.too_long` (pages).
    """
    fields = {
        "office": paper.office,
        "addressee": paper.addressee,
        "number": paper.number,
        "holder": paper.holder,
        "id_number": paper.id_number,
        "reason": paper.reason,
        "issued": chinese_date(paper.issued_on),
        "clerk": paper.clerk,
        "phone": paper.phone,
        "address": paper.address,
        "qr": qr_svg(paper.code),
    }
    pages = typeset(SOURCE, fields, paper.issued_on, ("pages",))
    if pages.marks["pages"] != 1:
        raise InvalidInput("document.too_long", pages=pages.marks["pages"])
    return pages.pdf
