"""Registers of rooms, containers, machines, incidents; stock-taking, inspection, disinfection."""

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
from edge.domain.rooms import ROOM_KINDS, SEPARATIONS
from edge.domain.timely import When

_GROUP = "库房和登记"
_CAPACITY = Field("capacity", "能放多少件", FieldKind.NUMBER, required=True)
_PLACE = Field("place", "在哪里", scan="shelf")
_DUE = Field("due", "下次哪天", FieldKind.DAY, hint="不填就按规定的天数", when=When.TO_COME)
_SEPARATED = tuple(
    one_of(name, label, ("是", "否"))
    for name, label in zip(("office", "reading", "desk"), SEPARATIONS, strict=True)
)

# 库房登记; the yearly check of the three separations keeps it in use.
ROOM = Flow(
    code="room",
    name="库房登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    lasting=True,
    opening=(
        Field("name", "库房名称", required=True),
        Field("shelf", "架位号开头", required=True, hint="例如 1库"),
        one_of("sort", "库房种类", ROOM_KINDS),
        one_of("tenure", "房屋", ("自有", "租用")),
        _CAPACITY,
        Field("area", "面积（平方米）", FieldKind.NUMBER),
        Field("address", "地址"),
    ),
    states=(
        State("in_use", "使用中", waits="该做三分开检查"),
        State("closed", "已停用", open=False),
    ),
    steps=(
        Step(
            "separate",
            "三分开检查",
            ("in_use",),
            right=Right.ROOM,
            fields=(*_SEPARATED, Field("note", "说明", FieldKind.LINES)),
            deadline=Deadline(365, rule="room.check_days"),
            undoable=False,
        ),
        Step("resize", "改容量", ("in_use",), right=Right.ROOM, fields=(_CAPACITY,)),
        Step("close", "停用", ("in_use",), "closed", right=Right.ROOM),
    ),
    deadline=Deadline(30, rule="room.first_check_days"),
    basis="《档案馆建筑设计规范》JGJ 25；库房、办公、阅览三分开",
    help="登记每间库房能放多少，租来的也登记。每年检查一次三分开。",
)

CONTAINER = Flow(
    code="container",
    name="装具登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    lasting=True,
    opening=(
        one_of("sort", "装具种类", ("密集架", "五节柜", "铁皮柜", "防磁柜", "档案盒", "卷皮")),
        Field("count", "数量", FieldKind.NUMBER, required=True),
        Field("each", "每个能放多少件", FieldKind.NUMBER),
        _PLACE,
        Field("bought", "购置日期", FieldKind.DATE, when=When.HAS_BEEN),
    ),
    states=(State("in_use", "使用中"), State("scrapped", "已报废", open=False)),
    steps=(
        Step(
            "count",
            "改数量",
            ("in_use",),
            right=Right.ROOM,
            fields=(Field("count", "数量", FieldKind.NUMBER, required=True),),
        ),
        Step("scrap", "报废", ("in_use",), "scrapped", right=Right.ROOM),
    ),
    basis="档案装具标准",
    help="登记架、柜、盒，县里看得到够不够用。",
)

EQUIPMENT = Flow(
    code="equipment",
    name="设备登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    lasting=True,
    opening=(
        one_of(
            "sort",
            "设备种类",
            (
                "打印机",
                "扫描仪",
                "高拍仪",
                "消毒柜",
                "切纸机",
                "装订机",
                "灭火器",
                "空调",
                "除湿机",
                "报警器",
                "其他",
            ),
        ),
        Field("name", "名称型号", required=True),
        Field("serial", "出厂编号"),
        _PLACE,
        Field("keeper", "保管人", people=True),
        Field("bought", "购置日期", FieldKind.DATE, when=When.HAS_BEEN),
        _DUE,
    ),
    states=(
        State("in_use", "正常", waits="该保养"),
        State("broken", "故障", waits="该修好"),
        State("scrapped", "已报废", open=False),
    ),
    steps=(
        Step(
            "maintain",
            "已保养",
            ("in_use",),
            right=Right.ROOM,
            fields=(Field("done", "做了什么", FieldKind.LINES, required=True), _DUE),
            deadline=Deadline(180, rule="equipment.days"),
        ),
        Step(
            "fail",
            "报故障",
            ("in_use",),
            "broken",
            right=Right.ROOM,
            fields=(Field("fault", "什么故障", FieldKind.LINES, required=True),),
            deadline=Deadline(7, rule="equipment.repair_days"),
        ),
        Step(
            "repair",
            "已修好",
            ("broken",),
            "in_use",
            right=Right.ROOM,
            fields=(Field("done", "做了什么", FieldKind.LINES, required=True), _DUE),
            deadline=Deadline(180, rule="equipment.days"),
        ),
        Step("scrap", "报废", ("in_use", "broken"), "scrapped", right=Right.ROOM),
    ),
    deadline=Deadline(180, rule="equipment.days"),
    basis="档案设施设备管理制度",
    help="登记打印机、高拍仪、消毒柜、灭火器等，到期提醒保养。",
)

# 上架前消毒; the numbers are checked when they are entered.
DISINFECTION = Flow(
    code="disinfection",
    name="消毒登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field(
            "numbers",
            "档案编号",
            FieldKind.LINES,
            required=True,
            hint="扫封面，扫一份加一行；也可以一行一个输入",
            scan="dossier",
        ),
        one_of("method", "消毒方法", ("消毒柜", "低温冷冻", "充氮", "其他")),
        Field("machine", "用哪台设备"),
    ),
    states=(State("running", "消毒中"), State("done", "已消毒", open=False), DROPPED),
    steps=(
        Step(
            "finish",
            "消毒完成",
            ("running",),
            "done",
            fields=(
                Field("minutes", "用了多少分钟", FieldKind.NUMBER, required=True),
                Field("note", "说明", FieldKind.LINES),
            ),
        ),
        dropping("running"),
    ),
    deadline=Deadline(3, rule="disinfection.days"),
    basis="入库消毒制度",
    help="新收的档案上架前先消毒，在这里登记。",
)

INSPECTION = Flow(
    code="inspection",
    name="库房巡查",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    opening=(
        one_of("sort", "哪种检查", ("日常巡查", "每月检查", "年度检查", "县里检查", "交叉互查")),
        Field("place", "哪间库房", required=True, scan="shelf"),
        Field("due", "计划哪天", FieldKind.DAY, hint="不填就是今天起七天内", when=When.TO_COME),
    ),
    states=(State("planned", "待检查"), State("done", "已检查", open=False), DROPPED),
    steps=(
        Step(
            "record",
            "记录检查",
            ("planned",),
            "done",
            right=Right.ROOM,
            fields=(
                Field("results", "各项结果", FieldKind.LINES, required=True),
                Field("others", "同去的人", people=True),
            ),
            undoable=False,
            paper="inspection_record",
            screen="/inspections/{matter}",
        ),
        dropping("planned", right=Right.ROOM),
    ),
    deadline=Deadline(7, rule="inspection.days"),
    basis="《档案馆建筑设计规范》JGJ 25；库房八防",
    help="按八防逐项检查。有问题的会自动转成整改。",
)

INCIDENT = Flow(
    code="incident",
    name="事故登记",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    opening=(
        one_of(
            "sort", "哪种事故", ("火情", "水浸", "失窃", "丢失", "损毁", "泄密", "虫霉", "其他")
        ),
        Field("happened", "哪天发生", FieldKind.DAY, required=True, when=When.HAS_BEEN),
        _PLACE,
        Field("what", "发生了什么", FieldKind.LINES, required=True),
        Field("affected", "涉及哪些档案", FieldKind.LINES),
        Field("first", "已经做了什么", FieldKind.LINES),
    ),
    states=(
        State("found", "待上报"),
        State("reported", "待处理"),
        State("concluded", "已办结", open=False),
        DROPPED,
    ),
    steps=(
        Step(
            "report",
            "上报并打印报告",
            ("found",),
            "reported",
            right=Right.ROOM,
            fields=(Field("told", "报给了谁", required=True),),
            deadline=Deadline(30, rule="incident.close_days"),
            paper="incident_report",
            undoable=False,
        ),
        Step(
            "conclude",
            "处理完毕",
            ("reported",),
            "concluded",
            right=Right.ROOM,
            fields=(
                Field("cause", "原因", FieldKind.LINES, required=True),
                Field("liable", "责任认定", FieldKind.LINES, required=True),
                Field("measures", "防范措施", FieldKind.LINES, required=True),
            ),
            unlike=("open",),
        ),
        dropping("found", right=Right.ROOM),
    ),
    deadline=Deadline(1, rule="incident.report_days"),
    basis="《档案法》；安全责任事故报告制度",
    help="档案出了安全事故，先抢救，再登记上报。由另一个人办结。",
)

# 清点: scanned shelf after shelf, reconciled, signed by two.
STOCKTAKING = Flow(
    code="stocktaking",
    name="清点",
    group=_GROUP,
    subject=Subject.OFFICE,
    right=Right.ROOM,
    opening=(
        Field("shelf", "清点哪里", required=True, scan="shelf", hint="架位号开头，例如 1库"),
        Field("year", "哪一年", FieldKind.NUMBER, required=True),
    ),
    states=(
        State("counting", "清点中"),
        State("reconciled", "待复核"),
        State("closed", "已办结", open=False),
    ),
    steps=(
        Step(
            "reconcile",
            "清点完毕，打印核对表",
            ("counting",),
            "reconciled",
            right=Right.ROOM,
            fields=(Field("note", "说明", FieldKind.LINES),),
            undoable=False,
            paper="stocktaking",
            screen="/stocktaking/{matter}",
        ),
        Step("accept", "复核签字", ("reconciled",), "closed", right=Right.READ,
             unlike=("reconcile",)),
        Step("again", "继续清点", ("reconciled",), "counting", right=Right.ROOM),
    ),
    deadline=Deadline(30, rule="stocktaking.days"),
    basis="每年账实核对",
    help="拿扫码枪一架一架扫，系统和账核对，打印后两人签字。",
)  # fmt: skip

ROOM_FLOWS = (STOCKTAKING, ROOM, CONTAINER, EQUIPMENT, DISINFECTION, INSPECTION, INCIDENT)
