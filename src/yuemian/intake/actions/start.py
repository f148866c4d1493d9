"""Take in a file, read it and check it: at once when it is small, else outside the request."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import PurePath
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from yuemian.accounts.models import User
from yuemian.domain.cell_text import without_invisible
from yuemian.intake.checking import CheckedSheet, Progress, judged, read_sheet
from yuemian.intake.choices import Choices
from yuemian.intake.container import Limits
from yuemian.intake.content import Safe
from yuemian.intake.models import Import, ImportState
from yuemian.intake.reader import read_bytes
from yuemian.intake.reference_data import reference_for, remembered_mapping, with_people
from yuemian.intake.refusal import Refusal, UnreadableFile
from yuemian.intake.table import Table
from yuemian.intake.tasks import Runner, run_in_thread
from yuemian.trust import audit
from yuemian.trust.live import announce
from yuemian.trust.tenancy import acting_in

TOPIC = "imports"
#: About a thousand rows: read and checked well within a second.
INLINE_BYTES = 100_000
_ANNOUNCE_EVERY = 0.7


class NotOpen(Exception):  # noqa: N818
    """This import is finished or still being checked; open its page to see what came of it."""


def start_import(
    user: User,
    file_name: str,
    data: bytes,
    *,
    now: datetime,
    run: Runner | None = run_in_thread,
    sheet: str = "",
) -> Import:
    """Keep the file and check it: refused, checked, or (large, unless `run` is None) still in `checking`.

    `sheet` names the one to read of a workbook; else it is the first with a header.
    """
    with transaction.atomic():
        import_ = Import(
            organization_id=user.organization_id,
            file_name=shown_name(file_name),
            file_hash=hashlib.sha256(data).digest(),
            size=len(data),
            state=ImportState.CHECKING,
            created_by=user,
            touched_at=now,
        )
        is_large = len(data) > INLINE_BYTES
        if run is not None and is_large and len(data) <= Limits().file_bytes:
            Safe(import_).put_file(data)
        if sheet:
            Safe(import_).put_choices(Choices(sheet=sheet))
        import_.save(force_insert=True)
        audit.record(
            user.organization_id, user.actor, "import.started", at=now, subject=("import", import_.pk),
            file=import_.file_hash.hex(), bytes=len(data),
        )  # fmt: skip
        if run is None or import_.content_sealed is None:
            _check_at_once(user, import_, data, now=now)
        else:
            _check_later(user, import_, run)
        announce(user.organization_id, TOPIC, id=import_.pk)
    return import_


def read_other_sheet(
    user: User, import_id: UUID, sheet: str, *, now: datetime, run: Runner | None = run_in_thread
) -> Import:
    """Check another sheet of the same workbook, as an import of its own. Raises NotOpen, Gone."""
    import_ = Import.objects.visible_to(user).get(pk=import_id)
    if import_.state != ImportState.CHECKED:
        raise NotOpen(NotOpen.__doc__)
    safe = Safe(import_)
    file = PurePath(import_.file_name)
    stem = file.stem.removesuffix(f" · {safe.choices().sheet}")
    return start_import(
        user, f"{stem} · {sheet}{file.suffix}", safe.workbook(), now=now, run=run, sheet=sheet
    )


def shown_name(name: str) -> str:
    """The file's name without folders and without what cannot be seen."""
    text = unicodedata.normalize("NFC", without_invisible(name)).replace("\\", "/").rpartition("/")[2]
    return " ".join(text.split())[:200] or "?"


def earlier_with_same_file(user: User, import_: Import) -> Import | None:
    """The newest other import of the very same bytes that came to something, or still may."""
    return (
        Import.objects.visible_to(user)
        .filter(
            file_hash=import_.file_hash,
            created_at__lt=import_.created_at,
            state__in=[ImportState.CHECKED, ImportState.IMPORTED],
        )
        .defer("content_sealed", "edits_sealed", "result_sealed")
        .first()
    )


def check_again(user: User, import_id: UUID, *, now: datetime, run: Runner = run_in_thread) -> Import:
    """Begin anew from the stored content: after a crash, or to forget all decisions."""
    with transaction.atomic():
        import_ = Import.objects.visible_to(user).select_for_update().get(pk=import_id)
        if import_.state != ImportState.CHECKED and not import_.has_stalled(now):
            raise NotOpen(NotOpen.__doc__)
        import_.state, import_.touched_at, import_.rows_done = ImportState.CHECKING, now, 0
        sheet = Safe(import_).choices().sheet
        import_.edits_sealed = None
        if sheet:
            Safe(import_).put_choices(Choices(sheet=sheet))
        import_.revision += 1
        import_.save()
        if import_.size <= INLINE_BYTES:
            _check_at_once(user, import_, Safe(import_).file_or_table(), now=now)
        else:
            _check_later(user, import_, run)
    return import_


def whole_check(
    user: User, table: Table, choices: Choices, *, now: datetime, on_progress: Progress
) -> CheckedSheet:
    """Read and judge every row against the organization as it is now."""
    reference = reference_for(user, now)
    remembered = remembered_mapping(user, table)
    sheet = read_sheet(table, reference, choices, remembered=remembered, on_progress=on_progress)
    return judged(sheet, with_people(reference, user, sheet), choices)


def keep_check(import_: Import, sheet: CheckedSheet) -> None:
    """Store what the check found; the import now waits for decisions."""
    Safe(import_).put_sheet(sheet)
    import_.counts = {str(state): count for state, count in sheet.counts.items()}
    import_.rows_total = import_.rows_done = len(sheet.rows)
    import_.state = ImportState.CHECKED
    import_.save()


def _check_at_once(user: User, import_: Import, content: bytes | Table, *, now: datetime) -> None:
    safe = Safe(import_)
    try:
        table = _read(content, safe.choices().sheet, came_at=now) if isinstance(content, bytes) else content
    except UnreadableFile as refusal:
        _refuse(import_, refusal, now)
        return
    if isinstance(content, bytes):
        safe.put_table(table, content if table.other_sheets else b"")
    keep_check(import_, whole_check(user, table, Choices(), now=now, on_progress=_nothing))


def _read(
    data: bytes, sheet: str, *, came_at: datetime, on_row: Callable[[int], None] = lambda _: None
) -> Table:
    return replace(read_bytes(data, sheet=sheet or None, on_row=on_row), came_at=came_at)


def _nothing(_done: int, _total: int) -> None:
    """A small file is checked before anybody could look."""


def _refuse(import_: Import, refusal: UnreadableFile, now: datetime) -> None:
    import_.state = ImportState.REFUSED
    import_.refusal, import_.refusal_params = str(refusal.code), dict(refusal.params)
    import_.content_sealed = import_.result_sealed = None
    import_.finished_at = now
    import_.save()


def refusal_of(import_: Import) -> UnreadableFile | None:
    """Why the file was refused, for its sentence."""
    if not import_.refusal:
        return None
    return UnreadableFile(Refusal(import_.refusal), **import_.refusal_params)


def _check_later(user: User, import_: Import, run: Runner) -> None:
    work = partial(check_stored, user.organization_id, user.pk, import_.pk)
    transaction.on_commit(lambda: run(import_.pk, work))


def check_stored(organization_id: UUID, user_id: UUID, import_id: UUID) -> None:
    """Read and check the stored content, in short transactions so that its progress is seen."""
    with acting_in(organization_id):
        user = User.objects.select_related("organization", "branch").get(pk=user_id)
        import_ = Import.objects.get(pk=import_id)
        if import_.state != ImportState.CHECKING:
            return
        content, sheet_name = Safe(import_).file_or_table(), Safe(import_).choices().sheet
    progress = _announcer(organization_id, import_id)
    try:
        table = (
            _read(content, sheet_name, came_at=import_.created_at, on_row=lambda done: progress(done, 0))
            if isinstance(content, bytes)
            else content
        )
    except UnreadableFile as refusal:
        _finish(import_, partial(_refuse, refusal=refusal, now=timezone.now()))
        return
    with acting_in(organization_id):
        reference, remembered = reference_for(user, timezone.now()), remembered_mapping(user, table)
    sheet = read_sheet(table, reference, Choices(), remembered=remembered, on_progress=progress)
    with acting_in(organization_id):
        known = with_people(reference, user, sheet)
    sheet = judged(sheet, known, Choices())

    def keep(fresh: Import) -> None:
        if isinstance(content, bytes):
            Safe(fresh).put_table(table, content if table.other_sheets else b"")
        keep_check(fresh, sheet)

    _finish(import_, keep)


def _finish(import_: Import, settle: Callable[[Import], None]) -> None:
    """Unless somebody discarded the import, or began its check anew, in the meantime."""
    with acting_in(import_.organization_id):
        fresh = Import.objects.select_for_update().get(pk=import_.pk)
        if fresh.state == ImportState.CHECKING and fresh.revision == import_.revision:
            settle(fresh)
            announce(import_.organization_id, TOPIC, id=import_.pk)


def _announcer(organization_id: UUID, import_id: UUID) -> Progress:
    """Writes how far the check is, at most every so often; total 0: still reading the file."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _ANNOUNCE_EVERY:
            return
        last = time.monotonic()
        with acting_in(organization_id):
            Import.objects.filter(pk=import_id, state=ImportState.CHECKING).update(
                rows_done=done, rows_total=total, touched_at=timezone.now()
            )
            announce(organization_id, TOPIC, id=import_id)

    return progress
