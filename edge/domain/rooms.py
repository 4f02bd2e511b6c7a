"""Storage rooms as the rules want them: their types, the eight protections, the three separations.

Lists of protections vary between rules (八防, 十防, 13号令), so the county may set another by the
rule `inspection.points`; types of rooms are those that townships really run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.domain.errors import InvalidInput

ROOM_KINDS = (
    "失业托管", "退休", "医保", "回乡大学生", "考工", "企业参保", "机关参保", "居民保险", "绩效",
    "干部", "综合",
)  # fmt: skip
SEPARATIONS = ("库房与办公室分开", "库房与阅览室分开", "办公室与阅览室分开")
# 八防, as most rules for archives of this field list them.
PROTECTIONS = ("防盗", "防光", "防高温", "防火", "防潮", "防尘", "防鼠", "防虫")
POINTS_RULE = "inspection.points"
GOOD, BAD, NOT_HERE = "合格", "有问题", "不适用"
VERDICTS = (GOOD, BAD, NOT_HERE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one point of a round; `note` says what is wrong."""

    point: str
    verdict: str
    note: str = ""


def lies_within(place: str, prefix: str) -> bool:
    """Say whether a place lies in the room whose places begin so: 1库 holds 1库2列, 1 not 12库.

    Nothing lies in a room that has no prefix, and a place that is not told lies nowhere.
    """
    if not prefix or not place.startswith(prefix):
        return False
    following = place[len(prefix) : len(prefix) + 1]
    return not (prefix[-1].isdigit() and following.isdigit())


def points_of(rules: Mapping[str, str]) -> tuple[str, ...]:
    """The points of a round: the county's, parted by commas, or the eight protections."""
    laid_down = rules.get(POINTS_RULE, "").replace("，", ",").split(",")
    return tuple(dict.fromkeys(each.strip() for each in laid_down if each.strip())) or PROTECTIONS


def written(findings: Sequence[Finding]) -> str:
    """Write findings as they stand on record, one a line."""
    return "\n".join("：".join(part for part in (f.point, f.verdict, f.note) if part)
                     for f in findings)  # fmt: skip


def read_findings(text: str, points: Sequence[str]) -> list[Finding]:
    """Read findings; every point must be answered, in words or by what does not apply.

    Raises InvalidInput `inspection.unanswered` (point), `inspection.unread` (text),
    `inspection.what_is_wrong` (point).
    """
    found: dict[str, Finding] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        point, verdict, note = [*line.replace(":", "：").split("：", 2), "", ""][:3]
        if point not in points or verdict not in VERDICTS:
            raise InvalidInput("inspection.unread", text=line)
        if verdict == BAD and not note.strip():
            raise InvalidInput("inspection.what_is_wrong", point=point)
        found[point] = Finding(point, verdict, note.strip())
    for point in points:
        if point not in found:
            raise InvalidInput("inspection.unanswered", point=point)
    return [found[point] for point in points]
