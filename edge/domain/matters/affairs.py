"""Affairs of persons that hang on a dossier, from retirement to titles; and calls about cases."""

from edge.domain.access import Right
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject, one_of
from edge.domain.retirement import Group
from edge.domain.timely import When

_GROUP = "人员事务"
STATUSES = ("在职", "灵活就业", "失业", "退休", "死亡", "其他")
_WAY = one_of("way", "怎么送", ("专人", "机要", "给据邮件", "内网"))

# 申请 → 取证 → 推送 → 结论: the clerk presents every record with its page, 社保 decides.
RETIREMENT_CHECK = Flow(
    code="retirement_check",
    name="退休档案核实",
    group=_GROUP,
    subject=Subject.DOSSIER,
    right=Right.PROVE,
    sole=True,
    opening=(
        one_of("group", "按哪一档", tuple(map(str, Group))),
        Field("planned", "打算什么时候退", FieldKind.DATE, when=When.ANY),
    ),
    states=(
        State("asked", "取证中"),
        State("gathered", "待推送"),
        State("pushed", "待社保认定"),
        State("concluded", "已有结论", open=False),
        State("withdrawn", "已撤回申请", open=False),
    ),
    steps=(
        Step("gather", "取证完毕", ("asked",), "gathered", right=Right.PROVE),
        Step(
            "push",
            "推送社保",
            ("gathered",),
            "pushed",
            right=Right.PROVE,
            fields=(Field("to", "社保经办机构", required=True), _WAY),
            paper="retirement_list",
            undoable=False,
        ),
        Step("again", "还要补取", ("gathered",), "asked", right=Right.PROVE),
        Step(
            "conclude",
            "登记社保结论",
            ("pushed",),
            "concluded",
            right=Right.PROVE,
            outside=True,
            fields=(
                Field(
                    "decided_birth",
                    "认定的出生日期",
                    FieldKind.DATE,
                    required=True,
                    when=When.HAS_BEEN,
                ),
                Field("decided_months", "认定的工龄（月）", FieldKind.NUMBER),
                Field("decision", "认定文号", required=True),
            ),
        ),
        Step(
            "withdraw",
            "撤回申请",
            ("asked", "gathered"),
            "withdrawn",
            right=Right.PROVE,
            fields=(Field("reason", "原因", FieldKind.LINES, required=True),),
        ),
    ),
    deadline=Deadline(15, working=True, rule="retirement_check.days"),
    basis="劳社部发〔1999〕8号；《国务院关于渐进式延迟法定退休年龄的办法》",
    help="找齐档案里的出生、参加工作、工种记载，连页码推送社保。本所不认定。",
    brings=("本人有效身份证件", "户口簿", "退休申请表"),
)

PERSON_STATUS = Flow(
    code="person_status",
    name="人员状态登记",
    group=_GROUP,
    subject=Subject.PERSON,
    opening=(
        one_of("status", "现在的状态", STATUSES),
        Field("since", "从什么时候起", FieldKind.DATE, required=True, when=When.HAS_BEEN),
        Field("source", "凭什么登记", required=True, hint="如 退休审批表、死亡证明"),
    ),
    states=(State("noted", "已登记", open=False),),
    steps=(),
    basis="《流动人员人事档案管理服务规定》：人员情况变化应当记载",
    help="登记退休、死亡等变化。登记后，开证明时会提醒；登错了再登一次。",
)

PARTY_RELATION = Flow(
    code="party_relation",
    name="组织关系转接",
    group=_GROUP,
    subject=Subject.PERSON,
    opening=(
        one_of("direction", "转入还是转出", ("转入", "转出")),
        Field("partner", "对方党组织", required=True),
        Field("letter", "介绍信编号", required=True),
        Field("joined", "入党时间", FieldKind.DATE, when=When.HAS_BEEN),
    ),
    states=(
        State("asked", "待接转"),
        State("moved", "待回执"),
        State("confirmed", "已接转", open=False),
        State("refused", "已退回", open=False),
    ),
    steps=(
        Step(
            "move",
            "已办接转",
            ("asked",),
            "moved",
            fields=(Field("branch", "编入或转出的支部", required=True),),
        ),
        Step(
            "confirm",
            "收到回执",
            ("moved",),
            "confirmed",
            outside=True,
            undoable=False,
            fields=(Field("on", "回执日期", FieldKind.DAY, required=True, when=When.HAS_BEEN),),
        ),
        Step(
            "refuse",
            "退回",
            ("asked", "moved"),
            "refused",
            fields=(Field("reason", "原因", FieldKind.LINES, required=True),),
        ),
    ),
    deadline=Deadline(90, rule="party_relation.days"),
    basis="《中国共产党党员教育管理工作条例》组织关系转接",
    help="办党员组织关系转入转出，收到回执后记到这个人名下。",
    brings=("党员组织关系介绍信", "本人有效身份证件"),
)

HOUSEHOLD = Flow(
    code="household",
    name="集体户户籍",
    group=_GROUP,
    subject=Subject.PERSON,
    opening=(
        one_of("action", "办什么", ("迁入", "迁出", "借用户口页")),
        Field("address", "户籍地址", hint="迁入、迁出后的地址"),
        Field("due", "借用的哪天还", FieldKind.DAY, when=When.TO_COME),
    ),
    states=(State("asked", "办理中"), State("done", "已办结", open=False)),
    steps=(
        Step(
            "done",
            "已办结",
            ("asked",),
            "done",
            undoable=False,
            fields=(Field("on", "哪天办结", FieldKind.DAY, required=True, when=When.HAS_BEEN),),
        ),
    ),
    deadline=Deadline(30, rule="household.days"),
    basis="《户口登记条例》；存档人员集体户",
    help="集体户迁入、迁出、借用户口页。借用的到期会提醒归还。",
    brings=("本人有效身份证件", "户口迁移证或户口簿"),
)

TITLE_EXAM = Flow(
    code="title_exam",
    name="职称考试和评审",
    group=_GROUP,
    subject=Subject.PERSON,
    opening=(
        Field("exam", "报哪一种", required=True),
        one_of("grade", "级别", ("初级", "中级", "高级")),
        Field("year", "年度", FieldKind.NUMBER, required=True),
    ),
    states=(
        State("asked", "待审核"),
        State("checked", "待报送"),
        State("submitted", "待结果"),
        State("known", "已有结果", open=False),
        State("refused", "不符合", open=False),
    ),
    steps=(
        Step(
            "check",
            "审核通过",
            ("asked",),
            "checked",
            fields=(Field("checked", "核对了哪些档案记载", FieldKind.LINES, required=True),),
        ),
        Step(
            "submit",
            "已报送",
            ("checked",),
            "submitted",
            fields=(Field("to", "报到哪里", required=True),),
        ),
        Step(
            "result",
            "登记结果",
            ("submitted",),
            "known",
            outside=True,
            fields=(
                one_of("passed", "结果", ("通过", "未通过")),
                Field("certificate", "证书编号"),
            ),
        ),
        Step(
            "refuse",
            "不符合条件",
            ("asked", "checked"),
            "refused",
            fields=(Field("reason", "原因", FieldKind.LINES, required=True),),
        ),
    ),
    basis="《职称评审管理暂行规定》；档案材料核对",
    help="替存档人员核对学历和年限，报送职称考试或评审，记下结果。",
    brings=("本人有效身份证件", "学历证书", "从业年限证明"),
)

HOTLINE = Flow(
    code="hotline",
    name="12345工单",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("order", "工单号", required=True, scan="any"),
        Field("content", "群众反映什么", FieldKind.LINES, required=True),
        Field("caller", "来电人", private=True),
        Field("phone", "电话", private=True),
        Field("case", "有关的事项编号", hint="可以扫事项单上的编号", scan="any"),
        Field("due", "哪天前答复", FieldKind.DAY, required=True, when=When.TO_COME),
    ),
    states=(
        State("received", "待办理"),
        State("answered", "待回访"),
        State("closed", "已办结", open=False),
    ),
    steps=(
        Step(
            "answer",
            "答复群众",
            ("received",),
            "answered",
            fields=(Field("answer", "怎么答复的", FieldKind.LINES, required=True),),
        ),
        Step(
            "close",
            "回访办结",
            ("answered",),
            "closed",
            fields=(one_of("pleased", "群众满意吗", ("满意", "基本满意", "不满意")),),
        ),
        Step(
            "link",
            "关联事项",
            ("received", "answered"),
            fields=(Field("case", "有关的事项编号", required=True, scan="any"),),
        ),
        Step("again", "重办", ("answered",), "received"),
    ),
    basis="12345 政务服务便民热线工单办理要求",
    help="接到工单先登记期限，关联到正在办的事项，照着事项给来电人讲进展。",
)

AFFAIR_FLOWS = (
    RETIREMENT_CHECK,
    PERSON_STATUS,
    PARTY_RELATION,
    HOUSEHOLD,
    TITLE_EXAM,
    HOTLINE,
)
