"""Who asks for a proof: the person, somebody with a letter of attorney, or a unit with a letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.domain.errors import InvalidInput
from edge.domain.identity import check_id_number

LONGEST = 60


class AskerKind(StrEnum):
    """In whose name is asked."""

    SELF = "self"
    DELEGATE = "delegate"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who stands at the counter; `name` and `id_number` are the delegate's or the unit's bearer's.

    `mandate`: the letter of attorney (委托书) was shown and a copy kept. `letter` is the number of
    the unit's letter of introduction.
    """

    kind: AskerKind = AskerKind.SELF
    name: str = ""
    id_number: str = ""
    mandate: bool = False
    unit: str = ""
    letter: str = ""

    @property
    def told(self) -> Mapping[str, str]:
        """What stands on record of it; nothing for the person alone."""
        if self.kind is AskerKind.SELF:
            return {}
        told = {"kind": str(self.kind), "name": self.name, "id_number": self.id_number}
        said = {"mandate": "yes" if self.mandate else "", "unit": self.unit, "letter": self.letter}
        return {name: value for name, value in {**told, **said}.items() if value}


SELF = Asker()


def check_asker(asker: Asker) -> Asker:
    """Give the asker in one form.

    Raises InvalidInput: `asker.name_missing`, `asker.mandate_missing`, `asker.letter_missing`,
    `asker.too_long`, or the errors of `check_id_number`.
    """
    if asker.kind is AskerKind.SELF:
        return SELF
    name, unit, letter = asker.name.strip(), asker.unit.strip(), asker.letter.strip()
    if max(map(len, (name, unit, letter))) > LONGEST:
        raise InvalidInput("asker.too_long")
    if not name or not asker.id_number.strip():
        raise InvalidInput("asker.name_missing")
    number = check_id_number(asker.id_number).modern
    if asker.kind is AskerKind.DELEGATE:
        if not asker.mandate:
            raise InvalidInput("asker.mandate_missing")
        return Asker(asker.kind, name, number, True)
    if not unit or not letter:
        raise InvalidInput("asker.letter_missing")
    return Asker(asker.kind, name, number, False, unit, letter)
