"""What stands on the papers of what comes in."""

from collections.abc import Mapping, Sequence

from edge.documents.form import Sheet, Table
from edge.domain.counting import read_counts, total
from edge.domain.errors import Conflict
from edge.domain.matters.flow import number_in
from edge.store.database import Connection
from edge.store.dossiers import dossier_of
from edge.store.matters import Matter, standing_of
from edge.store.persons import person_of
from edge.store.staff import name_of_institution
from edge.store.transfers import transfers
from edge.workflows import collecting
from edge.workflows.composing import Composer, Composing, Facts, filled_facts, subject_facts
from edge.workflows.gaps import missing_in
from edge.workflows.office import Office
from edge.workflows.reception import scheme_for


def call_letter(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Call for a dossier; its receipt and the address to paste on the bag are cut off below."""
    told = Composing(office, town, matter)
    laid_down = told.rules()
    place = {
        name: laid_down.get(f"office.{office.code}.{name}", "") for name in ("phone", "address")
    }
    extra = {
        "holder": told.told("name"),
        "id_number": matter.fields.get("id_number", ""),
        "reason": told.told("reason"),
    }
    return Sheet(addressee=told.told("holder"), extra={**extra, **place})


def urging_letter(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Remind the holder of a dossier that was called for."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("holder"),
        paragraphs=(
            f"我单位已函调{told.told('name')}同志的人事档案，至今没有收到。",
            "按规定，材料齐全后应在15个工作日内转出，不得扣留或分批转递。请尽快办理，"
            "并将转递方式和邮件（机要）号告知我单位。",
        ),
        facts=(("事项编号", matter.number),),
    )


def sent_back_notice(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Send a dossier with a broken seal back unopened."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("holder"),
        paragraphs=(
            f"你单位转来{told.told('name')}同志的档案，送到时封签破损，我单位没有拆看，现原样退回。",
            "请核对材料是否齐全完好，重新密封后转来。",
        ),
        facts=(
            ("事项编号", matter.number),
            ("转递方式", told.told("how")),
            ("邮件（机要）号", told.told("mail")),
            ("破损情况", told.told("damage")),
        ),
        blanks=("送件人", "经手人"),
    )


def carried_notice(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Tell a person who brought the own dossier why it is not taken, and what to do."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("name"),
        paragraphs=(
            "按照流动人员人事档案管理的规定，档案不得由本人携带，我单位不能接收自带的档案。",
            f"请将档案交回{told.told('holder')}，由其密封后通过机要通信、专人送取或给据邮件转来。"
            "不需要您再提供其他材料，也不收取费用。",
        ),
        facts=(("事项编号", matter.number),),
        blanks=("本人签收",),
    )


def missing_promise(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Say what is missing, and let the person promise to bring it; the dossier is taken anyway."""
    told = Composing(office, town, matter)
    missing = told.told("missing").splitlines()
    return promise_sheet(told.told("name"), subject_facts(told), missing)


def promise_of(office: Office, town: Connection, dossier: str) -> Sheet:
    """The same for a dossier that was received at once; raises Conflict where nothing is missing.

    Its key is `reception.nothing_missing`.
    """
    held, missing = dossier_of(town, dossier), missing_in(office, town, dossier)
    if not missing:
        raise Conflict("reception.nothing_missing")
    name = person_of(town, held.person).name
    return promise_sheet(name, (("姓名", name), ("存档编号", held.number)), missing)


def promise_sheet(name: str, facts: Facts, missing: Sequence[str]) -> Sheet:
    """The notice and promise, in the words of the notice system (告知承诺制)."""
    return Sheet(
        paragraphs=(
            f"{name}同志的档案我单位已经接收。经核对，缺少下列材料，特此告知。"
            "缺少材料不影响档案的接收和服务，可在办理相关业务以前补齐。",
        ),
        facts=facts,
        table=Table(
            ("序号", "缺少的材料", "补齐日期", "收件人"),
            [(str(number), each, "", "") for number, each in enumerate(missing, start=1)],
            (1, 6, 2, 2),
        ),
        closing=(
            "本人已知晓以上情况，承诺所述属实，并自行联系有关单位补齐材料。",
            "本告知承诺书一式两份，本人和档案管理单位各执一份。",
        ),
        blanks=("承诺人", "联系电话", "日期"),
    )


def reception_receipt(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Tell the sender that the dossier has come, and what was counted."""
    told = Composing(office, town, matter)
    counts = read_counts(matter.fields.get("counted", ""))
    scheme, whole = scheme_for(office), total(counts.values())
    return Sheet(
        addressee=told.told("holder"),
        paragraphs=(f"你单位转来{told.told('name')}同志的人事档案已收到，清点如下。",),
        facts=(
            ("事项编号", matter.number),
            ("存档编号", told.dossier_number),
            ("转递方式", told.told("how")),
            ("邮件（机要）号", told.told("mail")),
            ("合计", f"{whole.pieces} 件" + (f" {whole.pages} 页" if whole.pages else "")),
            *((("缺少材料", told.told("missing").replace("\n", "；")),)
              if told.told("missing") else ()),
        ),
        table=Table(
            ("类号", "类别", "件", "页"),
            [
                (code, scheme.top(code).name, str(count.pieces), str(count.pages or ""))
                for code, count in counts.items()
            ],
            (1, 6, 1, 1),
        ),
    )  # fmt: skip


def material_receipt(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Tell whoever brought materials that they are here."""
    told = Composing(office, town, matter)
    brought = told.told("what").splitlines()
    return Sheet(
        addressee=told.told("unit") or told.told("deliverer"),
        paragraphs=("今收到下列材料，鉴别合格后一个月内归入档案；不合格的退回并说明原因。",),
        facts=subject_facts(told),
        table=Table(
            ("序号", "材料"), [(str(n), name) for n, name in enumerate(brought, start=1)], (1, 8)
        ),
        blanks=("送件人", "收件人"),
    )


def material_returned(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Give materials back that may not be filed."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("unit") or told.told("deliverer"),
        paragraphs=("下列材料不符合归档要求，现予退回。补办齐全后可以再送来。",),
        facts=(
            *subject_facts(told),
            ("材料", told.told("what").replace("\n", "；")),
            ("原因", told.told("why")),
        ),
        blanks=("取回人", "日期"),
    )


def forwarding_slip(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Send materials after a dossier that has gone before."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=_addressee(office, town, matter),
        paragraphs=(
            f"{told.person}同志的档案已转你单位，现将转出后收到的材料随后转去，请归入该同志档案。",
        ),
        facts=(*subject_facts(told), *filled_facts(told)),
        stub_title="回执",
        stub=(f"{told.person}同志的补充材料收悉。　　收件单位（印章）　　　　年　　月　　日",),
    )


def _addressee(office: Office, town: Connection, matter: Matter) -> str:
    """The office that the dossier was sent to."""
    sent = [each for each in transfers(town) if each.dossier == matter.dossier]
    if not sent:
        return ""
    with office.county.read() as county:
        return name_of_institution(county, sent[0].destination)


def collection_receipt(office: Office, town: Connection, matter: Matter) -> Sheet:
    """List what a village handed over, and in what condition."""
    told = Composing(office, town, matter)
    noted = [act.fields for act in standing_of(town, matter).taken if act.step == "note"]
    pieces = sum(number_in(each, "pieces") for each in noted)
    unsound = sum(each.get("condition") != "完好" for each in noted)
    expected = told.told("expected")
    return Sheet(
        facts=(
            ("事项编号", matter.number),
            ("村（社区）", told.told("village")),
            ("档案类别", told.told("sort")),
            ("应交", f"{expected} 份" if expected else "没有底数"),
            ("实交", f"{len(noted)} 份 {pieces} 件，其中不完好 {unsound} 份"),
        ),
        table=Table(
            ("序号", "谁的、哪一捆", "件数", "完好情况", "缺什么、坏在哪里"),
            [
                (
                    str(number),
                    each.get("whose", ""),
                    each.get("pieces", ""),
                    each.get("condition", ""),
                    each.get("lacks", ""),
                )
                for number, each in enumerate(noted, start=1)
            ],
            (1, 4, 1, 2, 4),
        ),
        closing=("本交接单一式两份，村（社区）和乡镇各存一份。",),
        blanks=("移交人", "接收人", "监交人", "日期"),
    )


def collection_urging(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Remind a village of what it still owes."""
    told = Composing(office, town, matter)
    lacking = collecting.lines_of(matter)
    return Sheet(
        addressee=told.told("village"),
        paragraphs=(
            f"你村交来的{told.told('sort')}档案已经清点入库，还缺下列材料，请尽快补齐送来。"
            "确实找不到的，请写明原因。",
        ),
        facts=(("事项编号", matter.number), ("交来的人", told.told("deliverer"))),
        table=Table(
            ("序号", "还缺什么", "补来日期", "收件人"),
            [(str(number), each, "", "") for number, each in enumerate(lacking, start=1)],
            (1, 6, 2, 2),
        ),
        blanks=("村（社区）签收", "日期"),
    )


SHEETS: Mapping[str, Composer] = {
    "call_letter": call_letter,
    "urging_letter": urging_letter,
    "sent_back_notice": sent_back_notice,
    "carried_notice": carried_notice,
    "missing_promise": missing_promise,
    "reception_receipt": reception_receipt,
    "material_receipt": material_receipt,
    "material_returned": material_returned,
    "forwarding_slip": forwarding_slip,
    "collection_receipt": collection_receipt,
    "collection_urging": collection_urging,
}
