"""What stands on the papers of the scanning line."""

from collections.abc import Mapping

from edge.documents.form import Sheet, Table
from edge.domain.matters.line import DIGITISATION, STATIONS
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter, open_matters
from edge.store.persons import names_of_dossiers
from edge.workflows.composing import Composer, Composing, filled_facts, subject_facts
from edge.workflows.office import Office
from edge.workflows.scan_line import FLOW


def line_slip(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The slip that travels with a dossier: a line for each station, to sign."""
    told = Composing(office, town, matter)
    shelf = dossier_of(town, matter.dossier).shelf or "待定位"
    lines = [(DIGITISATION.step(code).name, "", "", "", "") for code in STATIONS]
    return Sheet(
        facts=(*subject_facts(told), ("车（批）", told.told("cart")), ("原位置", shelf)),
        table=Table(("工序", "页数", "经办人", "时间", "备注"), lines, (2, 1, 2, 2, 3)),
        closing=("流程单随档案走，每道工序扫条码并签字，质检由另一个人做。",),
    )


def batch_list(office: Office, town: Connection, matter: Matter) -> Sheet:
    """What a contractor takes over, dossier by dossier."""
    told = Composing(office, town, matter)
    out = [m for m in open_matters(town, FLOW) if m.fields.get("batch") == matter.number]
    names = names_of_dossiers(town, [each.dossier for each in out])
    lines = [
        (
            str(number),
            dossier_of(town, each.dossier).number,
            names.get(each.dossier, ""),
            each.fields.get("pages", ""),
            "",
        )
        for number, each in enumerate(out, start=1)
    ]
    return Sheet(
        facts=(*subject_facts(told), *filled_facts(told), ("合计", f"{len(out)} 份")),
        table=Table(("序号", "存档编号", "姓名", "页数", "收回"), lines, (1, 4, 2, 1, 2)),
        closing=("外包单位对以上档案的安全和保密负责，不得拆散、涂改、复制和留存。",),
        blanks=("交出人", "接收人", "监管人", "日期"),
    )


SHEETS: Mapping[str, Composer] = {"line_slip": line_slip, "batch_list": batch_list}
