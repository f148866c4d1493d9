"""Why a file cannot be read at all, each reason with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Refusal(StrEnum):
    """The reasons; their sentences are in `wording`."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    BOMB = "bomb"
    MACROS = "macros"
    ENCRYPTED = "encrypted"
    LEGACY_XLS = "legacy_xls"
    BINARY_WORKBOOK = "binary_workbook"
    OPEN_DOCUMENT = "open_document"
    OTHER_OFFICE_FILE = "other_office_file"
    PICTURE = "picture"
    PDF = "pdf"
    ARCHIVE = "archive"
    WEB_PAGE = "web_page"
    NOT_A_SPREADSHEET = "not_a_spreadsheet"
    ENTITIES = "entities"
    DAMAGED = "damaged"
    FORMULAS_WITHOUT_RESULT = "formulas_without_result"
    UNKNOWN_ENCODING = "unknown_encoding"
    BROKEN_QUOTES = "broken_quotes"
    NO_SUCH_SHEET = "no_such_sheet"
    NO_VISIBLE_SHEET = "no_visible_sheet"


class UnreadableFile(Exception):  # noqa: N818 - reads as what it is in `except UnreadableFile`
    """The file was refused as a whole; nothing of it was used."""

    def __init__(self, code: Refusal, **params: str) -> None:
        super().__init__(
            f"The file cannot be read ({code}); save it as .xlsx or UTF-8 .csv and upload it again."
        )
        self.code = code
        self.params: Mapping[str, str] = params
