"""A report about a mail, while its reader opts out: the person's own word stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.beside import Beside
from tests.messaging.engine.conftest import Story, live, story
from tests.portal.stories import invite
from yuemian.domain.mail_reply import Bounce, Fate
from yuemian.domain.states import Channel
from yuemian.hiring.actions.contacts import choose_channel
from yuemian.hiring.models import ContactPoint
from yuemian.messaging.actions.mail_reports import record_bounce
from yuemian.messaging.models import Delivery
from yuemian.trust.tenancy import acting_in

__all__ = ["live", "story"]


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    connections.close_all()


def test_an_unknown_address_takes_no_opt_out_back(live: Story) -> None:
    organization, now = live.cast.organization.pk, live.now
    with acting_in(organization):
        candidate = invite(live.cast, now=now).interview.application.candidate
        mail = Delivery.objects.filter(notification__candidate=candidate, channel=Channel.EMAIL).get()
        Delivery.objects.filter(pk=mail.pk).update(state="sent", sent_at=now)
    bounce = Bounce(Fate.UNKNOWN_ADDRESS, code="5.1.1")
    with acting_in(organization):
        choose_channel(candidate, Channel.EMAIL, is_wanted=False, now=now)
        other = Beside(
            organization, lambda: record_bounce(organization, mail.pk, bounce, event_id="1", now=now)
        )
        assert other.waits()
    other.ends()
    with acting_in(organization):
        assert ContactPoint.objects.get(deliveries=mail).state == "opted_out"
        assert Delivery.objects.get(pk=mail.pk).state == "permanent_failure"
