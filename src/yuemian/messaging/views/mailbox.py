"""The page of the mailbox: where answers come in, whether it is read, and a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission
from yuemian.channels.base import ChannelError
from yuemian.channels.imap import IMAPConfig
from yuemian.messaging.account_form import sentence
from yuemian.messaging.actions.mailbox import record_trial, save_mailbox, switch_mailbox
from yuemian.messaging.mailbox_form import MailboxForm, trouble_of
from yuemian.messaging.mailboxes import open_config, try_out
from yuemian.messaging.models import Mailbox
from yuemian.messaging.wording import MAIL_KINDS
from yuemian.trust.limits import Limit, hit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault

LIMIT: Final = Limit("mailbox-trial", 20, timedelta(hours=1))


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def mailbox(request: SignedInRequest) -> HttpResponse:
    found = Mailbox.objects.visible_to(request.user).select_related("key").first()
    stored = _stored(request, found) if found is not None else None
    form = MailboxForm(request.POST or None, request=request, mailbox=found, stored=stored)
    if request.method == "POST" and form.is_valid() and form.config is not None:
        changed = found or Mailbox()
        form.apply_to(changed)
        save_mailbox(request.user, changed, form.config, fields=form.changed_settings, now=timezone.now())
        messages.success(request, _("Saved. Test it now."))
        return redirect("settings-mailbox")
    context = {
        "form": form,
        "mailbox": found,
        "trouble": trouble_of(found) if found is not None else "",
        "counts": list(_counts(found)) if found is not None else [],
        "organization": request.user.organization,
    }
    return render(request, "messaging/mailbox.html", context, status=422 if form.errors else 200)


@requires(Permission.EDIT_SETTINGS)
@require_POST
def mailbox_switch(request: SignedInRequest) -> HttpResponse:
    found = get_object_or_404(Mailbox.objects.visible_to(request.user))
    is_active = request.POST.get("on") == "1"
    switch_mailbox(request.user, found, is_active=is_active, now=timezone.now())
    if is_active:
        messages.success(request, _("The mailbox is read again, and mails name it."))
    else:
        messages.success(request, _("Switched off: answers go to the recruiter's own address again."))
    return redirect("settings-mailbox")


@detached
@requires(Permission.EDIT_SETTINGS)
@require_POST
def mailbox_trial(request: SignedInRequest) -> HttpResponse:
    """Sign in and look. The network is waited for outside of any transaction."""
    config: IMAPConfig | None = None
    with acting_in(request.user.organization_id):
        rows = Mailbox.objects.visible_to(request.user).select_related("key")
        found = get_object_or_404(rows)
        if hit(LIMIT, str(request.user.pk), now=timezone.now()):
            messages.error(request, _("Twenty tests an hour are enough; try again later."))
        else:
            config = _stored(request, found)
    if config is not None:
        trouble = try_out(config)
        record_trial(request.user, found.pk, trouble, now=timezone.now())
        _tell(request, trouble)
    return redirect("settings-mailbox")


def _tell(request: SignedInRequest, trouble: ChannelError | None) -> None:
    if trouble is None:
        messages.success(request, _("It works: we are let in, the inbox opens, and both folders are there."))
    else:
        messages.error(request, sentence(trouble))


def _stored(request: SignedInRequest, found: Mailbox) -> IMAPConfig | None:
    try:
        return open_config(found, Vault(request.user.organization_id))
    except (ChannelError, Unreadable):
        messages.error(request, _("The stored settings cannot be read any more; enter them anew."))
        return None


def _counts(found: Mailbox) -> Iterator[tuple[Any, int]]:
    for kind, label in MAIL_KINDS.items():
        yield label, int(found.counts.get(kind, 0))
