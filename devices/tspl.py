"""The two languages that label printers take a picture in, and the byte that tells their state.

TSPL: TSC's programming manual, BITMAP, and ESC ! ? for the state. ESC/POS: Epson's GS v 0.
"""

from devices.driver import Fault
from edge.domain.bitmap import Bitmap

STATUS_QUERY = b"\x1b!?"
MM_PER_INCH = 25.4
_HEAD_OPEN, _JAM, _PAPER_OUT, _RIBBON_OUT, _PAUSED, _PRINTING = 1, 2, 4, 8, 16, 32


def tspl(picture: Bitmap, dpi: int, gap_mm: float, copies: int) -> bytes:
    """Write a label as TSPL; there a set bit is white."""
    white = bytes(octet ^ 0xFF for octet in picture.rows)
    width, height = (dots * MM_PER_INCH / dpi for dots in (picture.width, picture.height))
    head = (
        f"SIZE {width:.1f} mm,{height:.1f} mm\r\nGAP {gap_mm:.1f} mm,0 mm\r\nDIRECTION 1\r\nCLS\r\n"
        f"BITMAP 0,0,{picture.stride},{picture.height},0,"
    )
    return head.encode("ascii") + white + f"\r\nPRINT 1,{copies}\r\n".encode("ascii")


def escpos(picture: Bitmap, copies: int) -> bytes:
    """Write a label as a raster of ESC/POS, fed to the next gap after each copy."""
    size = picture.stride.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    return (b"\x1b@\x1dv0\x00" + size + picture.rows + b"\x0c") * copies


def fault_of(status: int) -> Fault | None:
    """What the state byte says; a printer that is printing is well."""
    for bit, fault in (
        (_HEAD_OPEN, Fault.COVER_OPEN),
        (_JAM, Fault.JAM),
        (_PAPER_OUT, Fault.PAPER_OUT),
        # Ribbon is to a transfer printer what paper is: something to be put in.
        (_RIBBON_OUT, Fault.PAPER_OUT),
        (_PAUSED, Fault.PAUSED),
    ):
        if status & bit:
            return fault
    return None


def is_printing(status: int) -> bool:
    """Say whether the printer is still at it."""
    return bool(status & _PRINTING)
