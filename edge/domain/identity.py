"""Identity numbers: GB 11643 check, birth date, sex, and the masked spelling.

One form serves citizens, residents from Hong Kong, Macao and Taiwan (81 to 83) and, since December
2023, foreigners with permanent residence (9, province, country by its ISO number). Their cards of
before bear a number of another form, three letters of a country and twelve digits.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edge.domain.errors import InvalidInput
from edge.domain.timely import GRACE

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_OLDEST_YEAR = 1800
# GB/T 2260, first two digits; 81-83 are the residence permits of Hong Kong, Macao and Taiwan.
_PROVINCES = {
    *(*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47)),
    *(*range(50, 55), *range(61, 66), 71, 81, 82, 83, 91),
}


_FOREIGNER = "9"
_RESIDENCE = re.compile(r"[A-Z]{3}[0-9]{12}")


class Sex(StrEnum):
    """Sex as an identity number or card states it."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A sound identity number as it was written, 18 characters or the 15 digits of before 1999.

    `region` is the division code of the first registration, which may since have been abolished
    and may be younger than its holder: judge nothing by it but a warning.
    """

    number: str
    birth_date: date
    sex: Sex
    region: str

    @property
    def modern(self) -> str:
        """The 18-character form, by which an old and a new number of one person are equal."""
        if len(self.number) == 18:
            return self.number
        stem = f"{self.region}19{self.number[6:]}"
        return stem + check_character(stem)

    @property
    def region_doubtful(self) -> bool:
        """Whether no province has ever had this code: a reason to look again, not to refuse."""
        foreigner = self.region[0] == _FOREIGNER and self.region[:2] != "91"
        return int(self.region[1:3] if foreigner else self.region[:2]) not in _PROVINCES


@dataclass(frozen=True, slots=True)
class ResidenceNumber:
    """The number of a foreigner's card of before December 2023, such as USA110078061502.

    Only its form is judged: the card goes on until it expires, and how its last digit is computed
    was never published. It says neither century of birth nor sex that could be relied on.
    """

    number: str

    @property
    def modern(self) -> str:
        """The number itself: the 18 digits of a newer card cannot be told from it."""
        return self.number


def check_character(stem: str) -> str:
    """Compute the last character for the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(stem[:17], _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def check_number(text: str, today: date | None = None) -> IdNumber | ResidenceNumber:
    """Read the number of any card that a person shows; raises as `check_id_number` does.

    Where `today` is given, nobody is born after it.
    """
    number = _spelt(text)
    if _RESIDENCE.fullmatch(number):
        return ResidenceNumber(number)
    told = check_id_number(number)
    if today is not None and told.birth_date > today + GRACE:
        raise InvalidInput("id_number.date")
    return told


def check_id_number(text: str) -> IdNumber:
    """Read an identity number, forgiving full-width characters, spaces and a small x.

    Raises `InvalidInput` with key `id_number.length` (field `length`), `id_number.digits`,
    `id_number.date` or `id_number.check` (field `expected`, the right last character).
    """
    number = _spelt(text)
    if len(number) not in (15, 18):
        raise InvalidInput("id_number.length", length=len(number))
    digits = number[:17]
    if not (digits.isascii() and digits.isdigit() and number[-1] in "0123456789X"):
        raise InvalidInput("id_number.digits")
    if len(number) == 15:
        return IdNumber(number, _birth_date("19" + number[6:12]), _sex(number[14]), number[:6])
    birth_date = _birth_date(number[6:14])
    expected = check_character(digits)
    if number[17] != expected:
        raise InvalidInput("id_number.check", expected=expected)
    return IdNumber(number, birth_date, _sex(number[16]), number[:6])


def mask_id_number(text: str) -> str:
    """Hide the birth date, as in 330199********402X; hide all of what is no identity number."""
    number = "".join(text.split())
    if len(number) not in (15, 18):
        return "*" * len(number)
    if _RESIDENCE.fullmatch(number):
        return f"{number[:7]}******{number[13:]}"
    hidden = len(number) - 6 - (4 if len(number) == 18 else 3)
    return f"{number[:6]}{'*' * hidden}{number[6 + hidden :]}"


def _spelt(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _birth_date(digits: str) -> date:
    try:
        birth_date = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidInput("id_number.date") from None
    if birth_date.year < _OLDEST_YEAR:
        raise InvalidInput("id_number.date")
    return birth_date


def _sex(digit: str) -> Sex:
    return Sex.MALE if int(digit) % 2 else Sex.FEMALE
