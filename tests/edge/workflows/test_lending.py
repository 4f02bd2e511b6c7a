"""Lending, taking back, and looking: each on record."""

import pytest

from edge.domain.errors import Conflict, Denied, InvalidInput, NotFound
from edge.store.dossiers import Standing, open_loans
from edge.store.entries import history_of
from edge.workflows.consultation import view
from edge.workflows.lending import give_back, lend
from edge.workflows.office import Office
from edge.workflows.transfer import send
from tests.offices import CLERK, MAPLE, READER, TECHNICIAN, id_number, receive_person


@pytest.fixture
def dossier(office: Office) -> str:
    return receive_person(office, "王建国", id_number(11)).dossier


def test_a_dossier_goes_out_and_comes_back_counted(office: Office, dossier: str) -> None:
    lent = lend(office, CLERK, dossier, " 赵主任 ", "县委组织部", "2026-12-01", 42)
    assert lent.standing is Standing.LENT
    assert lent.loan is not None
    assert (lent.loan.borrower, lent.loan.due, lent.loan.pages) == ("赵主任", "20261201", 42)
    with office.space.read() as connection:
        assert [loan.dossier for loan in open_loans(connection)] == [dossier]
    assert give_back(office, CLERK, dossier, 41).standing is Standing.HELD
    with office.space.read() as connection:
        assert open_loans(connection) == []
        returned = history_of(connection, dossier)[-1]
    assert (returned.kind, returned.body["pages"]) == ("custody.returned", 41)
    assert lend(office, CLERK, dossier, "钱主任", "", "20261202", 41).standing is Standing.LENT


def test_a_lent_dossier_is_neither_lent_nor_sent(office: Office, dossier: str) -> None:
    lend(office, CLERK, dossier, "赵主任", "", "20261201", 1)
    for act in (
        lambda: lend(office, CLERK, dossier, "钱主任", "", "20261201", 1),
        lambda: send(office, CLERK, dossier, MAPLE, "调动"),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert (caught.value.key, caught.value.fields) == ("dossier.lent", {"borrower": "赵主任"})


def test_what_is_not_out_does_not_come_back(office: Office, dossier: str) -> None:
    with pytest.raises(Conflict) as caught:
        give_back(office, CLERK, dossier, 1)
    assert caught.value.key == "dossier.not_lent"


def test_what_was_sent_away_is_not_lent(office: Office, dossier: str) -> None:
    send(office, CLERK, dossier, MAPLE, "调动")
    with pytest.raises(Conflict) as caught:
        lend(office, CLERK, dossier, "赵主任", "", "20261201", 1)
    assert caught.value.key == "dossier.sent_away"


@pytest.mark.parametrize(
    ("borrower", "due", "pages", "key"),
    [
        (" ", "20261201", 1, "loan.borrower_missing"),
        ("赵主任", "明天", 1, "date.partial"),
        ("赵主任", "202612", 1, "date.partial"),
        ("赵主任", "20260230", 1, "date.partial"),
        ("赵主任", "20261119", 1, "date.over"),
        ("赵主任", "20261201", -1, "loan.pages_wrong"),
    ],
)
def test_a_wrong_loan_is_refused(
    office: Office, dossier: str, borrower: str, due: str, pages: int, key: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        lend(office, CLERK, dossier, borrower, "", due, pages)
    assert caught.value.key == key


def test_every_look_is_on_record_before_it_is_shown(office: Office, dossier: str) -> None:
    view(office, READER, dossier, "overview")
    view(office, CLERK, dossier, "m-1", "proof")
    with office.space.read() as connection:
        looks = [e for e in history_of(connection, dossier) if e.kind == "dossier.viewed"]
        rows = connection.execute("select purpose, what, by from view order by entry").fetchall()
    assert [look.by for look in looks] == [READER.id, CLERK.id]
    assert rows == [("counter", "overview", READER.id), ("proof", "m-1", CLERK.id)]


def test_no_right_no_look_and_no_loan(office: Office, dossier: str) -> None:
    with pytest.raises(Denied):
        view(office, TECHNICIAN, dossier, "overview")
    with pytest.raises(Denied):
        lend(office, READER, dossier, "赵主任", "", "20261201", 1)
    with pytest.raises(Denied):
        give_back(office, READER, dossier, 1)


def test_an_unknown_dossier_is_named_so(office: Office) -> None:
    with pytest.raises(NotFound) as caught:
        view(office, CLERK, "0" * 32, "overview")
    assert caught.value.key == "dossier.unknown"
