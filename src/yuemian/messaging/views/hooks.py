"""One address for all gateways' callbacks: the secret in it names the account, the provider checks the signature."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import public
from yuemian.channels.base import Inbound
from yuemian.messaging.actions.callbacks import Address, take_callback
from yuemian.trust.network import client_address

LARGEST: Final = 256 * 1024


@csrf_exempt
@public
@require_POST
def receive(request: HttpRequest, provider: str, account_id: UUID, token: str) -> HttpResponse:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    inbound = Inbound(
        method="POST",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=dict(request.headers),
        body=body,
    )
    address = Address(provider, account_id, token)
    answer = take_callback(address, inbound, client=client_address(request), now=timezone.now())
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else None
    return HttpResponse(answer.body, answer.content_type, status=answer.status, headers=headers)
