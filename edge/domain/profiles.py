"""What a dossier must hold (必备材料), by what its person is: warnings, never a reason to refuse.

The lists differ from place to place, so the county may lay down its own by rules
`profile.<name>`, in the same writing: 类号 名称／别名；类号 名称 …
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

RULE = "profile."
# DOMAIN.md 2; 112号; cadres' practice. A title counts that contains one of the names.
BUILT_IN: Mapping[str, str] = {
    "毕业生": "4-1 毕业生登记表；4-1 成绩／学籍；4-1 学位／毕业证",
    "职工": "9-2 招工／录用／聘用／劳动合同；9-1 工资；3 考核／鉴定；9-2 解除／终止",
    "党员": "6 入党志愿书；6 入党申请；6 转正",
    "职称": "4-2 评审表／资格",
    "退休": "9-2 退休审批；9-2 招工／录用；9-1 工资",
    "失业": "9-2 解除／终止；10 失业登记",
}
_ITEM = re.compile(r"\s*(\S+)\s+(.+?)\s*")
_PARTY = re.compile(r"党员")


@dataclass(frozen=True, slots=True)
class Required:
    """One material that is wanted: its category, and names of which a title contains one."""

    category: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in a list of what is missing."""
        return "／".join(self.names)

    def met_by(self, title: str) -> bool:
        """Say whether a material of this title is what is wanted."""
        return any(name in title for name in self.names)


def profiles(laid_down: Mapping[str, str]) -> dict[str, tuple[Required, ...]]:
    """Every profile by name, the county's own instead of the built-in of the same name."""
    own = {
        name.removeprefix(RULE): text for name, text in laid_down.items() if name.startswith(RULE)
    }
    read = {name: read_profile(text) for name, text in {**BUILT_IN, **own}.items()}
    return {name: required for name, required in read.items() if required}


def read_profile(text: str) -> tuple[Required, ...]:
    """Read one profile; what makes no sense in it is left out."""
    items = (_ITEM.fullmatch(part) for part in re.split("[；;]", text))
    return tuple(
        Required(item[1], tuple(name for name in re.split("[／/]", item[2]) if name))
        for item in items
        if item is not None
    )


def profiles_for(dossier_class: str, politics: str, titles: Iterable[str]) -> tuple[str, ...]:
    """Name the profiles that apply to a person, by class, politics, and what the dossier holds."""
    held = tuple(titles)
    names = [dossier_class] if dossier_class in ("退休", "失业") else []
    if any("毕业" in title or "学籍" in title for title in held):
        names.append("毕业生")
    if dossier_class == "流动" and any("招工" in each or "录用" in each for each in held):
        names.append("职工")
    if _PARTY.search(politics):
        names.append("党员")
    if any("评审" in title or "职称" in title for title in held):
        names.append("职称")
    return tuple(names or ["毕业生"])


def missing_of(required: Collection[Required], titles: Collection[str]) -> tuple[Required, ...]:
    """List what is wanted and not held, each once."""
    lacking = dict.fromkeys(
        each for each in required if not any(each.met_by(title) for title in titles)
    )
    return tuple(lacking)
