"""Dossiers that leave the shelf, lent or sent to another office; and what is doubted of them."""

from edge.domain.access import Right
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject, one_of
from edge.domain.timely import When

_GROUP = "借阅和转递"
_WHY = Field("why", "为什么", FieldKind.LINES, required=True)

# 申请 → 批 → 出 → (续) → 还／逾期. The day of return is a county's rule, `loan.days`.
LENDING = Flow(
    code="lending",
    name="借阅档案",
    group=_GROUP,
    subject=Subject.DOSSIER,
    right=Right.LEND,
    sole=True,
    opening=(
        Field("borrower", "借阅人", required=True),
        Field("unit", "借阅单位", required=True),
        Field("letter", "介绍信或审批表编号", required=True),
        Field("purpose", "用来做什么", required=True),
        Field("phone", "联系电话", private=True),
    ),
    states=(
        State("asked", "待批"),
        State("approved", "待出库"),
        State("out", "已借出"),
        State("doubted", "页数不符"),
        State("returned", "已归还", open=False),
        State("refused", "不予借阅", open=False),
    ),
    steps=(
        Step(
            "approve",
            "批准借阅",
            ("asked",),
            "approved",
            right=Right.LEND,
            fields=(Field("approver", "批准人", required=True),),
        ),
        Step(
            "refuse", "不予借阅", ("asked", "approved"), "refused", right=Right.LEND, fields=(_WHY,)
        ),
        Step(
            "lend",
            "出库，打印借阅单和代档卡",
            ("approved",),
            "out",
            right=Right.LEND,
            fields=(
                Field("pages", "当面点了几页", FieldKind.NUMBER, required=True),
                Field(
                    "until",
                    "应还日期",
                    FieldKind.DAY,
                    hint="不填按县里规定的天数",
                    when=When.TO_COME,
                ),
            ),
            paper="loan_slip",
            undoable=False,
        ),
        Step(
            "give_back",
            "归还",
            ("out",),
            "returned",
            right=Right.LEND,
            fields=(Field("back", "还回来点了几页", FieldKind.NUMBER, required=True),),
            undoable=False,
        ),
        Step(
            "give_back_short",
            "页数不符，收回并登记疑点",
            ("out",),
            "doubted",
            right=Right.LEND,
            fields=(
                Field("back", "还回来点了几页", FieldKind.NUMBER, required=True),
                Field("difference", "差在哪里", FieldKind.LINES, required=True),
            ),
            undoable=False,
        ),
        Step(
            "renew",
            "续借",
            ("out",),
            right=Right.LEND,
            fields=(
                Field("until", "应还日期", FieldKind.DAY, required=True, when=When.TO_COME),
                _WHY,
            ),
            undoable=False,
        ),
        Step(
            "settle",
            "已查清",
            ("doubted",),
            "returned",
            right=Right.LEND,
            fields=(Field("found", "查清的结果", FieldKind.LINES, required=True),),
            unlike=("give_back_short",),
        ),
    ),
    basis="112号文查（借）阅条款；本县借阅规定",
    help="单位凭介绍信借阅，出库和归还都当面点页。借出后不得转借，逾期没还的不再借给同一单位。",
)

_HOW = ("机要通信", "专人送取", "给据邮件")

# 待出库 → 待确认 → 已转出 → 回执／逾期; 撤销 until it is sent.
TRANSFER_OUT = Flow(
    code="transfer_out",
    name="转出档案",
    group=_GROUP,
    subject=Subject.DOSSIER,
    right=Right.TRANSFER,
    sole=True,
    opening=(
        Field("town", "转往本县乡镇", FieldKind.TOWN),
        Field("unit", "转往其他单位", hint="转往县外或县里单位时填写全称"),
        Field("address", "收件地址"),
        Field("letter", "调档函号", required=True),
        one_of("reason", "转出原因", ("工作单位变动", "户口迁移", "升学", "参军", "退休", "其他")),
        Field("checked", "调档函是原件，单位和印章都对", FieldKind.CHECK, required=True),
        Field(
            "cadre",
            "曾是公务员、参公人员、国企事业单位管理或专业技术人员、军队文职",
            FieldKind.CHECK,
        ),
    ),
    states=(
        State("asked", "待出库"),
        State("packed", "待交寄"),
        State("sent", "已转出，等回执"),
        State("acknowledged", "已收回执", open=False),
        State("revoked", "已撤销", open=False),
    ),
    steps=(
        Step(
            "pack",
            "清点装封，打印通知单",
            ("asked",),
            "packed",
            right=Right.TRANSFER,
            fields=(
                Field("bags", "几袋（卷）", FieldKind.NUMBER, required=True),
                Field("pieces", "几件材料", FieldKind.NUMBER, required=True),
                Field("pages", "共几页", FieldKind.NUMBER, required=True),
                Field("difference", "和目录不一致时写明原因", FieldKind.LINES),
                Field("sealed", "全部材料一次装齐，已密封盖骑缝章", FieldKind.CHECK, required=True),
            ),
            paper="transfer_notice",
        ),
        Step(
            "send",
            "交寄，登记邮件号",
            ("packed",),
            "sent",
            right=Right.TRANSFER,
            fields=(
                one_of("how", "怎样转递", _HOW),
                Field("mail", "机要号、邮件号或专人姓名证件", required=True,
                      hint="保存以后不能再改，请核对"),
                Field("posted", "交寄日期", FieldKind.DAY, required=True, when=When.HAS_BEEN),
            ),
            deadline=Deadline(30, rule="transfer.receipt_days"),
            undoable=False,
        ),
        Step(
            "acknowledge",
            "收到回执",
            ("sent",),
            "acknowledged",
            right=Right.TRANSFER,
            fields=(
                Field("received", "对方收到日期", FieldKind.DAY, required=True, when=When.HAS_BEEN),
                Field("receiver", "对方经办人"),
            ),
            outside=True,
        ),
        Step(
            "chase",
            "催要回执，打印催办函",
            ("sent",),
            right=Right.TRANSFER,
            fields=(Field("asked_how", "怎样催的", required=True),),
            deadline=Deadline(10, rule="transfer.chase_days"),
            paper="receipt_chase",
        ),
        Step(
            "report",
            "丢失或长期无回执，上报",
            ("sent",),
            right=Right.TRANSFER,
            fields=(
                one_of("trouble", "出了什么问题", ("逾期未转", "扣留", "邮件丢失", "长期没有回执")),
                Field("liable", "应由谁负责", required=True),
                Field("told", "报给了谁", required=True),
            ),
            paper="delay_report",
        ),
        Step("revoke", "撤销转出", ("asked", "packed"), "revoked", right=Right.TRANSFER,
             fields=(_WHY,)),
    ),
    deadline=Deadline(15, working=True, rule="transfer.days"),
    papers=("catalogue", "confidential_cover"),
    basis="112号文：材料齐全后15个工作日内转出，不得扣留或分批；机要、专人或给据邮件，不得自带",
    help="先核对调档函，再清点装封，然后交寄。没交寄以前可以撤销。",
)  # fmt: skip

# What does not fit: pages inserted, altered, torn out; counts that differ.
DOUBT = Flow(
    code="doubt",
    name="档案疑点",
    group=_GROUP,
    subject=Subject.DOSSIER,
    right=Right.FILE,
    opening=(
        one_of(
            "sort",
            "哪种疑点",
            ("多出页", "缺页", "涂改", "时间不符", "封签破损", "纸质和电子不符", "其他"),
        ),
        Field("where", "哪件材料、第几页"),
        Field("what", "看到了什么", FieldKind.LINES, required=True),
    ),
    states=(
        State("noted", "待核查"),
        State("reported", "已上报"),
        State("explained", "已查清", open=False),
        State("upheld", "已认定", open=False),
        State("withdrawn", "已撤回", open=False),
    ),
    steps=(
        Step(
            "explain",
            "已查清，没有问题",
            ("noted", "reported"),
            "explained",
            fields=(Field("found", "查清的结果", FieldKind.LINES, required=True),),
            unlike=("open",),
        ),
        Step(
            "report",
            "上报，打印疑点报告",
            ("noted",),
            "reported",
            fields=(Field("told", "报给了谁", required=True),),
            paper="doubt_report",
        ),
        Step(
            "uphold",
            "认定有问题",
            ("reported",),
            "upheld",
            fields=(
                Field("found", "查清的结果", FieldKind.LINES, required=True),
                Field("liable", "应由谁负责", required=True),
                Field("decided_by", "哪个单位认定", required=True),
            ),
            unlike=("open",),
        ),
        # The return that it came of was noted by mistake, and taken back.
        Step("withdraw", "归还已撤销，疑点撤回", ("noted",), "withdrawn", inner=True,
             undoable=False),
    ),
    deadline=Deadline(30, rule="doubt.days"),
    basis="《档案法》；不得涂改、伪造、抽换档案材料",
    help="发现插页、涂改、缺页就登记。原件一律不动，由另一个人核查。",
)  # fmt: skip

MOVE_FLOWS = (LENDING, TRANSFER_OUT, DOUBT)
