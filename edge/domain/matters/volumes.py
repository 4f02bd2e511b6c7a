"""Volumes (案卷) other than personnel dossiers: appraised, handed to the archive, reported on."""

from collections.abc import Mapping

from edge.domain.access import Right
from edge.domain.matters.flow import (
    DROPPED,
    Deadline,
    Field,
    FieldKind,
    Flow,
    State,
    Step,
    Subject,
    Turn,
    dropping,
    one_of,
)
from edge.domain.timely import When

_GROUP = "案卷和移交"
_ON = Field("on", "哪天", FieldKind.DAY, required=True, when=When.HAS_BEEN)
# Two thousand volumes of one lot.
_CHOSEN = Field(
    "volumes",
    "选了哪些案卷",
    FieldKind.LINES,
    required=True,
    hint="案卷编号，一行一个",
    longest=70_000,
)


def has_term(told: Mapping[str, str]) -> bool:
    """Whether a volume's term ends at all: what is kept for ever is never appraised."""
    return bool(told.get("expires"))


# What the effects give: volume (its number), category, term, cycle, expires.
VOLUME = Flow(
    code="volume",
    name="案卷",
    group=_GROUP,
    subject=Subject.OFFICE,
    lasting=True,
    screen="/volumes/new",
    opening=(
        Field("series", "归档范围", required=True),
        Field("title", "案卷题名", required=True),
        Field("period", "哪一期", FieldKind.DATE, required=True, when=When.HAS_BEEN),
        Field("unit", "哪个单位"),
        Field("keeper", "立卷人"),
        Field("scan", "要不要扫描", FieldKind.CHOICE, choices=("要", "不要")),
    ),
    states=(
        State("forming", "立卷中"),
        State("kept", "已归档"),
        State("handed", "已移交", open=False),
        State("destroyed", "已销毁", open=False),
        State("dropped", "已作废", open=False),
    ),
    steps=(
        Step(
            "file",
            "归档上架",
            ("forming",),
            "kept",
            fields=(
                Field("pieces", "多少件", FieldKind.NUMBER, required=True),
                Field("pages", "多少页", FieldKind.NUMBER, required=True),
                Field("shelf", "架位号", required=True, scan="shelf"),
                Field("checker", "检查人", required=True),
            ),
        ),
        Step(
            "move",
            "改架位",
            ("kept",),
            fields=(Field("shelf", "架位号", required=True, scan="shelf"),),
            turn=Turn.NEVER,
        ),
        Step(
            "extend",
            "鉴定后续存",
            ("kept",),
            fields=(
                Field("due", "续存到哪天", FieldKind.DAY, required=True, when=When.TO_COME),
                Field("why", "为什么", FieldKind.LINES, required=True),
            ),
            given=has_term,
            turn=Turn.DUE,
        ),
        Step("drop", "立错了，作废", ("forming",), "dropped"),
        Step("hand", "移交进馆", ("kept",), "handed", undoable=False, inner=True),
        Step("destroy", "销毁", ("kept",), "destroyed", undoable=False, inner=True),
    ),
    basis="《社会保险业务档案管理规定》（3号令）；归档范围和保管期限表",
    help="社保业务、文书、会计等案卷登记在这里，到期提醒归档。",
)

# 到期 → 小组 → 清册 → 批准 → 监销 → 记; never automatic, and never a personnel dossier.
DESTRUCTION = Flow(
    code="destruction",
    name="鉴定销毁",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("what", "这一批是什么", required=True),
        Field("until", "统计到哪天到期", FieldKind.DAY, required=True, when=When.ANY),
    ),
    states=(
        State("expired", "待成立小组"),
        State("grouped", "待编清册"),
        State("listed", "待批准"),
        State("approved", "待销毁"),
        State("carried_out", "待监销人签"),
        State("watched", "待第二位监销人签"),
        State("destroyed", "已销毁", open=False),
        State("kept", "不予销毁", open=False),
    ),
    steps=(
        Step(
            "group",
            "成立鉴定小组",
            ("expired",),
            "grouped",
            fields=(
                Field("lead", "负责人", required=True),
                Field("business", "业务人员", required=True),
                Field("archivist", "档案人员", required=True),
                Field("authority", "人社行政部门人员", required=True),
            ),
        ),
        Step(
            "list",
            "编制并打印清册",
            ("grouped",),
            "listed",
            fields=(_CHOSEN, Field("opinion", "鉴定意见", FieldKind.LINES, required=True)),
            undoable=False,
            paper="destruction_list",
            screen="/destruction/{matter}",
        ),
        Step(
            "approve",
            "登记批准",
            ("listed",),
            "approved",
            fields=(
                Field("approver", "批准人", required=True),
                Field("letter", "批准文号", required=True),
                _ON,
            ),
            unlike=("list",),
        ),
        Step(
            "refuse",
            "不予批准",
            ("listed",),
            "kept",
            fields=(Field("why", "为什么", FieldKind.LINES, required=True),),
            unlike=("list",),
        ),
        Step(
            "carry_out",
            "登记销毁经过",
            ("approved",),
            "carried_out",
            fields=(
                Field("carried_on", "哪天销毁", FieldKind.DAY, required=True, when=When.HAS_BEEN),
                Field("where", "在哪里销毁", required=True),
                one_of("how", "怎样销毁", ("粉碎", "化浆", "焚毁")),
            ),
        ),
        Step("watch", "我在场监销", ("carried_out",), "watched", right=Right.READ,
             unlike=("list", "carry_out")),
        Step(
            "watch_too",
            "我也在场监销",
            ("watched",),
            "destroyed",
            right=Right.READ,
            unlike=("list", "carry_out", "watch"),
            undoable=False,
            paper="destruction_record",
        ),
    ),
    basis="《社会保险业务档案管理规定》（3号令）鉴定销毁条款；清册永久保存",
    help="只鉴定到期的案卷，个人档案不在内。批准和监销由不同的人办。",
)  # fmt: skip

ARCHIVE_HANDOVER = Flow(
    code="archive_handover",
    name="移交进馆",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.TRANSFER,
    opening=(
        Field("what", "这一批是什么", required=True),
        Field("to", "移交给哪个馆", required=True),
    ),
    states=(
        State("choosing", "待选案卷"),
        State("listed", "待四性检测"),
        State("checked", "待导出"),
        State("exported", "待签收"),
        State("done", "已进馆", open=False),
    ),
    steps=(
        Step(
            "choose",
            "编制移交清册",
            ("choosing", "listed"),
            "listed",
            right=Right.TRANSFER,
            fields=(_CHOSEN,),
            screen="/archive-handover/{matter}",
            undoable=False,
        ),
        Step("check", "四性检测", ("listed",), "checked", right=Right.TRANSFER, undoable=False,
             paper="four_properties"),
        Step(
            "export",
            "导出并打印清册",
            ("checked", "exported"),
            "exported",
            right=Right.TRANSFER,
            fields=(
                Field("medium", "存到哪个盘", required=True),
                Field("digest", "总校验值", required=True),
            ),
            screen="/archive-handover/{matter}/export",
            undoable=False,
            paper="archive_list",
        ),
        Step(
            "sign",
            "对方已签收",
            ("exported",),
            "done",
            right=Right.TRANSFER,
            fields=(Field("receiver", "接收人", required=True), _ON),
            undoable=False,
            outside=True,
        ),
    ),
    deadline=Deadline(90, rule="archive.days"),
    basis="《机关档案管理规定》（13号令）；DA/T 70-2018 四性检测",
    help="选好案卷，检测，连同数据导出，打印清册两份，对方签收。",
)  # fmt: skip

# 统计: 汇总 → 审 → 报; the figures are frozen when they are counted.
YEARLY_REPORT = Flow(
    code="yearly_report",
    name="年度统计",
    group="统计",
    subject=Subject.OFFICE,
    opening=(Field("year", "哪一年", FieldKind.NUMBER, required=True, hint="四位数字"),),
    states=(
        State("drafted", "待汇总"),
        State("counted", "待审核"),
        State("reported", "已上报", open=False),
        DROPPED,
    ),
    steps=(
        Step("count", "汇总", ("drafted", "counted"), "counted", undoable=False),
        Step(
            "review",
            "审核并打印",
            ("counted",),
            "reported",
            right=Right.READ,
            unlike=("count",),
            undoable=False,
            paper="yearly_report",
        ),
        dropping("drafted", "counted"),
    ),
    deadline=Deadline(31, rule="report.days"),
    basis="人力资源社会保障统计报表制度",
    help="数字由记录直接汇总并冻结，由另一个人审核后打印上报。",
)

VOLUME_FLOWS = (VOLUME, DESTRUCTION, ARCHIVE_HANDOVER, YEARLY_REPORT)
