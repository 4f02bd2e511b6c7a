"""The invented county: region codes that no real place bears, towns, units, schools."""

from dataclasses import dataclass

COUNTY_CODE = "330199"
COUNTY_NAME = "青山县"
NEIGHBOUR_CODE = "330198"
PROVINCE_NAME = "浙江"


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the county; `code` has nine digits and begins with the county's."""

    code: str
    name: str
    villages: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def government(self) -> str:
        return f"{COUNTY_NAME}{self.name}人民政府"


TOWNS: tuple[Town, ...] = (
    Town(
        "330199101",
        "柳河镇",
        ("柳湾村", "上河村", "下河村", "桥头村", "杨家埭村", "大塘村", "柳河社区"),
        ("柳河镇粮站", "柳河丝织厂", "柳河镇中心小学", "柳河供销社", "柳河建筑公司", "柳河卫生院"),
    ),
    Town(
        "330199102",
        "石桥镇",
        ("石桥村", "北山村", "前洲村", "后洲村", "樟树下村", "竹口村", "石桥社区"),
        ("石桥农机修造厂", "石桥水泥厂", "石桥镇初级中学", "石桥信用社", "石桥茶场", "石桥林业站"),
    ),
    Town(
        "330199103",
        "云溪镇",
        ("云溪村", "白岩村", "高坪村", "溪口村", "梅坞村", "云溪社区"),
        ("云溪造纸厂", "云溪水电站", "云溪镇中心小学", "云溪供销社", "云溪木器厂"),
    ),
    Town(
        "330199104",
        "东塘镇",
        ("东塘村", "西塘村", "荷叶村", "新埠村", "渔港村", "东塘社区"),
        ("东塘渔业公司", "东塘冷冻厂", "东塘镇中学", "东塘船舶修理厂", "东塘卫生院"),
    ),
)

COUNTY_UNITS = (
    "青山县第一棉纺厂",
    "青山县机械厂",
    "青山县汽车运输公司",
    "青山县邮电局",
    "青山县百货公司",
    "青山县人民医院",
    "青山县自来水厂",
    "青山电子有限公司",
    "青山县恒达纺织有限公司",
)
MIDDLE_SCHOOLS = ("青山县第一中学", "青山县第二中学", "青山县职业中学", "柳河中学", "石桥中学")
COLLEGES = (
    "浙东农林学院",
    "之江师范学院",
    "江南财经学院",
    "浙东工业大学",
    "江南大学堂医学院",
    "之江广播电视大学",
)
MAJORS = (
    "会计学",
    "汉语言文学",
    "机械制造",
    "农业经济管理",
    "护理学",
    "计算机应用",
    "行政管理",
    "工商管理",
    "园艺",
    "电子信息工程",
)


def town_of(code: str) -> Town:
    """The town with this code; raises KeyError for any other."""
    return {town.code: town for town in TOWNS}[code]
