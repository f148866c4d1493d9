"""The usual rounds of interviews in the reader's language."""

from __future__ import annotations

from typing import Final

ROUNDS_EN: Final = {
    "初试": "First interview",
    "复试": "Second interview",
    "终试": "Final interview",
    "笔试": "Written test",
}
ROUNDS_ZH: Final = {english: chinese for chinese, english in ROUNDS_EN.items()}


def round_in(name: str, locale: str) -> str:
    """The usual rounds in the reader's language; any other name stays as HR wrote it."""
    return (ROUNDS_ZH if locale.startswith("zh") else ROUNDS_EN).get(name, name)
