"""Saved replies and prepared answers: their lists and editors."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.phrase import PLACEHOLDERS_OF_PHRASES
from yuemian.interviews.inbox.forms import FaqForm, SavedReplyForm
from yuemian.messaging.actions.phrases import delete_faq_entry, delete_reply, save_faq_entry, save_reply
from yuemian.messaging.models import FaqEntry, SavedReply
from yuemian.messaging.wording import PLACEHOLDER_LABELS

_ENTRIES_SHOWN = 500


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def replies(request: SignedInRequest) -> HttpResponse:
    rows = SavedReply.objects.visible_to(request.user).order_by("code")
    context = {
        "own": [each for each in rows if each.owner_id],
        "everybodys": [each for each in rows if not each.owner_id],
        "may_edit_content": request.user.may(Permission.EDIT_TEMPLATES),
    }
    return render(request, "interviews/inbox/replies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_INTERVIEWS)
def reply_new(request: SignedInRequest) -> HttpResponse:
    return _edit_reply(request, SavedReply(organization=request.user.organization))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_INTERVIEWS)
def reply_edit(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    return _edit_reply(request, _reply(request.user, reply_id))


@require_POST
@requires(Permission.EDIT_INTERVIEWS)
def reply_delete(request: SignedInRequest, reply_id: UUID) -> HttpResponse:
    delete_reply(request.user, _reply(request.user, reply_id), now=timezone.now())
    messages.success(request, _("Deleted."))
    return HttpResponseRedirect(reverse("saved-replies"), status=303)


def _reply(user: User, reply_id: UUID) -> SavedReply:
    """One's own; everybody's only for those who write templates too."""
    rows = SavedReply.objects.visible_to(user)
    if not user.may(Permission.EDIT_TEMPLATES):
        rows = rows.filter(owner=user)
    return get_object_or_404(rows, pk=reply_id)


def _edit_reply(request: SignedInRequest, reply: SavedReply) -> HttpResponse:
    is_new = reply._state.adding
    form = SavedReplyForm(request.user, request.POST or None, instance=reply)
    if request.method == "POST" and form.is_valid():
        is_own = form.cleaned_data.get("is_own", True)
        save_reply(request.user, form.save(commit=False), is_own=is_own, now=timezone.now())
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("saved-replies"), status=303)
    context = {"form": form, "reply": reply, "is_new": is_new, "placeholders": _placeholders()}
    return render(request, "interviews/inbox/reply.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.EDIT_INTERVIEWS)
def faq(request: SignedInRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:120]
    rows = FaqEntry.objects.visible_to(request.user).select_related("job", "family").order_by("question")
    if text:
        rows = rows.filter(Q(question__icontains=text) | Q(answer__icontains=text))
    context = {
        "entries": rows[:_ENTRIES_SHOWN],
        "search": text,
        "may_edit_content": request.user.may(Permission.EDIT_TEMPLATES),
    }
    return render(request, "interviews/inbox/faq.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def faq_new(request: SignedInRequest) -> HttpResponse:
    return _edit_entry(request, FaqEntry(organization=request.user.organization))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_TEMPLATES)
def faq_edit(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    return _edit_entry(request, get_object_or_404(FaqEntry.objects.visible_to(request.user), pk=entry_id))


@require_POST
@requires(Permission.EDIT_TEMPLATES)
def faq_delete(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    entry = get_object_or_404(FaqEntry.objects.visible_to(request.user), pk=entry_id)
    delete_faq_entry(request.user, entry, now=timezone.now())
    messages.success(request, _("Deleted."))
    return HttpResponseRedirect(reverse("faq"), status=303)


def _edit_entry(request: SignedInRequest, entry: FaqEntry) -> HttpResponse:
    is_new = entry._state.adding
    form = FaqForm(request.user, request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        save_faq_entry(request.user, form.save(commit=False), now=timezone.now())
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("faq"), status=303)
    context = {"form": form, "entry": entry, "is_new": is_new, "placeholders": _placeholders()}
    return render(request, "interviews/inbox/faq_entry.html", context, status=422 if form.errors else 200)


def _placeholders() -> list[tuple[str, object]]:
    return [(name, PLACEHOLDER_LABELS[name]) for name in PLACEHOLDERS_OF_PHRASES]
