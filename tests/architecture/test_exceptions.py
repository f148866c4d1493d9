"""An exception must let itself be raised anywhere: on its way through a context manager its traceback is set anew."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "yuemian"


def test_no_exception_is_frozen() -> None:
    frozen = [
        f"{path.relative_to(SOURCE)}:{node.name}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and "Exception" in {ast.unparse(base) for base in node.bases}
        and any("frozen" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert not frozen
