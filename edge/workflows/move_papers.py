"""What stands on the papers of lending, sending away, and doubts."""

from collections.abc import Mapping

from edge.documents.form import Sheet
from edge.store.database import Connection
from edge.store.dossiers import Loan, dossier_of
from edge.store.matters import Matter
from edge.store.persons import person_of
from edge.workflows import catalogue_paper
from edge.workflows.composing import (
    Composer,
    Composing,
    Facts,
    chinese_day,
    filled_facts,
    subject_facts,
)
from edge.workflows.office import Office
from edge.workflows.sending import destination_of


def loan_slip(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The slip that the borrower signs, and the card that stands on the shelf meanwhile."""
    told = Composing(office, town, matter)
    facts = ((label, told.told(name)) for label, name in _LOAN)
    card = f"借给：{told.told('unit')} {told.told('borrower')}　　应还：{told.told('until')}"
    return _slip(town, matter.dossier, (*subject_facts(told), *facts), card)


def slip_of_loan(town: Connection, loan: Loan) -> Sheet:
    """The same for a loan that was made at once, without an application."""
    due = chinese_day(loan.due)
    held = dossier_of(town, loan.dossier)
    facts = (
        ("姓名", person_of(town, held.person).name),
        ("存档编号", held.number),
        ("借阅人", loan.borrower),
        ("借阅单位", loan.unit),
        ("出库点页", str(loan.pages)),
        ("应还日期", due),
    )
    return _slip(town, loan.dossier, facts, f"借给：{loan.unit} {loan.borrower}　　应还：{due}")


def _slip(town: Connection, dossier: str, facts: Facts, card: str) -> Sheet:
    held = dossier_of(town, dossier)
    name = person_of(town, held.person).name
    return Sheet(
        facts=tuple(each for each in facts if each[1]),
        closing=("借阅人不得转借、拆散、涂改、抽取和复制档案材料，按期归还，归还时当面点页。",),
        blanks=("借阅人签字", "出库人", "归还日期", "归还点页", "收回人"),
        stub_title="代档卡",
        stub=(
            f"存档编号：{held.number}　　姓名：{name}",
            f"原位置：{held.shelf or '待定位'}",
            card,
            "此卡放在原位，档案归还后取出。",
        ),
    )


_LOAN = (
    ("借阅人", "borrower"),
    ("借阅单位", "unit"),
    ("介绍信或审批表编号", "letter"),
    ("用途", "purpose"),
    ("批准人", "approver"),
    ("出库点页", "pages"),
    ("应还日期", "until"),
)


def transfer_notice(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Stub, notice and receipt of a transfer on one sheet to cut apart."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=destination_of(office, matter.fields),
        extra={
            "holder": told.person,
            "dossier_number": told.dossier_number,
            **{name: told.told(name) for name in ("letter", "reason", "bags", "pieces", "pages")},
        },
    )


def confidential_cover(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The cover of a dossier in confidential post."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=destination_of(office, matter.fields),
        extra={name: told.told(name) for name in ("address", "bags", "mail")},
    )


def receipt_chase(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Ask the office that got a dossier for the receipt that is overdue."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=destination_of(office, matter.fields),
        paragraphs=(
            f"我单位于{told.told('posted')}以{told.told('how')}"
            f"（{told.told('mail')}）转去{told.person}同志的人事档案，至今没有收到回执。",
            "请核对是否收到：已收到的，请将回执盖章退回；没有收到的，请立即告知，以便查询。",
        ),
        facts=subject_facts(told),
    )


def trouble_report(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Report what went wrong on the way, and who answers for it."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("told"),
        facts=(*subject_facts(told), *filled_facts(told)),
        closing=("特此报告，请予查处。",),
    )


def doubt_report(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Report what is doubted of a dossier; nobody touches the paper meanwhile."""
    told = Composing(office, town, matter)
    person = person_of(town, matter.person)
    return Sheet(
        addressee=told.told("told"),
        facts=(
            *subject_facts(told),
            *((("原工作单位", person.unit),) if person.unit else ()),
            *filled_facts(told),
        ),
        closing=("原件保持原样，未作任何改动。请予核查认定。",),
        blanks=("登记人", "核查人"),
    )


SHEETS: Mapping[str, Composer] = {
    "loan_slip": loan_slip,
    "transfer_notice": transfer_notice,
    "confidential_cover": confidential_cover,
    "receipt_chase": receipt_chase,
    "delay_report": trouble_report,
    "doubt_report": doubt_report,
    catalogue_paper.FORM: catalogue_paper.catalogue_sheet,
}
