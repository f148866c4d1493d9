"""Keeps an upload in memory up to the limit, so that no plain copy of it ever reaches the disk."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from yuemian.intake.container import Limits


class MemoryUpload(FileUploadHandler):
    """Takes one byte more than allowed, then drops the rest: the reader says in words that it is too large."""

    limit = Limits().file_bytes + 1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._buffer = io.BytesIO()

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Whoever announces several times the limit is not read to the end."""
        length = args[2] if len(args) > 2 else kwargs.get("content_length", 0)
        if length > 10 * self.limit:
            raise StopUpload(connection_reset=True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._buffer = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        room = self.limit - self._buffer.tell()
        if room > 0:
            self._buffer.write(raw_data[:room])
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:  # noqa: ARG002
        size = self._buffer.tell()
        self._buffer.seek(0)
        return InMemoryUploadedFile(
            file=self._buffer,
            field_name=self.field_name,
            name=self.file_name or "?",
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
