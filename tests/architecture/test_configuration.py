"""Every variable of the environment is described, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Set by our own processes for each other; nobody types them.
INTERNAL = {"YUEMIAN_DATABASE_ROLE", "YUEMIAN_PROCESS", "YUEMIAN_SUPERVISOR", "YUEMIAN_TEST_DATABASE"}


def variables_read() -> set[str]:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src" / "yuemian").rglob("*.py"))
    return set(re.findall(r'"((?:YUEMIAN_[A-Z_]+)|PORT|DATABASE_URL|DATABASE_OWNER_URL)"', code)) - INTERNAL


def test_the_reference_lists_exactly_the_variables_that_are_read() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))
    assert described == variables_read()
