"""From the bytes of an uploaded file to its rows, or to one clear reason why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yuemian.intake.container import Limits, check_size, is_zip, refuse_foreign
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import Table
from yuemian.intake.text_table import read_text_table
from yuemian.intake.workbook import read_workbook

__all__ = ["Limits", "Refusal", "Table", "UnreadableFile", "read_bytes", "read_path"]


def _ignore(_: int) -> None:
    """Nobody wants to know how far the reading is."""


def read_path(path: Path, limits: Limits | None = None) -> Table:
    """Reads a file on disk; never takes more of it into memory than the limit."""
    limits = limits or Limits()
    with path.open("rb") as file:
        return read_bytes(file.read(limits.file_bytes + 1), limits=limits)


def read_bytes(
    data: bytes,
    *,
    sheet: str | None = None,
    limits: Limits | None = None,
    on_row: Callable[[int], None] = _ignore,
) -> Table:
    """Recognises the format by content (a file's name proves nothing) and reads one sheet.

    `on_row` is called with the number of rows read and may raise to cancel. Raises `UnreadableFile`.
    """
    limits = limits or Limits()
    check_size(data, limits)
    refuse_foreign(data)
    table = (
        read_workbook(data, limits, sheet, on_row) if is_zip(data) else read_text_table(data, limits, on_row)
    )
    if not table.rows:
        raise UnreadableFile(Refusal.EMPTY)
    return table
