"""Files and functions stay small enough to be read at once (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

SOURCE = Path(__file__).resolve().parents[2] / "src" / "yuemian"
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
FORBIDDEN = {"utils", "helpers", "common", "misc", "managers", "services"}


def modules() -> Iterator[Path]:
    yield from (path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def functions() -> Iterator[tuple[str, int]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield f"{path.relative_to(SOURCE)}:{node.name}", node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_it_may_be() -> None:
    long = {
        str(path): n for path in modules() if (n := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
    assert median(lengths.values()) <= 10
    assert quantiles(lengths.values(), n=20)[18] <= 35


def test_every_module_says_its_purpose_in_its_first_line() -> None:
    silent = [str(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert not silent


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [str(path) for path in modules() if path.stem in FORBIDDEN or path.parent.name in FORBIDDEN]


def test_only_actions_and_the_engine_open_transactions() -> None:
    allowed = (
        "actions",
        "engine",
        "tasks",
        "trust",
        "migrations",
        "portal",
        "middleware.py",
        "demo.py",
        "founding.py",
    )
    found = [
        str(path.relative_to(SOURCE))
        for path in modules()
        if "transaction.atomic" in path.read_text("utf-8") and not any(word in str(path) for word in allowed)
    ]
    assert not found
