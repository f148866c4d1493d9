"""Decisions about a checked sheet, each a small form of its own."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.header_words import Field
from yuemian.intake.actions.decide import (
    accept_repairs,
    choose_dates,
    choose_encoding,
    choose_meaning,
    confirm_shared,
    edit_row,
    leave_out,
    leave_out_called_off,
    map_text,
    same_person,
    set_mapping,
)
from yuemian.intake.content import Safe
from yuemian.intake.models import Import, ImportState
from yuemian.intake.page import CheckPage
from yuemian.intake.reference_data import reference_for
from yuemian.intake.views.answering import decided, found
from yuemian.intake.views.editing import EDITED, edited_fields

_FIELDS = set(Field)


@require_POST
@requires(Permission.IMPORT)
def mapping(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Columns get other fields; a select that was not touched changes nothing."""
    columns: dict[int, Field | None] = {}
    for name in request.POST:
        value = request.POST.get(name, "")
        index = name.removeprefix("column-")
        is_column = name.startswith("column-") and index.isascii() and index.isdigit() and len(index) < 5
        if is_column and value != request.POST.get(f"was-{index}") and (value in _FIELDS or not value):
            columns[int(index)] = Field(value) if value else None
    return decided(
        request,
        import_id,
        lambda: set_mapping(request.user, import_id, columns, now=timezone.now()),
        _("The columns are read anew.") if columns else "",
    )


@require_POST
@requires(Permission.IMPORT)
def encoding(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """How the letters of a text file are read."""
    name = request.POST.get("encoding", "")
    return decided(
        request,
        import_id,
        lambda: choose_encoding(request.user, import_id, name, now=timezone.now()),
        _("The letters are read anew."),
    )


@require_POST
@requires(Permission.IMPORT)
def accept(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """The repairs of one row, or of all."""
    text = request.POST.get("row", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
    return decided(
        request,
        import_id,
        lambda: accept_repairs(request.user, import_id, number, now=timezone.now()),
        "" if number else _("All repairs accepted."),
        number,
    )


@require_POST
@requires(Permission.IMPORT)
def cell(request: SignedInRequest, import_id: UUID, number: int) -> HttpResponse:
    """Type something else over one cell, or nothing, or choose one of its meanings."""
    found(request, import_id)
    user, now = request.user, timezone.now()
    name, value = request.POST.get("field", ""), request.POST.get("value", "").strip()
    if name not in _FIELDS:
        return HttpResponseBadRequest()
    texts, chosen = {Field(name): value}, request.POST.get("chosen")
    if chosen is not None:
        return decided(
            request,
            import_id,
            lambda: choose_meaning(user, import_id, number, Field(name), chosen, now=now),
            row=number,
        )
    return decided(request, import_id, lambda: edit_row(user, import_id, number, texts, now=now), row=number)


@require_POST
@requires(Permission.IMPORT)
def leave(request: SignedInRequest, import_id: UUID, number: int) -> HttpResponse:
    """Take a row out, or in again."""
    is_out = request.POST.get("out") == "1"
    return decided(
        request,
        import_id,
        lambda: leave_out(request.user, import_id, number, is_out=is_out, now=timezone.now()),
        row=number,
    )


@require_POST
@requires(Permission.IMPORT)
def leave_called_off(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Take out the rows that are struck out, or that a remark calls off."""
    return decided(
        request,
        import_id,
        lambda: leave_out_called_off(request.user, import_id, now=timezone.now()),
        _("What is called off is left out."),
    )


@require_POST
@requires(Permission.IMPORT)
def contact(request: SignedInRequest, import_id: UUID, number: int) -> HttpResponse:
    """Whose contact it is: different people share it, or it is one person of this name."""
    name, now = request.POST.get("name", ""), timezone.now()
    if name:
        return decided(
            request,
            import_id,
            lambda: same_person(request.user, import_id, number, name, now=now),
            row=number,
        )
    return decided(
        request, import_id, lambda: confirm_shared(request.user, import_id, number, now=now), row=number
    )


@require_POST
@requires(Permission.IMPORT)
def dates(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """How all dates that can mean two days are written."""
    position = 1 if request.POST.get("order") == "day" else 0
    return decided(
        request,
        import_id,
        lambda: choose_dates(request.user, import_id, position, now=timezone.now()),
        _("All of these dates are read this way."),
    )


@require_POST
@requires(Permission.IMPORT)
def meaning(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """What an unknown name means, for all rows."""
    found(request, import_id)
    name, text, key = (request.POST.get(each, "") for each in ("field", "text", "key"))
    if name not in _FIELDS or not text:
        return HttpResponseBadRequest()
    return decided(
        request,
        import_id,
        lambda: map_text(request.user, import_id, Field(name), text, key, now=timezone.now()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT)
def row(request: SignedInRequest, import_id: UUID, number: int) -> HttpResponse:
    """All cells of a row to correct: in the drawer, or as a page."""
    import_ = found(request, import_id)
    if import_.state != ImportState.CHECKED:
        raise Http404
    page, checked = _opened(request, import_), None
    checked = page.row(number)
    if checked is None:
        raise Http404
    if request.method == "POST":
        texts: dict[Field, str | None] = {}
        for name in EDITED:
            value, was = request.POST.get(name), request.POST.get(f"was-{name}", "")
            if value is not None and value.strip() != was:
                texts[name] = value.strip()
        if request.POST.get("reset"):
            texts = dict.fromkeys(EDITED)
        return decided(
            request,
            import_id,
            lambda: edit_row(request.user, import_id, number, texts, now=timezone.now()),
            row=number,
        )
    context = {
        "import": import_,
        "number": number,
        "row": checked,
        "fields": edited_fields(page, checked),
        "query": request.GET.urlencode(),
    }
    is_part = request.headers.get("HX-Target") == "drawer-content"
    return render(request, "intake/parts/edit.html" if is_part else "intake/row.html", context)


def _opened(request: SignedInRequest, import_: Import) -> CheckPage:
    safe = Safe(import_)
    return CheckPage(request.user, safe.report(), reference_for(request.user, timezone.now()), safe.choices())
