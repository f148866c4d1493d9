"""Reads .csv and .tsv: which delimiter, which rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable

from yuemian.intake.container import Limits
from yuemian.intake.letters import SAMPLE, decode
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import FileKind, SheetRow, Table

# The last is a comma too, typed on a Chinese keyboard.
_DELIMITERS = (",", "\t", ";", "|", "，")
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read_text_table(data: bytes, limits: Limits, on_row: Callable[[int], None]) -> Table:
    """Reads delimited text."""
    letters = decode(data)
    delimiter, text = _delimiter(letters.text)
    rows: list[SheetRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                rows.append(SheetRow(number, tuple(cell or None for cell in cells[: limits.columns])))
                on_row(len(rows))
            if len(rows) > limits.rows:
                raise UnreadableFile(Refusal.TOO_MANY_ROWS, limit=str(limits.rows))
    except csv.Error as error:
        raise UnreadableFile(Refusal.BROKEN_QUOTES, line=str(reader.line_num)) from error
    if not rows:
        raise UnreadableFile(Refusal.EMPTY)
    return Table(
        FileKind.TEXT,
        tuple(rows),
        delimiter=delimiter,
        encoding=letters.encoding,
        other_encodings=letters.others,
        is_encoding_doubtful=letters.is_doubtful,
    )


def _delimiter(text: str) -> tuple[str, str]:
    """The mark that splits most lines into the same number of columns, at least two."""
    if match := _SEP_LINE.match(text):
        return match[1], text[match.end() :]
    lines = text[:SAMPLE].splitlines(keepends=True)[:60]
    return max(_DELIMITERS, key=lambda each: _consistency(lines, each)), text


def _consistency(lines: list[str], delimiter: str) -> float:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, count = max(Counter(widths).items(), key=lambda each: (each[1] * (each[0] > 1), each[0]))
    return 0.0 if width < 2 else count / len(widths) + min(width, 30) / 100
