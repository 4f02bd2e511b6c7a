"""What comes in: dossiers from other offices, materials for a dossier, papers from the villages."""

from collections.abc import Mapping

from edge.domain.access import Right
from edge.domain.archive import DOSSIER_CLASSES
from edge.domain.matters.flow import Deadline, Field, FieldKind, Flow, State, Step, Subject, one_of
from edge.domain.timely import When

_GROUP = "接收和收集"
_WHY = Field("why", "为什么", FieldKind.LINES, required=True)
_HOW = one_of("how", "怎样送来", ("机要通信", "专人送取", "给据邮件"))
_MAIL = Field("mail", "机要号、邮件号或专人姓名")

# 申请 → 已开函 → 在途 → 待核 → 存疑／已收 → 上架 → 回执已寄. It may begin with the paper at hand.
RECEPTION = Flow(
    code="reception",
    name="接收档案（全程）",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("name", "姓名", required=True),
        Field("id_number", "公民身份号码", FieldKind.ID, private=True),
        one_of("class", "档案类别", DOSSIER_CLASSES),
        Field("holder", "现在存在哪个单位", required=True),
        Field("address", "对方地址"),
        Field("reason", "调档原因", required=True, hint="例如：因在我镇灵活就业"),
    ),
    states=(
        State("applied", "申请"),
        State("called", "已开函"),
        State("under_way", "在途"),
        State("sent_back", "封签破损，已退"),
        State("checking", "待核"),
        State("doubted", "存疑"),
        State("received", "已收"),
        State("shelved", "已上架"),
        State("replied", "回执已寄", open=False),
        State("refused", "不收", open=False),
    ),
    steps=(
        Step(
            "call",
            "开调档函",
            ("applied",),
            "called",
            deadline=Deadline(15, working=True, rule="reception.days"),
            paper="call_letter",
        ),
        Step(
            "posted",
            "对方已寄出",
            ("called",),
            "under_way",
            fields=(_HOW, _MAIL, Field("posted", "寄出日期", FieldKind.DAY, when=When.HAS_BEEN)),
            outside=True,
        ),
        Step(
            "arrive",
            "档案送到，封签完好",
            ("applied", "called", "under_way", "sent_back"),
            "checking",
            fields=(
                _HOW,
                _MAIL,
                Field("seal", "封条和骑缝章都完好，已看过", FieldKind.CHECK, required=True),
            ),
        ),
        Step(
            "send_back",
            "封签破损，退回",
            ("applied", "called", "under_way"),
            "sent_back",
            fields=(
                _HOW,
                _MAIL,
                Field("damage", "破损在哪里", FieldKind.LINES, required=True),
            ),
            paper="sent_back_notice",
        ),
        Step(
            "refuse",
            "本人自带，不收",
            ("applied", "called", "under_way"),
            "refused",
            fields=(Field("brought", "谁带来的", required=True),),
            paper="carried_notice",
        ),
        Step(
            "urge",
            "催对方转档",
            ("called", "under_way"),
            fields=(Field("asked_how", "怎样催的", required=True),),
            deadline=Deadline(10, rule="reception.urge_days"),
            paper="urging_letter",
        ),
        Step(
            "report",
            "逾期、扣留或丢失，上报",
            ("called", "under_way"),
            fields=(
                one_of("trouble", "出了什么问题", ("逾期未转", "扣留", "邮件丢失")),
                Field("liable", "应由谁负责", required=True),
                Field("told", "报给了谁", required=True),
            ),
            paper="delay_report",
        ),
        Step(
            "count",
            "对照目录清点",
            ("checking",),
            fields=(
                Field("listed", "目录上记的", FieldKind.LINES),
                Field("counted", "当面清点的", FieldKind.LINES),
            ),
            screen="/receptions/{matter}",
        ),
        Step(
            "accept",
            "核对一致，收下",
            ("checking",),
            "received",
            fields=(Field("agreed", "逐类核对过，都一致", FieldKind.CHECK, required=True),),
            undoable=False,
        ),
        # At once, on the page where a dossier is received, by the slip of our letter.
        Step("take_in", "凭裁条当面收下", ("applied", "called", "under_way", "sent_back"),
             "received", undoable=False, inner=True),
        Step(
            "doubt",
            "对不上，先存疑",
            ("checking",),
            "doubted",
            fields=(Field("misfit", "哪里对不上", FieldKind.LINES, required=True),),
        ),
        Step(
            "settle",
            "已查清，重新核对",
            ("doubted",),
            "checking",
            fields=(Field("found", "查清的结果", FieldKind.LINES, required=True),),
        ),
        Step(
            "shelve",
            "上架",
            ("received",),
            "shelved",
            fields=(Field("shelf", "架位号", required=True, scan="shelf"),),
            undoable=False,
        ),
        Step("reply", "打印回执寄给对方", ("shelved",), "replied", paper="reception_receipt"),
        Step(
            "lack",
            "缺材料，打印告知承诺书",
            ("received", "shelved"),
            fields=(Field("missing", "缺哪些材料", FieldKind.LINES,
                          hint="不填就按必备材料表列出"),),
            paper="missing_promise",
        ),
    ),
    basis="112号文；人社厅发〔2016〕75号：缺材料不得拒收，实行告知承诺",
    help="先开调档函；收到后看封签，对照目录逐类清点，一致才收下。缺材料也收，打印告知承诺书。",
)  # fmt: skip

# 登记 → 鉴别 → 待归 → 入卷.
SUPPLEMENT = Flow(
    code="supplement",
    name="收补充材料",
    group=_GROUP,
    subject=Subject.DOSSIER,
    opening=(
        Field("deliverer", "谁送来的", required=True),
        Field("unit", "哪个单位"),
        Field("phone", "联系电话", private=True),
        Field("what", "送来哪些材料", FieldKind.LINES, required=True, hint="一行一件"),
    ),
    states=(
        State("noted", "待鉴别"),
        State("identified", "待归档"),
        State("filed", "已入卷", open=False),
        State("forwarded", "已转给新单位", open=False),
        State("refused", "已退回", open=False),
    ),
    steps=(
        Step(
            "identify",
            "鉴别合格，定类别",
            ("noted",),
            "identified",
            fields=(
                one_of(
                    "original", "原件还是复制件", ("原件", "证书复制件，已和原件核对", "其他复制件")
                ),
                Field("stamped", "签字盖章齐全", FieldKind.CHECK),
                Field("dated", "写明形成时间", FieldKind.CHECK),
                Field("category", "归入哪一类", FieldKind.CATEGORY, required=True),
            ),
        ),
        Step("refuse", "退回", ("noted", "identified"), "refused", fields=(_WHY,),
             paper="material_returned"),
        Step("file", "已扫描归档，打印新目录", ("identified",), "filed", paper="catalogue",
             undoable=False),
        Step(
            "forward",
            "档案已转走，随后转去",
            ("identified",),
            "forwarded",
            right=Right.TRANSFER,
            fields=(
                one_of("how", "怎样转递", ("机要通信", "专人送取", "给据邮件")),
                Field("mail", "机要号、邮件号或专人姓名", required=True),
            ),
            paper="forwarding_slip",
            undoable=False,
        ),
    ),
    deadline=Deadline(30, rule="supplement.days"),
    paper="material_receipt",
    basis="材料形成后一个月内归档；归档材料为原件，证书类可用核对过的复制件",
    help="先给送材料的人打印收件回执，再鉴别、定类、扫描归档，最后打印新目录。",
)  # fmt: skip


def _lacking(told: Mapping[str, str]) -> bool:
    return bool(told.get("lacking"))


def _whole(told: Mapping[str, str]) -> bool:
    return not _lacking(told)


_STORED = Field("stored", "登记入库多少份", FieldKind.NUMBER, required=True)

# Papers gathered in the villages: what came, in what condition, and what has still to come. What
# the effects give: lacking, a line for each thing that has not come yet.
COLLECTION = Flow(
    code="collection",
    name="村级收集",
    group=_GROUP,
    subject=Subject.OFFICE,
    opening=(
        Field("village", "哪个村（社区）", required=True),
        Field("deliverer", "交来的人", required=True),
        Field("sort", "哪类档案", required=True, hint="例如：失业、退休、居民保险"),
        Field("expected", "应交多少份", FieldKind.NUMBER, hint="村里有底数的填上"),
    ),
    states=(
        State("gathering", "清点中"),
        State("handed", "待入库"),
        State("chasing", "待补齐"),
        State("stored", "已入库", open=False),
        State("short", "补不齐，已写明", open=False),
    ),
    steps=(
        Step(
            "note",
            "记一份",
            ("gathering",),
            fields=(
                Field("whose", "谁的、哪一捆", required=True),
                one_of(
                    "condition",
                    "完好情况",
                    ("完好", "缺材料", "破损", "捆扎混放", "受潮发霉", "缺失"),
                ),
                Field("pieces", "几件", FieldKind.NUMBER, required=True,
                      hint="整份都没有的，写 0"),
                Field("lacks", "缺什么、坏在哪里", FieldKind.LINES),
            ),
        ),
        Step("hand_over", "清点完，打印交接单", ("gathering",), "handed",
             paper="collection_receipt"),
        Step("store", "已逐份登记入库", ("handed",), "stored", fields=(_STORED,), given=_whole),
        Step(
            "store_short",
            "已入库，缺的去催",
            ("handed",),
            "chasing",
            fields=(_STORED,),
            deadline=Deadline(30, rule="collection.lack_days"),
            given=_lacking,
        ),
        Step("settle", "都补齐了", ("chasing",), "stored", given=_whole),
        Step(
            "urge",
            "催村里补齐，打印催补单",
            ("chasing",),
            fields=(Field("asked_how", "怎样催的", required=True, hint="例如：电话催过赵会计"),),
            deadline=Deadline(10, rule="collection.urge_days"),
            paper="collection_urging",
            given=_lacking,
        ),
        Step(
            "made_good",
            "补来一样",
            ("chasing",),
            fields=(Field("came", "补来了什么", required=True),),
            given=_lacking,
            panel=True,
        ),
        Step("give_up", "补不齐，写明原因", ("chasing",), "short", fields=(_WHY,),
             given=_lacking),
    ),
    deadline=Deadline(30, rule="collection.days"),
    basis="乡镇（村）档案收集移交要求",
    help="村里交来的当面逐份记：缺的、坏的、捆在一起的都写明，打印交接单双方签字；缺的接着催。",
)  # fmt: skip

INTAKE_FLOWS = (RECEPTION, SUPPLEMENT, COLLECTION)
