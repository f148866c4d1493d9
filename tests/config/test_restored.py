"""The commands for restored data ask before they change anything, in Chinese and English."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from yuemian.config.cli.restored import hold, rehearse


@pytest.mark.parametrize("command", [hold, rehearse])
@pytest.mark.parametrize("said", ["", "n\n", "否\n"])
def test_whoever_does_not_agree_changes_nothing_and_reads_so(
    command: Callable[[list[str]], int],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    assert command([]) == 1
    text = capsys.readouterr().out
    assert text.count("[y/N]") == 1
    assert "？[y/N]" in text or "。[y/N]" in text
    assert text.endswith("Nothing was changed. 未作任何更改。\n")
