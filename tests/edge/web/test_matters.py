"""Matters at the counter: found in the list, moved on by its steps, taken back."""

import re

from edge.domain.kinds import Kind
from edge.store import lists
from edge.store.entries import Pen
from edge.workflows.matters import Opening, open_matter, take_step, undo_step
from tests.edge.web.conftest import Desk
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.offices import CLERK, id_number, receive_person

FORM = {"what": "东墙返潮", "place": "1库2列"}


def test_a_matter_is_recorded_moved_on_and_taken_back(desk: Desk) -> None:
    desk.sign_in()
    assert "问题整改" in desk.get("/work").text
    assert 'data-draft="matter-rectification"' in desk.get("/matters/new/rectification").text
    begun = desk.post("/matters/new/rectification/open", **FORM)
    assert begun.status_code == 303
    address = begun.headers["location"]
    shown = desk.get(address).text
    assert "待整改" in shown
    assert "东墙返潮" in shown
    assert address in desk.get("/matters?flow=rectification").text
    assert desk.post(f"{address}/steps/mend", done="开除湿机").status_code == 303
    refused = desk.post(f"{address}/steps/accept", fragment=True)
    assert refused.status_code == 403
    assert "另一位同事" in refused.text
    assert desk.post(f"{address}/undo").status_code == 303
    assert re.search(r"待整改", desk.get(address).text)


def test_what_is_missing_or_unknown_is_said(desk: Desk) -> None:
    desk.sign_in()
    missing = desk.post("/matters/new/rectification/open", fragment=True)
    assert missing.status_code == 422
    assert "还没有填" in missing.text
    assert desk.get("/matters/new/nothing").status_code == 404
    assert desk.get("/matters/" + "0" * 32).status_code == 404


def test_a_day_in_a_frozen_list_is_said_as_everywhere_else(desk: Desk) -> None:
    desk.sign_in()
    address = desk.post("/matters/new/rectification/open", **FORM).headers["location"]
    facts, rows = [("统计到", "20261128")], [("甲", "20261105", "20261399", "12345678")]

    def freeze(pen: Pen) -> None:
        headings = ("名称", "日期", "号", "数")
        lists.freeze(pen, address[-32:], "destruction_list", facts, headings, rows)

    desk.office.transact(CLERK, freeze)
    shown = desk.get(address).text
    for said in ("<dd>2026年11月28日</dd>", "<td>2026年11月5日</td>", "<td>20261399</td>"):
        assert said in shown
    desk.client.cookies.set("lang", "en")
    assert "<td>2026-11-05</td>" in desk.get(address).text


def test_a_date_that_cannot_be_is_refused_in_both_languages(desk: Desk) -> None:
    desk.sign_in()
    form = desk.get("/matters/new/incident").text
    assert "年月日八位数字，今天或更早" in form
    happened = {"sort": "水浸", "happened": "20991231", "place": "1库", "what": "漏水"}
    refused = desk.post("/matters/new/incident/open", fragment=True, **happened)
    assert refused.status_code == 422
    assert "“哪天发生”填的是 2099年12月31日，还没有到" in refused.text
    assert "2026年11月20日" in refused.text
    desk.client.cookies.set("lang", "en")
    called = {"order": "1", "content": "问", "due": "20250101"}
    refused = desk.post("/matters/new/hotline/open", fragment=True, **called)
    assert "says 2025-01-01, which is over. Please enter today (2026-11-20)" in refused.text
    assert "哪天前答复" not in refused.text


def test_a_draft_of_a_matter_outlives_the_page(desk: Desk) -> None:
    desk.sign_in()
    kept = desk.post("/drafts", task="matter-rectification", what="写到一半")
    assert kept.status_code == 204
    assert "写到一半" in desk.get("/matters/new/rectification").text


def test_a_paper_of_a_matter_is_issued_kept_and_shown(desk: Desk) -> None:
    desk.sign_in()
    address = desk.post("/matters/new/rectification/open", **FORM).headers["location"]
    assert "问题整改通知单" in desk.get(address).text
    preview = desk.get(f"{address}/papers/rectification_notice/preview")
    assert preview.headers["content-type"] == "image/png"
    issued = desk.post(f"{address}/papers/rectification_notice/issue")
    assert issued.headers["location"].startswith("/papers/")
    assert "整改〔2026〕00-0001号" in desk.get(address).text
    assert desk.get(f"{issued.headers['location']}/pdf").content.startswith(b"%PDF")
    assert desk.post(f"{address}/papers/other/issue").status_code == 404


def test_a_matter_that_came_before_its_person_stops_no_list(desk: Desk) -> None:
    """Entries of another box may come in any order, and may say any deadline."""

    def come(pen: Pen) -> None:
        told = {"flow": "person_status", "number": "甲-7", "person": "f" * 32}
        pen.append(Kind.MATTER_OPENED, "a" * 32, {**told, "due": "19"})
        pen.append(Kind.MATTER_OPENED, "b" * 32, {**told, "flow": "title_exam", "number": "甲-8"})

    desk.office.transact(CLERK, come)
    desk.sign_in()
    assert "甲-7" in desk.get("/matters?flow=person_status").text
    assert "甲-8" in desk.get("/matters?flow=title_exam").text
    for address in ("/", "/todo"):
        assert desk.get(address).status_code == 200


def test_what_was_lent_by_an_application_comes_back_under_it(desk: Desk) -> None:
    """The quick screen of lending and the application never tell two stories of one dossier."""
    desk.sign_in()
    one = receive_person(desk.office, "王建国", id_number(11))
    asked = {"borrower": "赵敏", "unit": "县局", "letter": "介3号", "purpose": "评审"}
    begun = desk.post("/matters/new/lending/open", dossier=one.dossier, **asked)
    address, quick = begun.headers["location"], f"/loans/{one.dossier}"
    assert 'form="loan"' not in desk.get(quick).text
    lent = desk.post(f"{quick}/lend", fragment=True, borrower="钱某", due="20261201", pages="9")
    assert (lent.status_code, "请打开申请" in lent.text) == (409, True)
    desk.post(f"{address}/steps/approve", approver="所长")
    desk.post(f"{address}/steps/lend", pages="42")
    assert "续借" not in desk.get(quick).text.partition("<main")[2].replace("要续借的", "")
    assert desk.post(f"{quick}/renew", fragment=True, until="20261210").status_code == 409
    short = desk.post(f"{quick}/return", fragment=True, pages="41")
    assert (short.status_code, "还回 41 页" in short.text) == (409, True)
    back = desk.post(f"{quick}/return", pages="42")
    assert back.headers["location"] == address
    assert "已归还" in desk.get(address).text
    # Without an application what comes back short is said, on its person too.
    desk.post(f"{quick}/lend", borrower="钱某", due="20261201", pages="9")
    desk.post(f"{quick}/return", pages="8")
    shown = desk.get(f"/persons/{one.person}").text
    assert "还回 8 页，已登记一件档案疑点" in shown
    assert "档案疑点，待核查" in shown


def test_only_who_signed_takes_a_signature_back(desk: Desk) -> None:
    begun = open_matter(desk.office, CLERK, Opening("rectification", fields=FORM)).id
    take_step(desk.office, CLERK, begun, "mend", {"done": "除湿"})
    take_step(desk.office, COLLEAGUE, begun, "again", {"left": "还潮"})
    desk.sign_in()
    assert "撤回上一步" not in desk.get(f"/matters/{begun}").text
    refused = desk.post(f"/matters/{begun}/undo", fragment=True)
    assert (refused.status_code, "要由他自己撤回" in refused.text) == (403, True)
    assert undo_step(desk.office, COLLEAGUE, begun).state == "mended"


def test_a_review_by_letter_offers_no_reading_and_waits_for_a_colleague(desk: Desk) -> None:
    one = receive_person(desk.office, "王建国", id_number(11))
    asked = {
        "unit": "人武部", "letter": "函8号", "about": "审查本人的亲属", "purpose": "参军",
        "channel": "来函", "reader": "赵一", "reader_id": id_number(21),
    }  # fmt: skip
    review = open_matter(
        desk.office, COLLEAGUE, Opening("political_review", one.dossier, "", asked)
    )
    desk.sign_in()
    assert "等您复核" in desk.get("/todo").text
    assert desk.post(f"/matters/{review.id}/steps/approve").status_code == 303
    shown = desk.get(f"/matters/{review.id}").text
    assert 'class="button main push" form="step-write"' in shown
    assert "开始查阅" not in shown
    assert "给群众看" in shown
    batch = {"what": "2015年", "until": "20261120"}
    destruction = open_matter(desk.office, CLERK, Opening("destruction", fields=batch))
    assert "给群众看" not in desk.get(f"/matters/{destruction.id}").text
