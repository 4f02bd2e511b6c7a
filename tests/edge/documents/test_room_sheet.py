"""The log sheet of a storage room on paper."""

import io
from datetime import datetime

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from edge.documents.room_sheet import SheetPaper, SheetRow, typeset_room_sheet
from edge.domain.office_time import CHINA


def paper(sensors: int) -> SheetPaper:
    rows = tuple(
        SheetRow(day, half, ("20.1", "52") * (sensors - 1) + ("缺", "缺"), "09:05", "单喆")
        for day in range(1, 32)
        for half in ("上午 9时", "下午 15时")
    )
    names = tuple(f"传感器{number}" for number in range(sensors))
    issued = datetime(2026, 12, 31, 17, 0, tzinfo=CHINA)
    return SheetPaper("柳河镇", "库房", 2026, 12, names, rows, issued, "单喆")


@pytest.mark.parametrize(("sensors", "pages"), [(1, 1), (4, 1), (5, 2), (32, 8)])
def test_a_whole_month_of_up_to_four_sensors_is_one_page(sensors: int, pages: int) -> None:

    found = PdfFileReader(io.BytesIO(typeset_room_sheet(paper(sensors))))
    assert found.root["/Pages"]["/Count"] == pages
