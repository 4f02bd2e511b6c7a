"""Screens beside the matters on the list of all business, by the group that they stand in."""

from dataclasses import dataclass

from edge.domain.access import Right


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its address, group, name and words, and the right that it takes."""

    address: str
    group: str
    name: str
    words: str
    right: Right = Right.READ


SCREENS = (
    Screen("/line", "整理和数字化", "数字化加工线", "每道工序扫条码，看哪里等着几份"),
    Screen("/gaps", "整理和数字化", "缺件清单", "一份一份看，哪些材料没有"),
    Screen("/places", "库房和登记", "放到架上", "扫档案，再扫架位，就放好了。", Right.FILE),
    Screen("/places/labels", "库房和登记", "架位标签", "架上每个位一张，扫了就认得。", Right.ROOM),
    Screen("/storage", "库房和登记", "库房占用", "每间库房放了多少，什么时候会满。"),
    Screen("/standards", "人员和制度", "标准体系表", "工作依据的法规和标准，可以打印。"),
    Screen("/figures", "统计", "数字和利用", "今年收了多少、用了多少，逐月看。"),
    Screen("/evidence", "统计", "达标定级", "检查要的材料，按项列好、打印、装盘。"),
)
