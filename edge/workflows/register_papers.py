"""What stands on the papers of registers and hand-overs: mostly a list as it was frozen."""

from collections.abc import Mapping

from edge.documents.form import Sheet, Table
from edge.documents.proof import chinese_date
from edge.domain.errors import Conflict
from edge.store import lists
from edge.store.database import Connection
from edge.store.matters import Matter, standing_of
from edge.store.staff import names_of_staff
from edge.workflows import handing_over, reporting
from edge.workflows.acting import day_of
from edge.workflows.composing import Composer, chinese_day
from edge.workflows.office import Office

_WIDTHS: Mapping[str, tuple[int, ...]] = {
    "stocktaking": (3, 6, 3, 5, 5, 2),
    "inspection_record": (3, 2, 6),
    "handover_list": (3, 6, 5),
    "destruction_list": (8, 5, 4, 3, 2, 2, 5),
    "archive_list": (8, 5, 4, 3, 2, 2, 5),
    "four_properties": (2, 5, 2),
}
_BLANKS: Mapping[str, tuple[str, ...]] = {
    "stocktaking": ("清点人", "复核人"),
    "inspection_record": ("检查人", "负责人"),
    "handover_list": ("移交人", "接收人", "监交人", "日期"),
    "destruction_list": ("鉴定小组", "批准人"),
    "archive_list": ("移交人", "接收人", "移交单位（章）", "接收单位（章）"),
    "four_properties": ("检测人", "负责人"),
}
_CLOSING: Mapping[str, tuple[str, ...]] = {
    "destruction_list": ("本清册永久保存。",),
    "archive_list": ("本清册一式两份，移交单位和接收单位各存一份。",),
}


def frozen_sheet(form: str) -> Composer:
    """Build the sheet of a list as it was frozen; raises Conflict `list.not_yet`."""

    def build(office: Office, town: Connection, matter: Matter) -> Sheet:
        frozen = lists.list_of(town, matter.id, form)
        if frozen is None:
            raise Conflict("list.not_yet")
        table = Table(frozen.headings, frozen.lines, _WIDTHS[form]) if frozen.lines else None
        facts = (("事项编号", matter.number), *frozen.facts, *_signed(town, matter, form))
        return Sheet(facts=facts, table=table, closing=_CLOSING.get(form, ()), blanks=_BLANKS[form])

    return build


def _signed(town: Connection, matter: Matter, form: str) -> list[tuple[str, str]]:
    if form != handing_over.FORM:
        return []
    signed = handing_over.signatures(town, matter)
    return [(f"{who}签名", chinese_date(day_of(at))) for who, at in signed.items()]


def incident_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """What is reported of an incident."""
    fields = matter.fields
    rows = (
        ("事项编号", matter.number),
        ("事故种类", fields.get("sort", "")),
        ("发生日期", chinese_day(fields.get("happened", ""))),
        ("地点", fields.get("place", "")),
        ("经过", fields.get("what", "")),
        ("涉及档案", fields.get("affected", "")),
        ("已采取的措施", fields.get("first", "")),
    )
    return Sheet(
        addressee=fields.get("told", ""),
        facts=tuple((name, value) for name, value in rows if value),
        closing=("特此报告。",),
        blanks=("报告人", "负责人"),
    )


def yearly_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The year's figures in the layout of their form: dossiers by class, then use and business.

    Raises Conflict `list.not_yet`.
    """
    frozen = lists.list_of(town, matter.id, reporting.FORM)
    if frozen is None:
        raise Conflict("list.not_yet")
    with office.county.read() as county:
        names = names_of_staff(county)
    acts = {act.step: act for act in standing_of(town, matter).taken}
    counted, reviewed = acts.get("count"), acts.get("review")
    stock, other = reporting.laid_out(frozen.lines)
    extra = {
        "year": dict(frozen.facts).get("年度", ""),
        "matter": matter.number,
        "counted": chinese_date(day_of(counted.at)) if counted else "",
        "counter": names.get(counted.by, "") if counted else "",
        "reviewer": names.get(reviewed.by, "") if reviewed else "",
        "stock_headings": list(reporting.STOCK),
        "stock": [list(each) for each in stock],
        "acts": [list(each) for each in other],
    }
    return Sheet(extra=extra)


def destruction_record_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The record of a destruction: the list, the approval, how it was done, and who watched."""
    fields = matter.fields
    frozen = lists.list_of(town, matter.id, "destruction_list")
    with office.county.read() as county:
        names = names_of_staff(county)
    watched = [
        names.get(act.by, "")
        for act in standing_of(town, matter).taken
        if act.step in ("watch", "watch_too")
    ]
    facts = (
        ("事项编号", matter.number),
        ("批准人", fields.get("approver", "")),
        ("批准文号", fields.get("letter", "")),
        ("销毁日期", chinese_day(fields.get("carried_on", ""))),
        ("销毁地点", fields.get("where", "")),
        ("销毁方法", fields.get("how", "")),
        ("监销人", "、".join(watched)),
        ("共计", f"{len(frozen.lines) if frozen else 0} 卷"),
    )
    table = Table(frozen.headings, frozen.lines, _WIDTHS["destruction_list"]) if frozen else None
    return Sheet(facts=facts, table=table, blanks=("监销人一", "监销人二"))


SHEETS: Mapping[str, Composer] = {
    **{form: frozen_sheet(form) for form in _WIDTHS},
    "incident_report": incident_sheet,
    reporting.FORM: yearly_sheet,
    "destruction_record": destruction_record_sheet,
}
