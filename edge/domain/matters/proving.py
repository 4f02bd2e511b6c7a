"""Business about proofs: one that a second clerk has to look at before it is sealed."""

from edge.domain.access import Right
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject, one_of

KINDS = (
    "存档证明", "经历证明", "出生记载证明", "学历记载证明", "亲属关系证明", "工龄记载证明",
    "现实表现证明",
)  # fmt: skip
ASKERS = ("本人", "委托代办", "单位")

# 申请 → 审 → 签 → 印; which kinds need it is the county's rule `proof.second_look`.
PROOF_REQUEST = Flow(
    code="proof_request",
    name="证明复核",
    group="查档和证明",
    subject=Subject.DOSSIER,
    right=Right.PROVE,
    opening=(
        one_of("kind", "哪种证明", KINDS),
        Field("purpose", "用途", required=True),
        Field("asker", "谁来办", FieldKind.CHOICE, choices=ASKERS),
        Field("asker_name", "来办的人", private=True),
        Field("asker_id", "来办的人的证件号码", private=True),
        Field("unit", "单位名称"),
        Field("letter", "介绍信编号"),
        Field("mandate", "已核对委托书，留了复印件", FieldKind.CHECK),
    ),
    states=(
        State("asked", "待复核"),
        State("approved", "待签发"),
        State("issued", "已签发", open=False),
        State("refused", "不予出具", open=False),
    ),
    steps=(
        Step("approve", "复核通过", ("asked",), "approved", right=Right.PROVE, unlike=("open",)),
        Step(
            "refuse",
            "不予出具",
            ("asked", "approved"),
            "refused",
            right=Right.PROVE,
            fields=(Field("reason", "为什么不出", FieldKind.LINES, required=True),),
        ),
        Step("issue", "已签发", ("approved",), "issued", right=Right.PROVE, undoable=False),
    ),
    deadline=Deadline(1, working=True, rule="proof_request.days"),
    basis="《流动人员人事档案管理服务规定》：依据档案记载出具证明",
    help="证明由一个人拟好，另一个人对着依据页看过，再盖章。",
    brings=("本人有效身份证件", "代办的：委托书和代办人身份证", "单位办的：介绍信和经办人身份证"),
)

PROVING_FLOWS = (PROOF_REQUEST,)
