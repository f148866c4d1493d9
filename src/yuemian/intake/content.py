"""What an import keeps of its file, packed and sealed: the cells, the decisions, the checked rows."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson

from yuemian.domain.reading import NoticeCode
from yuemian.intake.checking import CheckedSheet, RowState
from yuemian.intake.choices import Choices, choices_from_json, choices_to_json
from yuemian.intake.models import Import
from yuemian.intake.report import sheet_from_json, sheet_to_json
from yuemian.intake.table import Table, table_from_json, table_to_json
from yuemian.trust.vault import Vault, organization_key

# The first byte of the content: the file as it came, its cells, or the cells of one sheet before the whole workbook.
_FILE, _TABLE, _WORKBOOK = b"F", b"T", b"W"
_LENGTH = 8


class Gone(Exception):  # noqa: N818
    """The content of this import was removed; upload the file again."""


class Safe:
    """Seals and opens what one organization's imports keep; one per request."""

    def __init__(self, import_: Import) -> None:
        self._import = import_
        self._vault = Vault(import_.organization_id)
        self._key = organization_key(import_.organization_id)

    def put_file(self, data: bytes) -> None:
        """Keeps the file itself until it is read."""
        self._import.content_sealed = self._seal(Import.CONTENT_PLACE, _FILE + data)

    def put_table(self, table: Table, workbook: bytes = b"") -> None:
        """Keeps the cells; the workbook too, if it is given, for the other sheets in it."""
        packed = zlib.compress(orjson.dumps(table_to_json(table)), 1)
        content = _TABLE + packed
        if workbook:
            content = _WORKBOOK + len(packed).to_bytes(_LENGTH) + packed + workbook
        self._import.content_sealed = self._seal(Import.CONTENT_PLACE, content)

    def put_choices(self, choices: Choices) -> None:
        self._import.edits_sealed = self._seal(
            Import.EDITS_PLACE, zlib.compress(orjson.dumps(choices_to_json(choices)), 1)
        )

    def put_sheet(self, sheet: CheckedSheet) -> None:
        data = {**sheet_to_json(sheet), "assumed": _assumed(sheet)}
        packed = zlib.compress(orjson.dumps(data), 1)
        self._import.result_sealed = self._seal(Import.RESULT_PLACE, packed)

    def file_or_table(self) -> bytes | Table:
        """The file's bytes while nobody has read them, else its cells. Raises Gone."""
        content = self._open(Import.CONTENT_PLACE, self._import.content_sealed)
        if content[:1] == _FILE:
            return content[1:]
        packed = _divided(content)[0] if content[:1] == _WORKBOOK else content[1:]
        return table_from_json(orjson.loads(zlib.decompress(packed)))

    def workbook(self) -> bytes:
        """The file whose other sheets were not read. Raises Gone."""
        content = self._open(Import.CONTENT_PLACE, self._import.content_sealed)
        if content[:1] != _WORKBOOK:
            raise Gone(Gone.__doc__)
        return _divided(content)[1]

    def table(self) -> Table:
        found = self.file_or_table()
        if isinstance(found, bytes):
            raise Gone(Gone.__doc__)
        return found

    def choices(self) -> Choices:
        if self._import.edits_sealed is None:
            return Choices()
        packed = self._open(Import.EDITS_PLACE, self._import.edits_sealed)
        return choices_from_json(orjson.loads(zlib.decompress(packed)))

    def report(self) -> Mapping[str, Any]:
        """The checked sheet as plain JSON: a page turns only the rows it shows into objects."""
        packed = self._open(Import.RESULT_PLACE, self._import.result_sealed)
        data: Mapping[str, Any] = orjson.loads(zlib.decompress(packed))
        return data

    def sheet(self) -> CheckedSheet:
        return sheet_from_json(self.report())

    def _seal(self, place: str, plain: bytes) -> bytes:
        return self._vault.seal_bytes(self._key, place, self._import.pk, plain)

    def _open(self, place: str, sealed: bytes | memoryview | None) -> bytes:
        if sealed is None:
            raise Gone(Gone.__doc__)
        return self._vault.open_bytes(self._key, place, self._import.pk, sealed)


def _divided(content: bytes) -> tuple[bytes, bytes]:
    """The packed cells, and the workbook behind them."""
    start = len(_WORKBOOK) + _LENGTH
    end = start + int.from_bytes(content[len(_WORKBOOK) : start])
    return content[start:end], content[end:]


def _assumed(sheet: CheckedSheet) -> list[tuple[str, str, int]]:
    """What is taken where the sheet says nothing: field, value, number of rows. Counted once, shown on every page."""
    found = Counter(
        (str(name), reading.value or "")
        for row in sheet.rows
        if row.state is not RowState.IGNORED
        for name, reading in row.fields.items()
        if any(notice.code is NoticeCode.DEFAULT_USED for notice in reading.notices)
    )
    return [(name, value, count) for (name, value), count in found.most_common()]
