"""The channels page: which accounts carry messages, how they are, and the form that changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.fresh import fresh
from yuemian.accounts.guards import SignedInRequest, detached, requires
from yuemian.accounts.models import Permission
from yuemian.channels.base import ChannelError, Outcome, Provider, Receipt
from yuemian.channels.http_sms import presets
from yuemian.channels.registry import PROVIDERS
from yuemian.channels.smtp import SMTPConfig
from yuemian.domain.states import Channel
from yuemian.messaging import trial
from yuemian.messaging.account_form import AccountForm, sentence
from yuemian.messaging.actions.accounts import (
    AccountNameTaken,
    record_trial,
    renew_callback,
    save_account,
    switch_account,
)
from yuemian.messaging.models import ProviderAccount
from yuemian.messaging.provider_accounts import open_config
from yuemian.messaging.wording import CHANNELS, PROVIDER_NAMES, TROUBLES
from yuemian.trust.limits import hit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Shelf:
    """One channel with its accounts; `own` is the installation's, `why_empty` says why nothing can be added."""

    channel: Channel
    label: Any
    accounts: Sequence[ProviderAccount]
    own: str
    can_add: bool
    why_empty: str


@dataclass(frozen=True)
class Recipe:
    """One way to begin: a provider, and for some a preset."""

    label: Any
    note: str
    query: str


@requires(Permission.EDIT_SETTINGS)
@require_safe
def channel_list(request: SignedInRequest) -> HttpResponse:
    accounts = list(ProviderAccount.objects.visible_to(request.user))
    return render(request, "messaging/channels.html", {"shelves": list(_shelves(accounts))})


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def account_new(request: SignedInRequest) -> HttpResponse:
    """Without a provider in the address: choose one."""
    name = request.GET.get("provider", "")
    if name not in PROVIDERS:
        return render(request, "messaging/account_choose.html", {"recipes": list(_recipes())})
    preset = request.GET.get("preset", "")
    initial = next((each.settings for each in presets() if each.key == preset), {})
    account = ProviderAccount(provider=name, channel=PROVIDERS[name].channel)
    return _edit(request, account, None, initial)


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def account_edit(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    account = _account(request, account_id)
    try:
        stored = open_config(account, Vault(request.user.organization_id))
    except (ChannelError, Unreadable):
        messages.error(
            request, _("The stored settings of this account cannot be read any more; enter them anew.")
        )
        stored = None
    return _edit(request, account, stored, {})


@requires(Permission.EDIT_SETTINGS)
@require_POST
def account_switch(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    account = _account(request, account_id)
    is_active = request.POST.get("on") == "1"
    switch_account(request.user, account, is_active=is_active, now=timezone.now())
    text = (
        _("%(name)s is in use again.")
        if is_active
        else _("%(name)s is switched off; nothing leaves through it.")
    )
    messages.success(request, text % {"name": account.name})
    return redirect("channels")


@requires(Permission.EDIT_SETTINGS)
@require_POST
@fresh
def account_callback(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """A new address for callbacks, shown by this very answer and never again."""
    account = _account(request, account_id)
    if not _provider(account).has_callbacks:
        raise Http404
    url = renew_callback(request.user, account, now=timezone.now())
    return _callback_shown(request, account, url)


@detached
@requires(Permission.EDIT_SETTINGS)
@require_POST
def account_trial(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """A message to oneself. The network is waited for outside of any transaction."""
    now = timezone.now()
    with acting_in(request.user.organization_id):
        account = _account(request, account_id)
        wait = hit(trial.LIMIT, str(request.user.pk), now=now)
        try:
            ready = None if wait else trial.prepare_trial(request.user, account)
        except ChannelError as error:
            messages.error(request, sentence(error))
            ready = None
        except Unreadable:
            messages.error(
                request, _("The stored settings of this account cannot be read any more; enter them anew.")
            )
            ready = None
    if wait:
        messages.error(request, _("Ten tests an hour are enough; try again later."))
    if ready is not None:
        receipt = trial.run_trial(ready)
        record_trial(request.user, account.pk, receipt, now=timezone.now())
        _tell(request, receipt)
    return redirect("channel-account", account_id)


def _edit(
    request: SignedInRequest, account: ProviderAccount, stored: Any, initial: Mapping[str, Any]
) -> HttpResponse:
    is_new = account._state.adding
    own = (
        {} if is_new else {name: getattr(account, name) for name in ("name", "weight", "cost", "per_second")}
    )
    form = AccountForm(
        _provider(account),
        request.POST or None,
        request=request,
        stored=stored,
        initial_config=initial,
        initial=own,
    )
    if request.method == "POST" and form.is_valid():
        form.apply_to(account)
        try:
            url = save_account(
                request.user, account, form.config, fields=form.changed_names, now=timezone.now()
            )
        except AccountNameTaken:
            form.add_error("name", _("Another account has this name; choose a different one."))
        else:
            if url:
                return _callback_shown(request, account, url)
            messages.success(request, _("Saved."))
            return redirect("channel-account", account.pk)
    context = {
        "form": form,
        "account": None if is_new else account,
        "provider_name": PROVIDER_NAMES[account.provider],
        "channel": account.channel,
        "has_callbacks": _provider(account).has_callbacks,
        "organization": request.user.organization,
    }
    return render(request, "messaging/account.html", context, status=422 if form.errors else 200)


def _callback_shown(request: SignedInRequest, account: ProviderAccount, url: str) -> HttpResponse:
    return render(request, "messaging/account_callback.html", {"account": account, "url": url})


def _tell(request: SignedInRequest, receipt: Receipt) -> None:
    detail = TROUBLES.get(receipt.code) or receipt.detail or receipt.code
    if receipt.kind is Outcome.ACCEPTED:
        messages.success(request, _("Accepted: look at your own phone or inbox."))
    elif receipt.kind is Outcome.AMBIGUOUS:
        messages.warning(
            request, _("No clear answer (%(detail)s); it may still arrive.") % {"detail": detail}
        )
    else:
        messages.error(request, _("Not sent: %(detail)s") % {"detail": detail})


def _shelves(accounts: Sequence[ProviderAccount]) -> Iterator[Shelf]:
    mail = SMTPConfig.from_url(settings.SMTP_URL).where if settings.SMTP_URL else ""
    for channel in Channel:
        can_add = any(provider.channel is channel for provider in PROVIDERS.values())
        yield Shelf(
            channel=channel,
            label=CHANNELS[channel],
            accounts=[account for account in accounts if account.channel == channel],
            own=mail if channel is Channel.EMAIL else "",
            can_add=can_add,
            why_empty=_why_empty(channel, can_add=can_add),
        )


def _why_empty(channel: Channel, *, can_add: bool) -> str:
    if channel is Channel.WECHAT:
        return _(
            "WeChat reaches only people who have opened your page in WeChat and subscribed there; nobody can be "
            "written to by a phone number. There is no provider for it yet, so live messages take other channels. "
            "In rehearsal the phone lab shows how it will look."
        )
    return "" if can_add else _("There is no provider for this channel yet.")


def _recipes() -> Iterator[Recipe]:
    is_chinese = (get_language() or "").startswith("zh")
    for preset in presets():
        note = preset.note_zh if is_chinese else preset.note
        yield Recipe(preset.name, note, f"?provider=http_sms&preset={preset.key}")
    yield Recipe(
        _("Another HTTP gateway"),
        _("Describe it yourself: address, fields, answers, receipts."),
        "?provider=http_sms",
    )
    yield Recipe(
        PROVIDER_NAMES["smtp"],
        _("A mail server of your own, beside or instead of the installation's."),
        "?provider=smtp",
    )


def _provider(account: ProviderAccount) -> type[Provider]:
    try:
        return PROVIDERS[account.provider]
    except KeyError:
        raise Http404 from None


def _account(request: SignedInRequest, account_id: UUID) -> ProviderAccount:
    accounts = ProviderAccount.objects.visible_to(request.user).select_related("key")
    return get_object_or_404(accounts, pk=account_id)
