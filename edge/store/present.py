"""Whether the present was computed by the rules of this program; made anew where it was not.

A program that was replaced may know kinds, columns and flows that the older one did not, whose
entries it took in all the same. So beside the present stands a digest of the rules: of the code
of the reducers, and of what each flow says of states and steps.
"""

import ast
import hashlib
import logging
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from edge.domain.errors import ArchiveError
from edge.domain.matters.flow import Flow
from edge.domain.matters.registry import FLOWS
from edge.store.database import Connection, Space
from edge.store.entries import all_entries
from edge.store.projection import rebuild
from edge.store.reducers import matters

log = logging.getLogger(__name__)

# What reducers compute with, their own package aside; a test finds any that is missing here.
RULES = {
    "edge.domain": ("batch", "conflict", "entry", "fold", "pinyin", "query"),
    "edge.domain.matters": ("standing",),
    "edge.store": ("branches", "bulk", "custody", "phrases", "projection"),
}
_REDUCERS, _FLOW = "reducers", "flow:"


def bring_up_to_date(space: Space) -> bool:
    """Make anew what other rules computed, before anybody asks for it; False for nothing done.

    Of flows that changed only their matters are folded again, which is the same in every order.
    Where the disk is full or damaged, the older present serves until the next start.
    """
    rules = _digests()
    try:
        with space.read() as connection:
            marked = dict(connection.execute("select part, digest from computed").fetchall())
        if marked == rules:
            return False
        space.write(lambda connection: _renew(connection, marked, rules))
    except ArchiveError as error:
        log.error("%s is shown as it stands, not computed anew: %s", space.name, error.key)
        return False
    return True


def make_anew(connection: Connection) -> None:
    """Compute the whole present again from the record, and note by which rules."""
    rebuild(connection, all_entries(connection))
    _mark(connection, _digests())


def _digests() -> dict[str, str]:
    """The rules of this program, by what they compute."""
    flows = {_FLOW + code: _digest(repr(list(_told(flow)))) for code, flow in FLOWS.items()}
    return {_REDUCERS: _code(), **flows}


def _renew(connection: Connection, marked: dict[str, str], rules: dict[str, str]) -> None:
    if marked.get(_REDUCERS) != rules[_REDUCERS]:
        if connection.execute("select 1 from entry limit 1").fetchone():
            log.warning("the present is made anew, since this program computes it otherwise")
        make_anew(connection)
        return
    parts = {*marked, *rules} - {_REDUCERS}
    changed = [each for each in sorted(parts) if marked.get(each) != rules.get(each)]
    matters.refold_flows(connection, [each.removeprefix(_FLOW) for each in changed])
    _mark(connection, rules)


def _mark(connection: Connection, rules: dict[str, str]) -> None:
    connection.execute("delete from computed")
    connection.executemany("insert into computed values (?, ?)", rules.items())


def _told(flow: Flow) -> Iterator[tuple[object, ...]]:
    """What of a flow its matters are folded by; words, fields and rights change nothing there."""
    for state in flow.states:
        yield state.code, state.open
    for step in flow.steps:
        yield step.code, step.sources, step.target, step.undoable


@cache
def _code() -> str:
    """The digest of the code that computes the present; comments and docstrings aside."""
    names = [(package, f"{name}.py") for package, those in RULES.items() for name in those]
    reducers = "edge.store.reducers"
    own = (each.name for each in files(reducers).iterdir() if each.name.endswith(".py"))
    names += [(reducers, name) for name in own]
    told = [_bare(files(package).joinpath(name).read_text("utf-8")) for package, name in names]
    told.append(files("edge.domain").joinpath("pinyin.tsv").read_text("utf-8"))
    return _digest("\n".join(sorted(told)))


def _bare(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                del node.body[0]
    return ast.dump(tree)


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
