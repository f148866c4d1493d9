"""Restored data: nothing that waited leaves by itself, and a copy speaks to nobody."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from tests.factories import create_interview
from tests.intake.mail.conftest import create_mailbox
from tests.interviews.test_steps import DAY, HOUR, INVITE, create_plan
from tests.messaging.engine.conftest import FakeProvider, Story, deliver, live, story  # noqa: F401 - fixtures
from yuemian.accounts.models import Branch, CalendarAccount, CalendarLink, CalendarService, Organization
from yuemian.config.restoring import Rehearsing, WorkerAtWork, hold, rehearse
from yuemian.interviews.calendars.connecting import ways_of
from yuemian.messaging.actions.remedy import release_held
from yuemian.messaging.engine.clock import Clock
from yuemian.messaging.models import Delivery, ProviderAccount
from yuemian.trust.identifiers import uuid7
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import organization_key


def test_what_waited_at_the_backup_leaves_only_when_a_person_releases_it(live: Story) -> None:  # noqa: F811
    live.invite(3)
    soon, cut_off, later = (row[0] for row in live.deliveries("id"))
    live.change("UPDATE messaging_delivery SET due_at = now() + interval '1 hour' WHERE id = %s", later)
    live.change(
        "UPDATE messaging_delivery SET state = 'sending', attempt = 1, worker = %s, provider = 'fake', "
        "lease_until = now() WHERE id = %s",
        uuid7(), cut_off,
    )  # fmt: skip
    assert hold() == 3
    mail = FakeProvider()
    deliver(mail)
    assert mail.sent == []
    assert live.deliveries("state", "is_unclear") == [("held", False), ("held", True), ("held", False)]
    assert hold() == 0
    live.act(lambda: release_held(live.cast.recruiter, [soon], now=live.now))
    deliver(mail)
    assert len(mail.sent) == 1
    assert live.rows(AuditEntry.objects.filter(action="delivery.hold").values_list("details", flat=True)) == [
        {"count": 3}, {"count": 0},
    ]  # fmt: skip


def test_what_a_plan_has_due_since_the_backup_is_held_too(live: Story) -> None:  # noqa: F811
    """No future step is stored: only the clock finds it, and at its first look would send it a second time."""
    live.account("own")
    live.act(lambda: Branch.objects.update(quiet_from=time(0), quiet_until=time(0)))
    live.act(lambda: create_plan(live.cast, INVITE, now=live.now))
    live.act(lambda: create_interview(live.cast, now=live.now, starts_at=live.now + 2 * DAY))
    assert live.deliveries() == []
    assert hold() > 0
    assert {state for state, _ in live.deliveries()} == {"held"}
    mail = FakeProvider()
    deliver(accounts={"own": mail})
    assert mail.sent == []


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_what_quiet_hours_put_off_is_held_at_night(live: Story, is_looked_at: bool) -> None:  # noqa: F811
    """It came due by day and may have left by then; in the morning it would leave once more."""
    live.account("own")
    night = live.now.astimezone(ZoneInfo("Asia/Shanghai"))
    quiet_from, quiet_until = (night - HOUR).time(), (night + 3 * HOUR).time()
    live.act(lambda: Branch.objects.update(quiet_from=quiet_from, quiet_until=quiet_until))
    live.act(lambda: create_plan(live.cast, INVITE, now=live.now))
    live.act(lambda: create_interview(live.cast, now=live.now - 2 * DAY, starts_at=live.now + 2 * DAY))
    if is_looked_at:
        Clock().tick()
    assert live.deliveries() == []
    assert hold() > 0
    assert {state for state, _ in live.deliveries()} == {"held"}


def test_nothing_is_held_beside_a_worker(live: Story) -> None:  # noqa: F811
    live.invite()
    live.change(
        "INSERT INTO messaging_workerlife (id, host, pid, version, started_at, seen_at, figures) "
        "VALUES (%s, 'one', 7, '1', now(), now(), '{}'::jsonb)",
        uuid7(),
    )
    with pytest.raises(WorkerAtWork):
        hold()
    assert live.deliveries() == [("queued", "")]


def test_a_copy_that_rehearses_opens_no_connection_of_the_organization(live: Story) -> None:  # noqa: F811
    own = FakeProvider()
    live.account("own")
    live.act(lambda: connect(live))
    live.invite(2)
    assert rehearse() == Rehearsing(organizations=1, accounts=1, mailboxes=1, calendars=2)
    installation = FakeProvider()
    deliver(installation, accounts={"own": own})
    assert (own.sent, installation.sent) == ([], [])
    assert live.deliveries("state", "provider") == [("sent", "lab")] * 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM list_mailboxes()")
        assert cursor.fetchone() == (0,)
    people = [live.cast.interviewer, live.cast.lead]
    assert live.act(lambda: ways_of(live.cast.organization.pk, people)) == {}
    assert live.rows(Organization.objects.values_list("is_rehearsal", flat=True)) == [True]
    assert live.rows(ProviderAccount.objects.values_list("is_active", flat=True)) == [False]
    assert rehearse() == Rehearsing(organizations=1)
    assert not live.rows(Delivery.objects.filter(state="held"))


def connect(story: Story) -> None:  # noqa: F811
    """A mailbox, the company's calendars and a person's own."""
    create_mailbox(story.cast, now=story.now)
    organization = story.cast.organization
    key = organization_key(organization.pk)
    CalendarAccount.objects.create(
        organization=organization, service=CalendarService.GOOGLE, key=key, config_sealed=b"x",
        created_at=story.now - timedelta(days=1),
    )  # fmt: skip
    CalendarLink.objects.create(
        organization=organization, user=story.cast.lead, service=CalendarService.CALDAV, key=key,
        config_sealed=b"x",
    )  # fmt: skip
