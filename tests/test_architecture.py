"""The house keeps its shape: where imports point, how long files are, what things are called."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("edge", "sync", "devices", "kiosk_ui", "provisioning")
LONGEST = 400
# What a module (the longest name that fits) may import of ours, its own package aside.
ALLOWED: dict[str, tuple[str, ...]] = {
    "edge": (),
    "edge.domain": (),
    "edge.settings": ("edge.domain",),
    "edge.supervise": ("edge.domain",),
    "edge.store": ("edge.domain",),
    "edge.imaging": ("edge.domain",),
    "edge.documents": ("edge.domain",),
    "edge.workflows": ("edge.domain", "edge.store", "edge.documents", "edge.imaging"),
    "edge.web": (
        "edge.domain", "edge.store", "edge.workflows", "edge.documents", "edge.imaging",
        "edge.settings", "kiosk_ui", "devices.driver",
    ),
    # The two files of the box's composition root.
    "edge.box": ("edge", "sync", "devices", "kiosk_ui"),
    "edge.wiring": ("edge", "devices"),
    "devices": ("edge.domain",),
    "sync": ("edge.domain", "edge.store"),
    "sync.hub": ("edge", "sync", "kiosk_ui"),
    "kiosk_ui": (),
    "provisioning": ("edge", "sync", "devices", "kiosk_ui"),
}  # fmt: skip
# Doors that stay shut though the rules above would open them.
SHUT: dict[str, tuple[str, ...]] = {
    "sync": ("sync.hub",),
    "sync.hub": ("edge.box", "edge.wiring", "devices"),
    "edge.wiring": ("edge.box",),
    "edge.box": ("sync.hub",),
}
FORBIDDEN = frozenset(
    (
        "manager",
        "helper",
        "util",
        "utils",
        "common",
        "base",
        "handler",
        "data",
        "info",
        "process",
        "service",
    )
)
# Terms of the field in which a forbidden word is the right one.
TERMS = frozenset({"common_name"})
DOCUMENTED = ("edge.domain", "edge.store", "edge.workflows", "sync", "devices")
# Written in parts, so that this file does not hold what it forbids.
MACHINE_PATHS = tuple("/" + place + "/" for place in ("work", "root", "home", "tmp/bash_jobs"))


@dataclass(frozen=True)
class Module:
    """One source file by its dotted name."""

    name: str
    path: Path
    tree: ast.Module


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("the sources are not under git here")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in tracked():
        parts = path.relative_to(ROOT).with_suffix("").parts
        # The binding of cr-sqlite is a package of its own.
        if path.suffix == ".py" and parts[0] in PACKAGES and parts[:2] != ("sync", "crsqlite"):
            name = ".".join(parts).removesuffix(".__init__")
            found.append(Module(name, path, ast.parse(path.read_text("utf-8"))))
    return tuple(found)


@cache
def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def imports(module: Module, typing_only: bool = True) -> Iterator[str]:
    """Name the modules of ours that a module imports."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(module.tree):
        if not typing_only and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped.update(each for line in node.body for each in ast.walk(line))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if ours(each.name))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name} imports relatively"
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                if ours(whole):
                    yield whole if whole in names() else str(node.module)


def ours(name: str) -> bool:
    return name.split(".")[0] in PACKAGES and not within(name, "sync.crsqlite")


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def rule_of(name: str) -> str:
    return max((rule for rule in ALLOWED if within(name, rule)), key=len)


def test_imports_point_downwards_only() -> None:
    wrong = []
    for module in modules():
        rule = rule_of(module.name)
        for named in imports(module):
            allowed = any(within(named, each) for each in (*ALLOWED[rule], rule))
            shut = any(within(named, each) for each in SHUT.get(rule, ()))
            if shut or not allowed:
                wrong.append(f"{module.name} -> {named}")
    assert not wrong


def test_the_rules_name_every_part_of_the_house() -> None:
    parts = {
        ".".join(module.name.split(".")[: 2 if within(module.name, "edge") else 1])
        for module in modules()
    }
    assert parts <= set(ALLOWED)


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        module.name: set(imports(module, typing_only=False)) - {module.name} for module in modules()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_pure_layer_reads_no_clock_no_file_and_no_chance() -> None:
    impure = {"os", "time", "random", "secrets", "sqlite3", "sqlcipher3", "socket", "subprocess",
              "pathlib", "threading", "uuid", "tempfile", "io"}  # fmt: skip
    wrong = []
    for module in modules():
        if not within(module.name, "edge.domain"):
            continue
        for node in ast.walk(module.tree):
            named = []
            if isinstance(node, ast.Import):
                named = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                named = [str(node.module)]
            wrong += [f"{module.name} -> {each}" for each in named if each.split(".")[0] in impure]
    assert not wrong


def test_only_the_owner_of_connections_connects() -> None:
    owner = "edge.store.database"
    wrong = [
        module.name
        for module in modules()
        if module.name != owner and "sqlcipher3" in module.path.read_text("utf-8")
    ]
    assert not wrong


def test_no_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def test_names_say_what_a_thing_is() -> None:
    wrong = []
    for module in modules():
        defined = [
            node.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        wrong += [
            f"{module.name}: {name}"
            for name in (module.path.stem, *defined)
            if name not in TERMS and words(name) & FORBIDDEN
        ]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "forbidden"),
    [("common_town", True), ("DataSheet", True), ("HTTPHandler", True), ("database", False),
     ("processing", False), ("informed", False), ("utility", False)],
)  # fmt: skip
def test_only_whole_words_are_forbidden(name: str, forbidden: bool) -> None:
    assert bool(words(name) & FORBIDDEN) is forbidden


def undocumented(module: Module) -> Iterator[str]:
    if not ast.get_docstring(module.tree):
        yield module.name
    for node in module.tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.name}.{node.name}"


def test_whatever_is_public_says_what_it_is_for() -> None:
    wrong = [
        name
        for module in modules()
        if any(within(module.name, package) for package in DOCUMENTED)
        for name in undocumented(module)
    ]
    assert not wrong


def test_nothing_names_a_path_of_one_machine() -> None:
    wrong = []
    for path in tracked():
        content = path.read_bytes()
        for place in MACHINE_PATHS:
            if re.search(rb"(?<![\w.}/])" + place.encode(), content):
                wrong.append(f"{path.relative_to(ROOT)}: {place}")
    assert not wrong
