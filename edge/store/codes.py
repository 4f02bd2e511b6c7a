"""What a code that was read stands for: a cover, a number, a place, a proof, or none of ours."""

import re
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.cover_code import plain, shelf_of_code
from edge.store.database import Connection
from edge.store.dossiers import dossier_of_code
from edge.store.papers import paper_by_code
from edge.store.proofs import proof_by_code

# A proof's QR code holds where it can be checked; the short code stands beside it in letters.
_CHECKED_AT = re.compile(r"HTTPS?://[^\s?#]+/V(?:ERIFY)?/([2-9A-HJ-NP-Z]{8})(?:/([2-7A-Z]+))?/?")
# The form whose slip comes back on the bag of the dossier that it called for.
CALL_LETTER = "call_letter"
_SHORT = re.compile(r"[2-9A-HJ-NP-Z]{8}")


class Means(StrEnum):
    """What a code stands for."""

    DOSSIER = "dossier"
    SHELF = "shelf"
    PROOF = "proof"
    LETTER = "letter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code stands for.

    `text` is what a form takes of it: the dossier's number, the words of a place, else the code
    itself; `subject` the person of a dossier, the proof, or the matter in which a letter of ours
    called for a dossier. `said` is what another office's proof says for itself; `lent` is a
    dossier that is out.
    """

    means: Means
    text: str
    subject: str = ""
    said: str = ""
    lent: str = ""


def meaning_of(connection: Connection, code: str) -> Meaning:
    """Say what a code stands for here.

    Raises InvalidInput `code.check` for one of our own that was misread.
    """
    shelf = shelf_of_code(code)
    if shelf is not None:
        return Meaning(Means.SHELF, shelf)
    dossier = dossier_of_code(connection, code)
    if dossier is not None:
        lent = dossier.id if dossier.loan else ""
        return Meaning(Means.DOSSIER, dossier.number, dossier.person, lent=lent)
    spelt = plain(code)
    checked = _CHECKED_AT.fullmatch(spelt)
    short = checked[1] if checked else spelt
    if _SHORT.fullmatch(short):
        letter = paper_by_code(connection, short)
        if letter is not None and letter.form == CALL_LETTER and letter.matter:
            return Meaning(Means.LETTER, short, letter.matter)
        known = proof_by_code(connection, short) or paper_by_code(connection, short)
        if known is not None:
            return Meaning(Means.PROOF, short, known.id)
    if checked:
        return Meaning(Means.PROOF, short, said=checked[2] or "")
    return Meaning(Means.OTHER, code.strip())
