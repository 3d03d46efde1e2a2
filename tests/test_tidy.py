"""House rules that reviewers need not look for: import direction, size, purity, one stem in four forms."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from ledger.decision import DECISIONS
from ledger.event import TYPES

ROOT = Path(__file__).parent.parent
PACKAGES = ("ledger", "projections", "cli")
MAY_IMPORT = {"ledger": {"ledger"}, "projections": {"ledger", "projections"}, "cli": set(PACKAGES)}
MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
PURE = (
    "ledger/streams/",
    "ledger/rules/",
    "projections/count/",
    "projections/margin/",
    "ledger/decision.py",
    "ledger/field.py",
    "ledger/event.py",
)
IMPURE_MODULES = {"os", "time", "random", "secrets", "socket", "subprocess", "sqlite3", "psycopg", "pathlib", "sys"}
IMPURE_CALLS = {"now", "today", "utcnow", "open", "print", "input", "urandom", "getenv"}
CLOCK_AND_CHANCE = {"random", "secrets"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

PUBLISH = ROOT / "projections" / "publish"
STANDALONE_LINES_MAX = {  # for strangers: files that import nothing of ours
    PUBLISH / "verify.py": 580,
    PUBLISH / "verify_count.py": 570,
    PUBLISH / "verify_stv.py": 400,
    PUBLISH / "verify_offices.py": 400,
    PUBLISH / "verify_types.py": 300,
}
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path not in STANDALONE_LINES_MAX
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    package = name_of(path).split("/")[0]
    for module in imported(tree_of(path)):
        top = module.split(".")[0]
        assert top not in PACKAGES or top in MAY_IMPORT[package], f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_are_small(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= MODULE_LINES_MAX, f"{lines} lines"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name}: {length} lines"


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith(PURE)], ids=name_of)
def test_decisions_and_counts_are_pure(path: Path) -> None:
    tree = tree_of(path)
    tops = {module.split(".")[0] for module in imported(tree)}
    assert not tops & IMPURE_MODULES
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in IMPURE_CALLS, f"calls {called} at line {node.lineno}"


@pytest.mark.parametrize("path", [p for p in MODULES if not name_of(p).startswith("cli/")], ids=name_of)
def test_only_the_command_line_reads_clock_randomness_and_environment(path: Path) -> None:
    tree = tree_of(path)
    assert not {module.split(".")[0] for module in imported(tree)} & CLOCK_AND_CHANCE
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"environ", "argv", "urandom", "getenv", "utcnow"}, f"line {node.lineno}"


@pytest.mark.parametrize(
    "path", [p for p in MODULES if name_of(p).startswith(("projections/count/", "projections/margin/"))], ids=name_of
)
def test_counts_use_no_floating_point(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"
        assert not (isinstance(node, ast.Name) and node.id == "float"), f"line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_called_after_what_it_is_not(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_swallows_every_exception(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"}
            reraises = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
            assert not broad or reraises, f"line {node.lineno}"


@pytest.mark.parametrize("path", STANDALONE_LINES_MAX, ids=name_of)
def test_the_stand_alone_verifier_is_short_and_imports_only_the_standard_library(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= STANDALONE_LINES_MAX[path]
    handed = {"verify_count.py", "verify_offices.py"}  # for readers and types: it is not imported, but handed over
    beside = {"verify"} if path.name in handed else set()
    assert {module.split(".")[0] for module in imported(tree_of(path))} - beside <= sys.stdlib_module_names


def test_commands_and_decisions_share_a_stem() -> None:
    for verb, entry in DECISIONS.items():
        words = verb.split("-")
        assert entry.command.__name__ == "".join(word.capitalize() for word in words)
        assert entry.decide.__name__ == "_".join(words)


def test_event_types_are_named_after_their_class_and_version() -> None:
    for name, kind in TYPES.items():
        stem, _, version = name.partition(".")
        assert kind.__name__ == "".join(word.capitalize() for word in stem.split("-"))
        assert version == "v1"
        assert kind.__doc__


def test_every_field_of_every_command_says_what_it_is() -> None:
    for entry in DECISIONS.values():
        assert entry.command.__doc__
        for name, field in entry.command.model_fields.items():
            assert field.description, f"{entry.command.__name__}.{name}"
