"""Takes one file of a form straight into quarantine: no name of its own, no byte in clear, no more than may be."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from yuemian.domain.onboarding import LARGEST_FILE, Refusal
from yuemian.onboarding.quarantine import Quarantined

FIELD: Final = "file"
#: What is too large is read on for so long, as a browser shows no answer before it has sent everything.
_DRAINED: Final = 64 * 1024 * 1024
#: More than the form's fields and frame ever weigh: a body that is shorter by more than this was cut off.
_FRAME: Final = 32 * 1024


class IntoQuarantine(FileUploadHandler):
    """After parsing: `upload` holds the file, or `refusal` says why there is none."""

    chunk_size = 64 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.upload: Quarantined | None = None
        self.refusal: Refusal | None = None
        self.name = self.declared = ""
        self._received = 0
        self._length = 0

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002
        META: Any,  # noqa: N803, ARG002
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        self._length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.upload is not None or self.refusal is not None:
            raise SkipFile
        self.name, self.declared = self.file_name or "", self.content_type or ""
        try:
            self.upload = Quarantined()
        except OSError:
            self._refuse(Refusal.NO_ROOM)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        self._received += len(raw_data)
        if self._received > _DRAINED:
            self._refuse(Refusal.TOO_LARGE)
            raise StopUpload(connection_reset=True)
        if self.upload is None:
            return None
        if self.upload.size + len(raw_data) > LARGEST_FILE:
            self._refuse(Refusal.TOO_LARGE)
            return None
        try:
            self.upload.write(raw_data)
        except OSError:
            self._refuse(Refusal.NO_ROOM)
        return None

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        if self.upload is None:
            return
        try:
            self.upload.finish()
        except OSError:
            self._refuse(Refusal.NO_ROOM)
            return
        if self._length - self._received > _FRAME:
            self._refuse(Refusal.INTERRUPTED)

    def upload_interrupted(self) -> None:
        self._refuse(self.refusal or Refusal.INTERRUPTED)

    def close(self) -> None:
        if self.upload is not None:
            self.upload.close()
            self.upload = None

    def _refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.close()
