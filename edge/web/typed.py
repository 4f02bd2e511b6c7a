"""What was typed into a form: what is too long or missing is said by the field's own name."""

import re
from collections.abc import Mapping
from typing import Any

from litestar.exceptions import ValidationException

from edge.domain.errors import InvalidInput

# No field is meant to be longer; what is sent beyond it is not even counted.
LONGEST_SENT = 100_000
# What the fields of forms that are no flow's are called, by their names there.
NAMES: Mapping[str, str] = {
    "login": "工号",
    "name": "姓名",
    "id_number": "公民身份号码",
    "dossier_class": "档案类别",
    "origin": "从哪里转来",
    "letter": "介绍信编号",
    "number": "档号",
    "unit": "单位名称",
    "shelf": "放在哪里",
    "cover": "档案",
    "place": "架位",
    "borrower": "借阅人",
    "due": "应还日期",
    "until": "应还日期",
    "pages": "页数",
    "purpose": "用途",
    "reason": "原因",
    "asker_name": "来办的人",
    "asker_id": "来办的人的证件号码",
    "value": "记载的内容",
    "words": "原文",
    "page": "第几页",
    "category": "类号",
    "title": "材料名称",
    "formed_on": "形成日期",
    "note": "说明",
}
_LONG, _SHORT = re.compile(r"of length <= (\d+)"), re.compile(r"of length >= [1-9]")
_MISSING, _NUMBER = re.compile(r"required field `(\w+)`"), re.compile(r"Expected `int`")


def typed(text: object, label: str, limit: int) -> str:
    """Give what was typed without what surrounds it; InvalidInput `matter.field_long`."""
    said = str(text or "").strip().replace("\r\n", "\n")
    if len(said) > limit:
        raise InvalidInput("matter.field_long", label=label, limit=limit, length=len(said))
    return said


def all_typed(sent: Mapping[str, Any]) -> dict[str, str]:
    """Everything of a form as text, as it was typed."""
    return {name: str(value)[:LONGEST_SENT].replace("\r\n", "\n") for name, value in sent.items()}


def refusal_of(error: ValidationException) -> InvalidInput | None:
    """What the framework found wrong with one field, where we know what it is called."""
    for each in error.extra if isinstance(error.extra, list) else []:
        said, key = str(each.get("message", "")), str(each.get("key", "")).rpartition(".")[2]
        missing, long = _MISSING.search(said), _LONG.search(said)
        label = NAMES.get(missing[1] if missing else key)
        if label is None:
            continue
        if long:
            return InvalidInput("web.too_long", label=label, limit=int(long[1]))
        if missing or _SHORT.search(said):
            return InvalidInput("matter.field_missing", label=label)
        if _NUMBER.search(said):
            return InvalidInput("matter.field_number", label=label)
    return None
