"""A process that migrates an empty database, founds a company with accounts, and plans a large send for next year."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (models can be imported only after setup)
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.factories import Cast, create_cast, create_interviews  # noqa: E402
from tests.simulators.gateway import Kind, settings_for  # noqa: E402
from yuemian.domain.states import Channel, Purpose  # noqa: E402
from yuemian.interviews.actions.invite import send, summarize  # noqa: E402
from yuemian.messaging.models import Batch, ProviderAccount, TemplateVariant  # noqa: E402
from yuemian.messaging.provider_accounts import config_from, seal_config  # noqa: E402
from yuemian.trust.identifiers import uuid7  # noqa: E402
from yuemian.trust.vault import Vault, organization_key  # noqa: E402

SLICE = 1000


def found_company(ports: dict[str, int]) -> Cast:
    now = timezone.now()
    cast = create_cast(now=now)
    organization = cast.organization
    organization.is_rehearsal, organization.mail_from = False, "hr@galaxy.example"
    organization.save()
    TemplateVariant.objects.filter(channel=Channel.SMS).update(body="{{ candidate_name }} {{ answer_link }}")
    vault, key = Vault(organization.pk), organization_key(organization.pk)
    for kind in Kind:
        id_ = uuid7()
        config = config_from("http_sms", settings_for(kind, f"http://127.0.0.1:{ports[kind]}"))
        ProviderAccount.objects.create(
            id=id_, organization=organization, channel=Channel.SMS, provider="http_sms", name=kind, key=key,
            config_sealed=seal_config(vault, key, id_, config), weight=100, cost=Decimal("0.05"), created_at=now,
        )  # fmt: skip
    return cast


def plan(cast: Cast, count: int) -> None:
    """Three quarters by text message, the rest by mail; due only when the director says so."""
    now, version = timezone.now(), cast.templates[Purpose.INVITATION]
    channels = [Channel.SMS, Channel.SMS, Channel.SMS, Channel.EMAIL]
    for start in range(0, count, SLICE):
        interviews = create_interviews(
            cast, min(SLICE, count - start), now=now, starts_at=now + timedelta(days=700)
        )
        for number, channel in enumerate(channels):
            chosen = interviews[number :: len(channels)]
            summary = summarize(chosen, version, Purpose.INVITATION, [channel], now=now)
            send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    # The first few of a batch would meet faults, and the rest would wait for a person.
    Batch.objects.update(canary=0)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        cast = found_company(json.loads(sys.argv[2]))
        plan(cast, int(sys.argv[1]))
    sys.stdout.write(str(cast.organization.pk))
