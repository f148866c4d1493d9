"""One import: its page in every state, and the steps that end it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.intake.actions.confirm import Outdated, confirm, discard, refresh
from yuemian.intake.actions.start import NotOpen, check_again, read_other_sheet
from yuemian.intake.content import Gone
from yuemian.intake.models import ImportState
from yuemian.intake.views.answering import context_of, found, sentence
from yuemian.interviews.actions.choose import choose


@require_safe
@requires(Permission.IMPORT)
def show(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    context = context_of(request, found(request, import_id))
    if request.headers.get("HX-Target") == "check":
        return render(request, "intake/parts/check.html", context)
    return render(request, "intake/import.html", context)


@require_POST
@requires(Permission.IMPORT)
def press(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Import the good rows."""
    import_ = found(request, import_id)
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    now = timezone.now()
    try:
        outcome = confirm(request.user, import_.pk, revision=revision, now=now)
    except Outdated as problem:
        refresh(request.user, import_.pk, now=now)
        messages.warning(request, sentence(problem))
    except (NotOpen, Gone) as problem:
        messages.warning(request, sentence(problem))
    else:
        if outcome.is_new:
            count = outcome.import_.created
            text = ngettext("%(count)s interview imported.", "%(count)s interviews imported.", count)
            messages.success(request, text % {"count": count})
    return HttpResponseRedirect(reverse("import", args=[import_.pk]))


@require_POST
@requires(Permission.IMPORT)
def sheet(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Go on to another sheet of the same workbook; this one stays as it is."""
    import_ = found(request, import_id)
    try:
        import_ = read_other_sheet(
            request.user, import_.pk, request.POST.get("sheet", ""), now=timezone.now()
        )
    except (NotOpen, Gone) as problem:
        messages.warning(request, sentence(problem))
    return HttpResponseRedirect(reverse("import", args=[import_.pk]))


@require_POST
@requires(Permission.IMPORT)
def again(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Check the stored file anew, without the decisions made so far."""
    import_ = found(request, import_id)
    try:
        check_again(request.user, import_.pk, now=timezone.now())
    except (NotOpen, Gone) as problem:
        messages.warning(request, sentence(problem))
    return HttpResponseRedirect(reverse("import", args=[import_.pk]))


@require_POST
@requires(Permission.IMPORT)
def throw_away(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Forget the file, or after an import the rows that were kept."""
    import_ = discard(request.user, found(request, import_id).pk, now=timezone.now())
    if import_.state == ImportState.IMPORTED:
        messages.success(request, _("The rows that were left behind are deleted."))
        return HttpResponseRedirect(reverse("import", args=[import_.pk]))
    messages.success(request, _("The file is forgotten; nothing was imported."))
    return HttpResponseRedirect(reverse("imports"))


@require_POST
@requires(Permission.SEND)
def invite(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Go on to the send page with exactly the interviews of this import."""
    import_ = found(request, import_id)
    if not import_.interview_ids:
        return HttpResponseRedirect(reverse("interviews"))
    batch = choose(request.user, import_.interview_ids, now=timezone.now())
    return HttpResponseRedirect(reverse("send-draft", args=[batch.pk]))
