"""What can go wrong with a request, told apart by the one question that matters: was it written?"""

from __future__ import annotations


class HTTPFailure(Exception):  # noqa: N818
    """No usable answer; `code` is a word for tables, the message a sentence without addresses or secrets."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotWritten(HTTPFailure):
    """Not one byte of the request left: it certainly had no effect. `is_settings` when only a person can mend it."""

    def __init__(self, code: str, message: str, *, is_settings: bool = False) -> None:
        super().__init__(code, message)
        self.is_settings = is_settings


class Unclear(HTTPFailure):
    """Writing had begun: the other side may have acted on it, so it is never repeated blindly."""
