"""A test message through one account to the person who asks for it: the quickest proof that its settings work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from yuemian.accounts.models import User
from yuemian.channels.base import Message, Outcome, Provider, Receipt
from yuemian.channels.mail import MailForm, ShellTexts, message_id, shell, slots
from yuemian.domain.states import Channel
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import Mailbox, ProviderAccount
from yuemian.messaging.provider_accounts import open_account
from yuemian.trust.identifiers import uuid7
from yuemian.trust.limits import Limit
from yuemian.trust.vault import Vault

LIMIT = Limit("channel-trial", 10, timedelta(hours=1))
#: A page's thread waits no longer; what comes later stays unclear.
PATIENCE = 20.0


@dataclass(frozen=True)
class Trial:
    """Everything the sending needs, so that no transaction is open meanwhile."""

    account_id: UUID
    provider: Provider
    message: Message


def prepare_trial(user: User, account: ProviderAccount) -> Trial:
    """Raises BadAddress when the user has no address on this channel, BadConfig, Unreadable."""
    provider = open_account(account, Vault(user.organization_id))
    channel = Channel(account.channel)
    to = provider.normalise(user.email if channel is Channel.EMAIL else user.phone)
    key = str(uuid7())
    organization = user.organization
    with override(user.locale):
        subject = _("Test of the channel “%(name)s”") % {"name": account.name}
        text = _("This is a test of “%(name)s” by %(organization)s. If you read it, the channel works.") % {
            "name": account.name,
            "organization": organization.name_in(user.locale),
        }
    message = Message(
        delivery_id=key,
        key=key,
        to=to,
        subject=subject,
        text=text,
        locale=user.locale,
        sender=organization.mail_from if channel is Channel.EMAIL else "",
        sender_name=organization.name_in(user.locale) if organization.mail_from else "",
    )
    if channel is Channel.EMAIL:
        message = _as_mail(message, organization.name_in(user.locale))
        # In the name that mails leave in: a server that refuses it says so here, and not to a candidate's invitation.
        mailbox = Mailbox.objects.visible_to(user).filter(is_active=True).first()
        if mailbox is not None:
            message = replace(message, envelope_from=addresses_of(mailbox).bounces_of(UUID(key)))
    return Trial(account.pk, provider, message)


def run_trial(trial: Trial) -> Receipt:
    """Sends and waits. No transaction may be open: the network is slow."""
    return asyncio.run(_run(trial))


async def _run(trial: Trial) -> Receipt:
    try:
        async with asyncio.timeout(PATIENCE):
            (receipt,) = await trial.provider.send([trial.message])
    except TimeoutError:
        receipt = Receipt(Outcome.AMBIGUOUS, code="timeout", detail="No answer came in time.")
    finally:
        await trial.provider.close()
    return receipt


def _as_mail(message: Message, organization: str) -> Message:
    with override(message.locale):
        frame = shell(ShellTexts(organization, _("Open the channels"), "", []), message.locale)
    link = settings.PUBLIC_URL + reverse("channels")
    content = f"<p>{escape(message.text)}</p>"
    filled = slots(
        preheader=message.text, heading=message.subject, content=content, facts="", link=link, after=""
    )
    domain = message.sender.rpartition("@")[2] or "localhost"
    return replace(message, message_id=message_id(message.key, 1, domain), slots=filled, form=MailForm(frame))
