"""A picture of black and white dots, as label printers take it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bitmap:
    """`rows` holds the dots from the top down, each row padded to whole bytes, the leftmost dot
    in the highest bit; a set bit is black.
    """

    width: int
    height: int
    rows: bytes

    @property
    def stride(self) -> int:
        """The bytes of a row."""
        return (self.width + 7) // 8
