"""One address for all gateways' callbacks: the secret in it names the account, the provider checks the signature."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import public
from yuemian.channels.base import BadCallback, BadSignature, ChannelError, Inbound
from yuemian.messaging.actions.accounts import hash_callback
from yuemian.messaging.actions.receipts import record_events
from yuemian.messaging.models import ProviderAccount
from yuemian.messaging.provider_accounts import open_account
from yuemian.trust.limits import Limit, hit
from yuemian.trust.network import client_address
from yuemian.trust.tenancy import enter
from yuemian.trust.vault import Unreadable, Vault

log = structlog.get_logger(__name__)

LARGEST: Final = 256 * 1024
PER_ACCOUNT: Final = Limit("hook-account", 6000, timedelta(minutes=1))
#: For addresses that knock with a wrong secret.
STRANGERS: Final = Limit("hook-stranger", 60, timedelta(minutes=1))


@csrf_exempt
@public
@require_POST
def receive(request: HttpRequest, provider: str, account_id: UUID, token: str) -> HttpResponse:
    """200 when written, 401 unsigned, 404 unknown, 400 unreadable, 413 too large, 429 too many, 503 not now.

    A gateway that gets anything but 200 sends again later, which is harmless.
    """
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    now = timezone.now()
    with transaction.atomic():
        account = _account(provider, account_id, token)
        limit = (PER_ACCOUNT, str(account.pk)) if account else (STRANGERS, client_address(request))
        wait = hit(*limit, now=now)
        if wait is not None:
            return HttpResponse(status=429, headers={"Retry-After": str(int(wait.total_seconds()) + 1)})
        if account is None:
            return HttpResponse(status=404)
        return _record(request, account, body, now)


def _account(provider: str, account_id: UUID, token: str) -> ProviderAccount | None:
    """Found by the secret's hash alone, so that a wrong one takes as long; the rest of the address must agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, organization_id, provider FROM find_callback(%s)", [hash_callback(token)]
        )
        found = cursor.fetchone()
    if found is None or (found[0], found[2]) != (account_id, provider):
        return None
    enter(found[1])
    return ProviderAccount.objects.select_related("key").get(pk=account_id, organization_id=found[1])


def _record(request: HttpRequest, account: ProviderAccount, body: bytes, now: datetime) -> HttpResponse:
    inbound = Inbound(
        method="POST",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=dict(request.headers),
        body=body,
    )
    facts = {"account": str(account.pk), "provider": account.provider}
    try:
        opened = open_account(account, Vault(account.organization_id))
        events = opened.events(inbound)
    except BadSignature:
        log.warning("callback_unsigned", **facts)
        return HttpResponse(status=401)
    except BadCallback:
        log.warning("callback_unreadable", **facts)
        return HttpResponse(status=400)
    except (ChannelError, Unreadable):
        log.error("callback_not_expected", **facts)
        return HttpResponse(status=404)
    recorded = record_events(account, events, now=now)
    log.info("callback", count=recorded.new, **facts)
    kind, answer = opened.acknowledgement()
    return HttpResponse(answer, content_type=kind)
