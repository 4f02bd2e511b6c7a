"""Work on dossiers in the house: sorted by their scheme, and taken through the scanning line."""

from edge.domain.matters.flow import Field, FieldKind, Flow, State, Step, Subject, one_of
from edge.domain.timely import When

_GROUP = "整理和数字化"
_WHY = Field("why", "为什么", FieldKind.LINES, required=True)
_CODE = Field("code", "扫档案袋上的条码", required=True, scan="dossier")

# 鉴别 → 分类 → 排序 → 编目 → 加工 → 装订 → 检查. Categories are ticked off in their order.
SORTING = Flow(
    code="sorting",
    name="整理档案",
    group=_GROUP,
    subject=Subject.DOSSIER,
    sole=True,
    states=(
        State("identifying", "待鉴别"),
        State("classifying", "待分类"),
        State("ordering", "待排序"),
        State("listing", "待编目"),
        State("preparing", "待加工"),
        State("binding", "待装订"),
        State("checking", "待检查"),
        State("done", "已整理", open=False),
    ),
    steps=(
        Step("identified", "已鉴别：是本人的、真实、该归档", ("identifying",), "classifying"),
        Step("sorted", "这一类理好了", ("classifying",)),
        Step("classified", "各类都理好，去排序", ("classifying",), "ordering"),
        Step("ordered", "类内已按时间排好", ("ordering",), "listing"),
        Step("listed", "已编目，打印目录", ("listing",), "preparing", paper="catalogue"),
        Step("prepared", "已加工：去金属、补破损、写铅笔号，没裁没涂", ("preparing",), "binding"),
        Step(
            "bound",
            "已装订",
            ("binding",),
            "checking",
            fields=(Field("volumes", "装成几卷", FieldKind.NUMBER, required=True),),
        ),
        Step("accepted", "检查合格", ("checking",), "done", unlike=("bound",)),
        Step("again", "检查不合格，重理", ("checking",), "classifying", fields=(_WHY,),
             unlike=("bound",)),
    ),
    papers=("catalogue",),
    basis="干部人事档案工作条例；不得裁剪、涂改、拆散档案材料",
    help="按清单一类一类理，理好一类点一下。装订后由另一个人检查。",
)  # fmt: skip

# 登记 → 分拣 → 扫描 → 质检 → 挂接 → 还原加封 → 上架: the code on the cover is read at each station.
DIGITISATION = Flow(
    code="digitisation",
    name="数字化加工",
    group=_GROUP,
    subject=Subject.DOSSIER,
    sole=True,
    opening=(Field("cart", "哪一车（批）", required=True),),
    states=(
        State("registered", "待分拣"),
        State("outside", "在外包"),
        State("sorted", "待扫描"),
        State("scanned", "待质检"),
        State("checked", "待挂接"),
        State("attached", "待还原"),
        State("resealed", "待上架"),
        State("shelved", "已上架", open=False),
    ),
    steps=(
        Step(
            "sort",
            "分拣",
            ("registered",),
            "sorted",
            fields=(
                _CODE,
                Field("pages", "纸质点了几页", FieldKind.NUMBER, required=True),
                one_of("feed", "怎样扫", ("散页，自动进纸", "装订成册，平板扫")),
            ),
        ),
        Step("scan", "扫描", ("sorted",), "scanned", fields=(_CODE,)),
        Step("check", "质检合格", ("scanned",), "checked", fields=(_CODE,), unlike=("scan",)),
        Step("reject", "质检不合格，重扫", ("scanned",), "sorted", fields=(_CODE, _WHY),
             unlike=("scan",)),
        Step("attach", "挂接", ("checked",), "attached", fields=(_CODE,)),
        Step(
            "reseal",
            "还原加封",
            ("attached",),
            "resealed",
            fields=(_CODE, Field("again", "还原后又点了几页", FieldKind.NUMBER, required=True)),
        ),
        Step(
            "shelve",
            "上架",
            ("resealed",),
            "shelved",
            fields=(_CODE, Field("shelf", "架位号", required=True, scan="shelf")),
            undoable=False,
        ),
        Step("hand_out", "交外包", ("registered", "sorted"), "outside", inner=True,
             undoable=False),
        Step("come_back", "外包收回", ("outside",), "scanned", inner=True, undoable=False),
    ),
    paper="line_slip",
    basis="DA/T 31-2017；GB/T 33870-2017：页数和目录百分之百一致，第二人质检",
    help="流程单随档案走，每道工序扫一次条码。质检由另一个人做，还原后再点一遍页。",
)  # fmt: skip

# 外包: what goes out is listed, what comes back is counted, and nothing stays with the contractor.
SCAN_BATCH = Flow(
    code="scan_batch",
    name="外包扫描批次",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("cart", "哪一车（批）", required=True),
        Field("contractor", "外包单位", required=True),
        Field("contract", "合同编号", required=True),
        Field("workers", "进场人员", FieldKind.LINES, required=True),
        Field("pledge", "已签保密协议，现场有人监管", FieldKind.CHECK, required=True),
        Field("back_by", "约定收回日期", FieldKind.DAY, required=True, when=When.TO_COME),
    ),
    states=(
        State("prepared", "待交出"),
        State("out", "在外包"),
        State("back", "待验收"),
        State("closed", "已验收", open=False),
    ),
    steps=(
        Step("hand_out", "交出，打印清单", ("prepared",), "out", paper="batch_list",
             undoable=False),
        Step(
            "take_in",
            "收回清点",
            ("out",),
            "back",
            fields=(
                Field("returned", "收回多少份", FieldKind.NUMBER, required=True),
                Field("state", "纸质完好情况", required=True),
            ),
            undoable=False,
        ),
        Step(
            "close",
            "验收合格",
            ("back",),
            "closed",
            fields=(
                Field("sampled", "抽检多少页", FieldKind.NUMBER, required=True),
                Field("wiped", "对方设备上的图像和拷贝已全部清除", FieldKind.CHECK,
                      required=True),
            ),
            unlike=("hand_out",),
        ),
    ),
    basis="档案服务外包工作规范 DA/T 68；DA/T 31-2017",
    help="先登记合同和进场人员，再把一车档案列清单交出；收回逐份清点，验收由另一个人办。",
)  # fmt: skip

LINE_FLOWS = (SORTING, DIGITISATION, SCAN_BATCH)

# What the line's own screen reads codes for, in the order of the line.
STATIONS = ("sort", "scan", "check", "attach", "reseal", "shelve")
