"""How long a volume that was filed is kept, and what awaits it once that is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a kept volume stands: in its term, kept on after an appraisal, awaiting one, kept for
    ever, or kept for ever and old enough for the archive.
    """

    TERM = "term"
    KEPT_ON = "kept_on"
    AWAITS = "awaits"
    FOR_EVER = "for_ever"
    RIPE = "ripe"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a volume is kept; `until` YYYYMMDD, empty for what is kept for ever."""

    stage: Stage
    until: str


def keeping_of(told: Mapping[str, str], due: str, today: str) -> Keeping:
    """Tell it by what a kept volume's matter says and when that is due; days are YYYYMMDD.

    The fields hold a `due` of their own only where an appraisal set it.
    """
    term = told.get("expires", "")
    if not term:
        return Keeping(Stage.RIPE if due and due <= today else Stage.FOR_EVER, "")
    until = max(term, due)
    if until <= today:
        return Keeping(Stage.AWAITS, until)
    return Keeping(Stage.KEPT_ON if told.get("due", "") > term else Stage.TERM, until)
