"""What is too long, missing or no number is said by the field's own name, in both languages."""

import pytest

from edge.web.locale import catalogue
from edge.web.receiving import TEXTS
from edge.web.typed import NAMES
from tests.edge.web.conftest import Desk
from tests.offices import id_number, receive_person, scan

LONG = "县" * 3_000
LOAN = {"borrower": "赵敏", "unit": "县人社局", "due": "20261204", "pages": 3}


@pytest.mark.parametrize(
    ("change", "said", "english"),
    [
        ({"unit": LONG}, "“单位名称”最多写 120 个字", "may have 120 characters and has more"),
        ({"due": None}, "“应还日期”还没有填", "“Due” is still empty"),
        ({"pages": "三页"}, "“页数”请填数字", "Please enter a number for “Pages”"),
        ({"due": "20261119"}, "填的是 2026年11月19日，已经过了", "2026-11-19, which is over"),
    ],
)
def test_a_loan_is_refused_by_the_name_of_its_field(
    desk: Desk, change: dict[str, object], said: str, english: str
) -> None:
    held = receive_person(desk.office, "王建国", id_number(1))
    desk.sign_in()
    form = {name: value for name, value in {**LOAN, **change}.items() if value is not None}
    for language, words in (("zh", said), ("en", english)):
        desk.client.cookies.set("lang", language)
        refused = desk.post(f"/loans/{held.dossier}/lend", fragment=True, **form)
        assert words in refused.text
        assert refused.status_code in (409, 422)


def test_every_field_has_a_name_in_english_too() -> None:
    words = catalogue("en")
    assert [
        name for name in {*NAMES.values(), *TEXTS.values()} if words.gettext(name) == name
    ] == []


def test_forms_name_the_long_field_keep_it_and_stop_typing_at_the_limit(desk: Desk) -> None:
    held = receive_person(desk.office, "王建国", id_number(1))
    capture = scan(desk.office, "a")
    desk.sign_in()
    filing = {"dossier": held.dossier, "category": "1", "title": LONG, "page": "1"}
    refused = desk.post(f"/captures/{capture}/file", fragment=True, **filing)
    assert "“材料名称”最多写 120 个字，现在是 3000 个" in refused.text
    refused = desk.post("/receive/register", fragment=True, name="李兰", letter=LONG)
    assert "“调档函号”最多写 200 个字，现在是 3000 个" in refused.text
    wrong = {"what": "返潮", "place": LONG}
    refused = desk.post("/matters/new/rectification/open", fragment=True, **wrong)
    assert "最多写 200 个字，现在是 3000 个" in refused.text
    assert desk.post("/drafts", task="matter-rectification", **wrong).status_code == 204
    form = desk.get("/matters/new/rectification").text
    assert LONG in form
    assert 'maxlength="200"' in form
    assert 'maxlength="2000"' in form
    assert 'maxlength="120"' in desk.get(f"/loans/{held.dossier}").text
