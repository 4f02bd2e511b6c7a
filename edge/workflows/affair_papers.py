"""What stands on the papers of consultations, reviews and retirement checks."""

from collections.abc import Mapping, Sequence

from edge.documents.form import Sheet, Table
from edge.domain.matters.flow import number_in
from edge.domain.recorded import spoken, statement_of
from edge.domain.tenure import reckon_tenure, spoken_length
from edge.store import records
from edge.store.database import Connection
from edge.store.matters import Matter
from edge.workflows.composing import Composer, Composing, chinese_day, subject_facts
from edge.workflows.office import Office

SPECIAL_WORK = (
    "到龄月份没有计入特殊工种；能否按特殊工种提前退休、最早哪个月，由县人力资源和社会保障局认定。"
)


def extract_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The extract that the readers take along, compared word by word."""
    told = Composing(office, town, matter)
    names = "、".join(filter(None, (told.told("reader"), told.told("reader2"))))
    facts = (
        ("查阅单位", told.told("unit")),
        ("凭证", told.told("letter")),
        ("查阅人", names),
        ("查阅目的", told.told("purpose")),
    )
    return Sheet(
        paragraphs=("以下内容摘自上列人员的人事档案：", *_lines(told.told("extract"))),
        facts=(*subject_facts(told), *(each for each in facts if each[1])),
        closing=("以上摘录已与档案原文逐字核对，一致。",),
        blanks=("摘录人", "核对人"),
    )


def slip_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The form that readers and approver sign; ID numbers stay off it."""
    told = Composing(office, town, matter)
    names = "、".join(filter(None, (told.told("reader"), told.told("reader2"))))
    facts = (
        ("查阅单位", told.told("unit")),
        ("凭证", told.told("letter")),
        ("查阅人", names),
        ("查阅目的", told.told("purpose")),
        ("准许查阅", told.told("categories") or "全部"),
    )
    return Sheet(
        facts=(*subject_facts(told), *(each for each in facts if each[1])),
        closing=(
            "查阅须知：不得查阅本人及亲属的档案；不得拍照、涂改、圈划、撤换、转借；"
            "摘录须经核对盖章；不得泄露档案内容。",
        ),
        blanks=("查阅人签名", "查阅人签名", "批准人", "日期"),
    )


def reply_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The answer to a unit's query."""
    told = Composing(office, town, matter)
    return Sheet(
        addressee=told.told("unit"),
        paragraphs=(
            f"你单位来函（{told.told('letter')}）收悉。关于{told.person}的有关情况，据档案记载答复如下：",
            *_lines(told.told("answer")),
        ),
        closing=("本函仅反映档案记载，仅供来函所列用途使用。",),
    )


def review_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """The letter that answers a political review; it goes out sealed."""
    told = Composing(office, town, matter)
    about = "本人" if told.told("about").endswith("本人") else "亲属"
    return Sheet(
        addressee=told.told("unit"),
        paragraphs=(
            f"你单位政审来函（{told.told('letter')}）收悉。"
            f"{told.person}（审查对象{about}）的人事档案由我单位保管，据档案记载：",
            *_lines(told.told("findings")),
        ),
        closing=("本证明仅反映档案记载，密封寄送，由来函组织拆封。",),
        stub_title="政审证明存根",
        stub=(
            f"来函单位：{told.told('unit')}　来函编号：{told.told('letter')}",
            f"当事人：{told.person}　事由：{told.told('purpose')}　事项编号：{matter.number}",
        ),
    )


def retirement_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """Every record with its page, the one written first marked; for 社保 to decide."""
    told = Composing(office, town, matter)
    fields = matter.fields
    notes = [records.note_of(town, id) for id in fields.get("notes", "").split()]
    special = reckon_tenure(notes).special_spells
    lines = [
        (
            statement_of(note.field).name,
            spoken(note.field, note.value) + (f"（“{note.words}”）" if note.words else ""),
            f"{note.category or '—'}　{note.title}　第{note.page}页",
            chinese_day(note.formed_on) or "不明",
            _marks(note, fields.get("first_note", "")),
        )
        for note in notes
    ]
    reckoned = (
        ("最先记载的出生日期", chinese_day(fields.get("first_birth", ""))),
        ("参加工作时间", chinese_day(fields.get("began", ""))),
        ("档案记载工作年限", _worked(fields, "months") or "没有摘记工作时段"),
        ("其中视同缴费", _worked(fields, "deemed_months")),
        ("其中特殊工种", _spells(fields, special)),
        ("适用", fields.get("group", "")),
        ("法定退休年龄", _age(number_in(fields, "age_months"))),
        ("到龄月份", chinese_day(fields.get("retires", ""))),
        ("可申请", _from(fields.get("apply_from", ""))),
        ("计算依据", fields.get("policy", "")),
    )
    return Sheet(
        addressee=told.told("to"),
        paragraphs=("现将下列人员人事档案中与退休有关的全部记载及出处列报，请予认定：",),
        facts=(*subject_facts(told), *(each for each in reckoned if each[1])),
        table=Table(("记载事项", "记载内容", "出处", "形成时间", "备注"), lines, (3, 5, 6, 3, 3)),
        closing=(
            "年限按记载时段合并计算，重叠的不重复计。",
            *((SPECIAL_WORK,) if special else ()),
            "本单位只提供档案记载，出生日期、工龄和退休资格由社会保险经办机构认定。",
        ),
        blanks=("社保接收人", "接收日期"),
    )


def _marks(note: records.Note, first: str) -> str:
    said = ["最先记载"] if note.id == first else []
    return "；".join([*said, *(["有改动痕迹"] if note.altered else [])])


def _worked(fields: Mapping[str, str], name: str) -> str:
    """A length of work; empty where no spell was noted, which is not the same as none."""
    months = number_in(fields, name)
    return spoken_length(months) if months else ""


def _spells(fields: Mapping[str, str], spells: Sequence[str]) -> str:
    """How long and when special work was done, as it was reckoned when all was gathered."""
    worked = _worked(fields, "special_months")
    return f"{worked}（{'、'.join(spoken('special', each) for each in spells)}）" if worked else ""


def _age(months: int) -> str:
    if not months:
        return ""
    years, rest = divmod(months, 12)
    return f"{years}周岁" + (f"{rest}个月" if rest else "")


def _from(month: str) -> str:
    return f"{chinese_day(month)}起" if month else ""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


SHEETS: Mapping[str, Composer] = {
    "extract": extract_sheet,
    "reading_slip": slip_sheet,
    "query_reply": reply_sheet,
    "review_letter": review_sheet,
    "retirement_list": retirement_sheet,
}
