"""How full a storage room is, and when it will be full at the rate of the last year."""

from dataclasses import dataclass
from datetime import date, timedelta

YEAR_DAYS = 365
# A room that nobody will fill in this time needs no date.
FURTHEST_YEARS = 50


@dataclass(frozen=True, slots=True)
class Fill:
    """A room's pieces against its capacity; `came` and `left` within the last `days` of record."""

    capacity: int
    occupied: int
    came: int
    left: int
    days: int = YEAR_DAYS

    @property
    def free(self) -> int:
        """Places left; negative for a room that is overfull."""
        return self.capacity - self.occupied

    @property
    def share(self) -> float:
        """The part that is taken, 1.0 for full."""
        return self.occupied / self.capacity if self.capacity else 1.0

    @property
    def a_year(self) -> float:
        """Pieces more a year, at the rate seen."""
        return (self.came - self.left) * YEAR_DAYS / max(self.days, 1)

    def full_on(self, today: date) -> date | None:
        """The day when it will be full; None where it fills too slowly to tell, or empties."""
        if self.free <= 0:
            return today
        rate = self.a_year
        if rate <= 0 or self.free / rate > FURTHEST_YEARS:
            return None
        return today + timedelta(days=round(self.free / rate * YEAR_DAYS))
