"""Business of looking things up for others: consultation, unit queries, political review, and who
may ask.
"""

from collections.abc import Mapping
from dataclasses import replace

from edge.domain.access import Right
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject, one_of
from edge.domain.timely import When

_GROUP = "查档和证明"
WHOLE, CATALOGUE, BASICS, STORED = "原文", "目录", "基本信息", "是否存档"
# What may be told, from the least to the most.
EXTENTS = (STORED, BASICS, CATALOGUE, WHOLE)

_UNIT = Field("unit", "来查的单位", required=True)
_LETTER = Field("letter", "介绍信或审批表编号", required=True)
_READERS = (
    Field("reader", "查阅人一", required=True),
    Field("reader_id", "查阅人一证件号码", required=True, private=True),
    Field("reader2", "查阅人二"),
    Field("reader2_id", "查阅人二证件号码", private=True),
)
_READER_CHECKS = (
    Field("party", "查阅人都是中共党员，已核对", FieldKind.CHECK),
    Field("unrelated", "查阅人已声明不是本人，也不是本人亲属", FieldKind.CHECK, required=True),
    Field("no_photos", "已告知不得拍照、涂改、转借", FieldKind.CHECK, required=True),
)
_CATEGORIES = Field("categories", "准许看哪几类", hint="写类号，如 1 4 9-2；不写就是全部")
_REASON = Field("reason", "为什么不同意", FieldKind.LINES, required=True)
_EXTRACT = (
    Field("extract", "摘录的内容", FieldKind.LINES, required=True, hint="照档案原文，写明出处页码"),
    Field("extract_checked", "已和原文逐字核对", FieldKind.CHECK, required=True),
)

# 申请 → 批 → 阅 → 归
CONSULTATION = Flow(
    code="consultation",
    name="查阅档案",
    group=_GROUP,
    subject=Subject.DOSSIER,
    opening=(
        _UNIT,
        _LETTER,
        *_READERS,
        one_of("purpose", "查阅目的", ("考察任免", "入党", "办案", "核对信息", "编史修志", "其他")),
        _CATEGORIES,
        *_READER_CHECKS,
    ),
    states=(
        State("asked", "待批准"),
        State("approved", "待查阅"),
        State("reading", "正在查阅"),
        State("returned", "已归档", open=False),
        State("refused", "不同意", open=False),
    ),
    steps=(
        Step(
            "approve", "同意查阅", ("asked",), "approved", fields=(_CATEGORIES,), unlike=("open",)
        ),
        Step("begin", "开始查阅", ("approved",), "reading", undoable=False),
        Step("return", "看完归档", ("reading",), "returned", undoable=False),
        Step("extract", "摘录盖章", ("reading",), fields=_EXTRACT, paper="extract", undoable=False),
        Step("prolong", "再看一会儿", ("reading",), undoable=False),
        Step("refuse", "不同意", ("asked", "approved"), "refused", fields=(_REASON,)),
    ),
    deadline=Deadline(5, working=True, rule="consultation.days"),
    papers=("reading_slip",),
    basis="《干部人事档案工作条例》；《流动人员人事档案管理服务规定》查（借）阅服务",
    help="单位派人来查档：核对介绍信和证件，另一个人批准，再在屏上限时翻看。",
    brings=(
        "单位介绍信或查阅审批表",
        "两名查阅人的有效身份证件",
        "查干部档案的：查阅人的党员证明",
    ),
)

# 单位查档: the office answers in writing; nobody reads.
UNIT_QUERY = Flow(
    code="unit_query",
    name="单位查档",
    group=_GROUP,
    subject=Subject.PERSON,
    opening=(
        _UNIT,
        _LETTER,
        Field("bearer", "经办人", required=True),
        Field("bearer_id", "经办人证件号码", required=True, private=True),
        one_of("extent", "要查到什么程度", EXTENTS[:3]),
        Field("purpose", "查询目的", required=True),
    ),
    states=(
        State("asked", "待批准"),
        State("approved", "待答复"),
        State("answered", "已答复", open=False),
        State("refused", "不同意", open=False),
    ),
    steps=(
        Step("approve", "同意答复", ("asked",), "approved", unlike=("open",)),
        Step(
            "answer",
            "答复单位",
            ("approved",),
            "answered",
            fields=(
                Field("answer", "答复内容", FieldKind.LINES, required=True, hint="只写档案里有的"),
            ),
            paper="query_reply",
            undoable=False,
        ),
        Step("refuse", "不同意", ("asked", "approved"), "refused", fields=(_REASON,)),
    ),
    deadline=Deadline(5, working=True, rule="unit_query.days"),
    basis="《流动人员人事档案管理服务规定》",
    help="单位来函问某人的存档情况，核对后书面答复，不让看档案。",
    brings=("单位介绍信", "经办人有效身份证件"),
)

OWN, RELATIVE = "审查本人", "审查本人的亲属"


def readers_come(fields: Mapping[str, str]) -> bool:
    """Whether somebody is let in to read: named, and not reviewing a relative."""
    return bool(fields.get("reader")) and fields.get("about") != RELATIVE


# As a consultation; for a relative the holder writes the proof and the investigator does not read.
POLITICAL_REVIEW = Flow(
    code="political_review",
    name="政审",
    group=_GROUP,
    subject=Subject.DOSSIER,
    opening=(
        _UNIT,
        replace(_LETTER, label="来函编号"),
        one_of("about", "审查谁", (OWN, RELATIVE)),
        one_of("purpose", "为什么政审", ("入党", "参军", "录用", "晋升", "其他")),
        one_of("channel", "怎么来的", ("派人来", "来函", "县里转来")),
        Field("due", "来函要求哪天前答复", FieldKind.DAY, when=When.ANY),
        *(replace(each, required=False) for each in _READERS),
        *(replace(each, required=False) for each in _READER_CHECKS),
        _CATEGORIES,
    ),
    states=(
        State("asked", "待批准"),
        State("approved", "待办理"),
        State("reading", "正在查阅"),
        State("written", "待寄出"),
        State("sent", "已寄出", open=False),
        State("refused", "不同意", open=False),
    ),
    steps=(
        Step("approve", "同意办理", ("asked",), "approved", unlike=("open",)),
        Step("begin", "开始查阅", ("approved",), "reading", undoable=False, given=readers_come),
        Step("return", "看完归档", ("reading",), "approved", undoable=False),
        Step("extract", "摘录盖章", ("reading",), fields=_EXTRACT, paper="extract", undoable=False),
        Step("prolong", "再看一会儿", ("reading",), undoable=False),
        Step(
            "write",
            "写政审证明",
            ("approved",),
            "written",
            fields=(
                Field(
                    "findings",
                    "档案记载的情况",
                    FieldKind.LINES,
                    required=True,
                    hint="只写档案里有的，写明材料和页码",
                ),
            ),
            paper="review_letter",
            undoable=False,
        ),
        Step(
            "send",
            "密封寄出",
            ("written",),
            "sent",
            fields=(
                one_of("way", "怎么送", ("机要", "专人", "给据邮件", "网上盖章件")),
                Field("mail", "机要或邮件号", scan="any"),
            ),
            undoable=False,
        ),
        Step("refuse", "不同意", ("asked", "approved"), "refused", fields=(_REASON,)),
    ),
    deadline=Deadline(10, working=True, rule="political_review.days"),
    basis="《流动人员人事档案管理服务规定》政审服务；亲属入党、参军的由存档单位出具",
    help="按来函期限办。审查亲属的由本所写证明，外调人员不翻档案。",
    brings=("组织出具的政审函", "派人来的：两名外调人员的身份证件和党员证明"),
)

QUERY_RIGHT = Flow(
    code="query_right",
    name="单位查询权限",
    group=_GROUP,
    subject=Subject.OFFICE,
    lasting=True,
    opening=(
        _UNIT,
        Field("contact", "联系人"),
        one_of("extent", "可以查到什么程度", EXTENTS),
        Field("basis", "依据", required=True),
        Field("due", "到哪天为止", FieldKind.DAY, required=True, when=When.TO_COME),
    ),
    states=(
        State("granted", "可以查"),
        State("limited", "只能查一部分"),
        State("revoked", "已收回", open=False),
    ),
    steps=(
        Step(
            "renew",
            "续期",
            ("granted", "limited"),
            fields=(Field("due", "到哪天为止", FieldKind.DAY, required=True, when=When.TO_COME),),
        ),
        Step(
            "limit",
            "缩小范围",
            ("granted", "limited"),
            "limited",
            fields=(
                Field("extent", "可以查到什么程度", FieldKind.CHOICE, True, EXTENTS),
                Field("reason", "原因", FieldKind.LINES, required=True),
            ),
        ),
        Step("restore", "恢复原来的范围", ("limited",), "granted"),
        Step(
            "revoke",
            "收回",
            ("granted", "limited"),
            "revoked",
            fields=(Field("reason", "原因", FieldKind.LINES, required=True),),
            undoable=False,
        ),
    ),
    basis="《个人信息保护法》第十三条、第三十四条",
    help="登记哪些单位可以来查、查到什么程度。收回以后，这个单位就不能再查。",
)

NO_GRADE = "不定密"
GRADES = ("秘密", "机密", "绝密")
SECRECY = Flow(
    code="secrecy",
    name="定密和解密",
    group=_GROUP,
    subject=Subject.DOSSIER,
    right=Right.SECRET,
    opening=(
        one_of("grade", "密级", (NO_GRADE, *GRADES)),
        Field("basis", "依据", required=True),
    ),
    states=(State("noted", "已登记", open=False),),
    steps=(),
    basis="《保守国家秘密法》",
    help="定了密级的档案，只有涉密档案员能打开，别的档案员也不行。",
)

CONSULTING_FLOWS = (CONSULTATION, UNIT_QUERY, POLITICAL_REVIEW, QUERY_RIGHT, SECRECY)
