"""The checklist of features: which test shows which row. `python -m tests.checklist` writes it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "checklist.md"
_LINE = re.compile(r"\| (\d{3}-\d{2}) \| (.+?) \| (.+?) \| (\w+) \| (.*?) ?\|")


@dataclass(frozen=True, slots=True)
class Row:
    """One feature: `screen` is where it is, `owner` is town where the counter does it, `shown`
    names the tests.
    """

    id: str
    feature: str
    screen: str
    owner: str
    shown: str


def rows() -> list[Row]:
    """Read the table."""
    found = (_LINE.fullmatch(line) for line in TABLE.read_text("utf-8").splitlines())
    return [Row(*line.groups()) for line in found if line]


def marked() -> dict[str, list[str]]:
    """Name the tests that bear each row, by the marks in their sources."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT / "tests")
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for row in _rows_of(node):
                    found[row].append(f"`{place}::{node.name}`")
    return found


def written() -> str:
    """The table with its last column as the marks have it."""
    shown = marked()
    lines = []
    for line in TABLE.read_text("utf-8").splitlines():
        row = _LINE.fullmatch(line)
        if row:
            told = " | ".join(row.groups()[:-1])
            line = f"| {told} | {'<br>'.join(shown[row[1]])} |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _rows_of(node: ast.FunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.checklist":
            yield from (str(ast.literal_eval(each)) for each in mark.args)


if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
