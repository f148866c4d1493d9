"""Files in and out: the drop zone with what was uploaded lately, the sample, and the rest that was not imported."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.intake.actions.start import refusal_of, start_import
from yuemian.intake.container import Limits
from yuemian.intake.content import Gone, Safe
from yuemian.intake.models import Import, ImportState
from yuemian.intake.reference_data import NoBranch, reference_for
from yuemian.intake.rest import workbook_of
from yuemian.intake.sample import sample_table
from yuemian.intake.uploads import MemoryUpload
from yuemian.intake.wording import refusal_text

_RECENT = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(Permission.IMPORT)
def index(request: SignedInRequest) -> HttpResponse:
    return _index(request)


def _index(
    request: SignedInRequest, refusal: str = "", file_name: str = "", status: int = 200
) -> HttpResponse:
    recent = (
        Import.objects.visible_to(request.user)
        .exclude(state=ImportState.DISCARDED)
        .select_related("created_by")
        .defer("content_sealed", "edits_sealed", "result_sealed")[:_RECENT]
    )
    context = {
        "recent": [(each, _why(each)) for each in recent],
        "refusal": refusal,
        "file_name": file_name,
        "limit": Limits().file_bytes // (1024 * 1024),
        "max_rows": Limits().rows,
    }
    return render(request, "intake/index.html", context, status=status)


def _why(import_: Import) -> str:
    refusal = refusal_of(import_)
    return refusal_text(refusal) if refusal else ""


# Exempt only until the upload handler is set: the inner view checks the token.
@csrf_exempt
@require_POST
@requires(Permission.IMPORT)
def upload(request: SignedInRequest) -> HttpResponse:
    request.upload_handlers = [MemoryUpload(request)]
    answer: HttpResponse = _receive(request)
    return answer


@csrf_protect
def _receive(request: SignedInRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _index(request, _("Choose a file first."), status=422)
    try:
        import_ = start_import(request.user, file.name or "", file.read(), now=timezone.now())
    except NoBranch:
        return _index(
            request,
            _("Create a branch in the settings first; times and phone numbers depend on it."),
            status=422,
        )
    if import_.state == ImportState.REFUSED:
        return _index(request, _why(import_), import_.file_name, status=422)
    return HttpResponseRedirect(reverse("import", args=[import_.pk]))


@require_safe
@requires(Permission.IMPORT)
def sample(request: SignedInRequest) -> HttpResponse:
    try:
        table = sample_table(reference_for(request.user, timezone.now()))
    except NoBranch:
        return HttpResponseRedirect(reverse("imports"))
    return _spreadsheet(workbook_of(table, _("Interviews")), _("Interviews to import"))


@require_safe
@requires(Permission.IMPORT)
def rest(request: SignedInRequest, import_id: str) -> HttpResponse:
    """Rows that were not imported: after the import only they are kept."""
    import_ = get_object_or_404(
        Import.objects.visible_to(request.user), pk=import_id, state=ImportState.IMPORTED
    )
    try:
        table = Safe(import_).table()
    except Gone:
        return HttpResponseRedirect(reverse("import", args=[import_.pk]))
    name = import_.file_name.rpartition(".")[0] or import_.file_name
    title = _("Not imported")
    return _spreadsheet(workbook_of(table, title), f"{name} – {title.lower()}")


def _spreadsheet(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_XLSX)
    # Percent-encoded only: nothing in a file's name can end or add a header.
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    return response
