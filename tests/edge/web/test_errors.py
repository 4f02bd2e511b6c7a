"""One table from errors to answers."""

import pytest

from edge.domain import errors
from edge.web.errors import STATUS, status_of
from tests.edge.web.conftest import Desk


def every_error(kind: type[errors.DangxiaError]) -> set[type[errors.DangxiaError]]:
    return {kind}.union(*(every_error(each) for each in kind.__subclasses__()))


def test_every_error_that_a_person_can_mend_has_its_own_status() -> None:
    for kind in every_error(errors.DangxiaError):
        if kind in (errors.DangxiaError, errors.ArchiveError):
            continue
        assert status_of(kind("key")) < 500 or issubclass(
            kind, (errors.StorageFull, errors.SyncError, errors.DeviceError)
        )
    assert set(STATUS) <= every_error(errors.DangxiaError)


@pytest.mark.parametrize("path", ["/nothing", "/persons/nobody", "/captures/none"])
def test_what_is_not_there_is_told_in_chinese_and_leads_home(desk: Desk, path: str) -> None:
    desk.sign_in()
    answer = desk.get(path)
    assert answer.status_code == 404
    assert "没有办成" in answer.text
    assert "回到首页" in answer.text
    assert "Not Found" not in answer.text


def test_a_fault_in_an_open_page_comes_as_a_notice_and_leaves_the_page(desk: Desk) -> None:
    desk.sign_in()
    answer = desk.get("/persons/nobody", fragment=True)
    assert answer.headers["hx-retarget"] == "#notices"
    assert "<html" not in answer.text
    assert "没有找到这个人" in answer.text


def test_an_error_nobody_foresaw_gets_a_number_and_keeps_its_insides(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.sign_in()
    desk.office.space.write(lambda town: town.execute("drop table climate_alert"))
    answer = desk.get("/todo")
    assert answer.status_code == 500
    assert "已记下（编号" in answer.text
    assert "climate_alert" not in answer.text
    number = answer.text.split("编号 ")[1][:4]
    assert number in caplog.text
