"""Business about the office itself: its papers that are asked for, and what is to be put right."""

from edge.domain.access import Right
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject

# 库房巡查 → 记录 → 整改; a shortcoming found is a matter until somebody else has seen it mended.
RECTIFICATION = Flow(
    code="rectification",
    name="问题整改",
    group="库房和登记",
    subject=Subject.OFFICE,
    right=Right.ROOM,
    opening=(
        Field("what", "发现了什么问题", FieldKind.LINES, required=True),
        Field("place", "在哪里", scan="shelf"),
        Field("found_by", "检查人"),
    ),
    states=(
        State("found", "待整改"),
        State("mended", "待复查"),
        State("closed", "已办结", open=False),
    ),
    steps=(
        Step(
            "mend",
            "已整改",
            ("found",),
            "mended",
            right=Right.ROOM,
            fields=(Field("done", "做了什么", FieldKind.LINES, required=True),),
        ),
        Step("accept", "复查合格", ("mended",), "closed", right=Right.ROOM, unlike=("mend",)),
        Step(
            "again",
            "仍有问题",
            ("mended",),
            "found",
            right=Right.ROOM,
            fields=(Field("left", "还有什么问题", FieldKind.LINES, required=True),),
            unlike=("mend",),
        ),
    ),
    deadline=Deadline(30, rule="rectification.days"),
    papers=("rectification_notice",),
    basis="《档案馆建筑设计规范》JGJ 25；库房八防",
    help="把检查发现的问题记下来，整改后由另一个人复查。",
)

OFFICE_FLOWS = (RECTIFICATION,)
