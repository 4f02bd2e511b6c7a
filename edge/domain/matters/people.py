"""Registers of the people who keep the archive, of their training, and of the rules they keep."""

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
    dropping,
    one_of,
)
from edge.domain.timely import When

_GROUP = "人员和制度"
_ON = Field("on", "哪天", FieldKind.DAY, required=True, when=When.HAS_BEEN)

POST = Flow(
    code="post",
    name="岗位登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    lasting=True,
    opening=(
        Field("who", "谁", FieldKind.STAFF, required=True),
        Field("site", "在哪个点", hint="本所不填"),
        one_of("duty", "岗位", ("档案员", "库管员", "监督员")),
        one_of("tenure", "专兼职", ("专职", "兼职")),
        Field("since", "从哪天起", FieldKind.DAY, required=True, when=When.HAS_BEEN),
    ),
    states=(State("serving", "在岗", waits="该做年度考核"), State("ended", "已离岗", open=False)),
    steps=(
        Step(
            "appraise",
            "年度考核",
            ("serving",),
            fields=(
                Field("year", "考核年度", FieldKind.NUMBER, required=True),
                one_of("grade", "考核结果", ("优秀", "合格", "基本合格", "不合格")),
                Field("judge", "考核人", required=True, people=True),
            ),
            deadline=Deadline(365, rule="appraisal.days"),
        ),
        Step(
            "rotate",
            "轮岗",
            ("serving",),
            "ended",
            fields=(_ON, Field("next_post", "轮到什么岗位", required=True)),
        ),
        Step("end", "离岗", ("serving",), "ended", fields=(_ON,)),
    ),
    deadline=Deadline(365, rule="appraisal.days"),
    basis="《档案法》；每个点要有专职或兼职档案员",
    help="登记谁管哪里的档案。没有人管的点会列在待办里。",
)

TRAINING = Flow(
    code="training",
    name="培训登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("topic", "培训内容", required=True),
        Field("organiser", "谁组织"),
        Field("due", "计划哪天", FieldKind.DAY, when=When.TO_COME),
    ),
    states=(
        State("planned", "待培训"),
        State("held", "已培训", open=False),
        State("dropped", "已取消", open=False),
    ),
    steps=(
        Step(
            "hold",
            "已培训",
            ("planned",),
            "held",
            fields=(
                _ON,
                Field("hours", "学时", FieldKind.NUMBER, required=True),
                Field(
                    "people",
                    "参加的人",
                    FieldKind.LINES,
                    required=True,
                    hint="一行一个",
                    people=True,
                ),
                Field("result", "考试或考核结果"),
            ),
        ),
        Step("drop", "取消", ("planned",), "dropped"),
    ),
    basis="档案人员培训制度",
    help="登记培训计划和结果，满一年没有培训会提醒。",
)

# Who has read it is told by the acts; each person acknowledges for himself.
RULE_DOCUMENT = Flow(
    code="rule_document",
    name="制度文件",
    group=_GROUP,
    subject=Subject.OFFICE,
    lasting=True,
    opening=(
        Field("title", "文件名称", required=True),
        Field("letter", "文号"),
        Field("issued", "哪天发的", FieldKind.DATE, when=When.HAS_BEEN),
        Field("what", "要点", FieldKind.LINES),
        Field("place", "原件放在哪里"),
    ),
    states=(State("in_force", "现行"), State("repealed", "已废止", open=False)),
    steps=(
        Step("acknowledge", "我已读过", ("in_force",), right=Right.READ, once=True),
        Step(
            "repeal",
            "废止",
            ("in_force",),
            "repealed",
            fields=(Field("replaced", "由什么代替"),),
        ),
    ),
    basis="档案工作规章制度",
    help="制度文件登记在这里，每个人读过后点一下。",
)

HANDOVER = Flow(
    code="handover",
    name="人员交接",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("giver", "移交人", FieldKind.STAFF, required=True, hint="要离开的人"),
        Field("taker", "接收人", FieldKind.STAFF, required=True, hint="接手的人"),
        Field("witness", "监交人", FieldKind.STAFF, required=True, hint="在场监督的人，例如所长"),
        one_of("reason", "为什么交接", ("调离", "退休", "轮岗", "其他")),
        Field("keys", "钥匙", FieldKind.LINES, required=True, hint="几把，开哪里"),
        Field("seals", "印章和UKey", FieldKind.LINES, required=True),
        Field("left", "要交代的话", FieldKind.LINES, hint="没办完的事项系统会自动列出"),
    ),
    states=(
        State("drafted", "待清点"),
        State("listed", "待移交人签"),
        State("given", "待接收人签"),
        State("taken", "待监交人签"),
        State("done", "已交接", open=False),
        DROPPED,
    ),
    steps=(
        Step(
            "count",
            "清点并打印清册",
            ("drafted", "listed"),
            "listed",
            paper="handover_list",
            undoable=False,
        ),
        Step("give", "移交人签名", ("listed",), "given", right=Right.READ, signer="giver"),
        Step("take", "接收人签名", ("given",), "taken", right=Right.READ, signer="taker"),
        Step(
            "witness",
            "监交人签名",
            ("taken",),
            "done",
            right=Right.READ,
            signer="witness",
            undoable=False,
            paper="handover_list",
        ),
        dropping("drafted", "listed", "given", "taken"),
    ),
    deadline=Deadline(15, rule="handover.days"),
    basis="《档案法》；工作人员调离前须办交接",
    help="清点后三个人依次签名，每人输自己的口令。三人签完，移交人的账号在本机停用。",
)

PEOPLE_FLOWS = (POST, TRAINING, RULE_DOCUMENT, HANDOVER)
