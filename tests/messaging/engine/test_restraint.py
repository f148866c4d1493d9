"""What leaves by itself keeps quiet hours and the cap; what a person sends by hand, or what is urgent, does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from tests.messaging.engine.test_fallback import FakeSMS
from tests.messaging.engine.test_last_look import claimed, truth
from yuemian.domain.quiet import NEVER_QUIET, QuietRule
from yuemian.domain.states import Channel, Purpose, ReasonCode
from yuemian.messaging.engine.restraint import restrained
from yuemian.messaging.engine.verdict import Restraint, verdict
from yuemian.messaging.models import Delivery

NIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai, 15:30 in London
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
MORNING = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)  # 8:00 in Shanghai
AUTOMATIC = "UPDATE messaging_notification SET step_key = 'remind'"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "zone", "recent", "expected"),
    [
        (NOON, SHANGHAI, [], None),
        (NIGHT, SHANGHAI, [], Restraint(MORNING, ReasonCode.QUIET_HOURS)),
        (NIGHT, LONDON, [], None),
        (NOON, SHANGHAI, [NOON - HOUR], None),
        (
            NOON,
            SHANGHAI,
            [NOON - 2 * HOUR, NOON - HOUR],
            Restraint(NOON + 22 * HOUR, ReasonCode.FREQUENCY_CAP),
        ),
        # The cap ends in the night: both together say eight o'clock.
        (
            NOON,
            SHANGHAI,
            [NOON - 13 * HOUR, NOON - 12 * HOUR],
            Restraint(datetime(2026, 11, 26, 0, 0, tzinfo=UTC), ReasonCode.FREQUENCY_CAP),
        ),
        (NOON, SHANGHAI, [NOON - 25 * HOUR, NOON - 24 * HOUR], None),
    ],
)
def test_quiet_hours_and_the_cap_by_table(
    now: datetime, zone: ZoneInfo, recent: list[datetime], expected: Restraint | None
) -> None:
    found = restrained(now, QuietRule(time(21), time(8)), zone, recent, 2)
    assert found == expected


def test_no_cap_and_never_quiet_restrain_nothing() -> None:
    assert restrained(NIGHT, NEVER_QUIET, SHANGHAI, [NIGHT] * 9, 0) is None


def test_the_verdict_puts_off_but_never_past_the_deadline() -> None:
    row = claimed()
    soon = Restraint(row.now + HOUR)
    found = verdict(row, truth(), soon)
    assert found is not None
    assert (found.state, found.reason, found.wait) == ("queued", "quiet_hours", 3600.0)
    late = verdict(row, truth(), Restraint(row.deadline_at, ReasonCode.FREQUENCY_CAP))
    assert late is not None
    assert (late.state, late.reason, late.wait) == ("skipped", "frequency_cap", None)
    assert verdict(row, truth(), Restraint(row.now)) is None


def test_what_is_no_longer_true_is_called_off_and_not_put_off() -> None:
    found = verdict(claimed(), truth(is_answered=True), Restraint(claimed().now + HOUR))
    assert found is not None
    assert found.reason == "recipient_already_replied"


@pytest.mark.parametrize(
    ("purpose", "step_key", "now_true", "expected"),
    [
        ("nudge", "nudge", {"is_answered": True}, "recipient_already_replied"),
        ("nudge", "nudge", {}, ""),
        ("reminder", "remind", {"is_answered": True}, ""),
        ("reminder", "remind", {"is_answered": True, "is_declined": True}, "recipient_already_replied"),
        ("reminder", "", {"is_answered": True}, "recipient_already_replied"),
        ("still_deciding", "wait", {"is_open": False, "closes_at": NOON}, ""),
        ("still_deciding", "wait", {"is_open": False, "is_called_off": True}, "interview_cancelled"),
        ("survey", "ask", {"is_open": False}, ""),
        ("staff_reminder", "staff", {"is_answered": True}, ""),
        ("staff_reminder", "staff", {"is_open": False, "closes_at": NOON}, ""),
        ("staff_reminder", "staff", {"revision": 3}, "superseded_by_reschedule"),
        ("staff_reminder", "staff", {"is_open": False, "is_called_off": True}, "interview_cancelled"),
        ("digest", "", {"revision": 9, "is_open": False}, ""),
        ("result", "", {"is_open": False}, "result_changed"),
        ("result", "", {"is_called_off": True, "is_open": False}, "result_recalled"),
        ("result", "", {"is_answered": True}, ""),
        ("onboarding", "", {}, ""),
        ("onboarding", "", {"is_open": False, "is_answered": True}, "recipient_already_replied"),
        ("onboarding", "", {"is_open": False, "is_called_off": True}, "onboarding_ended"),
        ("onboarding", "", {"is_open": False}, "onboarding_ended"),
    ],
)
def test_every_purpose_has_its_own_truth(
    purpose: str, step_key: str, now_true: dict[str, object], expected: str
) -> None:
    about = "onboarding" if purpose == "onboarding" else "interview"
    found = verdict(claimed(purpose=purpose, step_key=step_key, subject_kind=about), truth(**now_true))
    assert (str(found.reason) if found else "") == expected


def always_quiet(story: Story, as_owner: Callable[[str], None]) -> None:
    """Quiet around the clock but for one minute half a day away."""
    away = (timezone.now().astimezone(SHANGHAI) + 12 * HOUR).time().replace(second=0, microsecond=0)
    until = (datetime.combine(timezone.now().date(), away) + timedelta(minutes=1)).time()
    as_owner(f"UPDATE accounts_branch SET quiet_from = '{until}', quiet_until = '{away}'")
    assert story is not None


def test_an_automatic_message_waits_for_the_morning_and_that_was_no_attempt(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    always_quiet(live, as_owner)
    live.invite(2)
    live.change(AUTOMATIC)
    deliver(outside := FakeProvider())
    assert outside.sent == []
    assert live.deliveries("state", "reason", "attempt") == [("queued", "quiet_hours", 0)] * 2
    assert all(due_at > timezone.now() + 10 * HOUR for (due_at,) in live.deliveries("due_at"))


def test_what_a_person_sends_by_hand_leaves_at_any_hour(live: Story, as_owner: Callable[[str], None]) -> None:
    always_quiet(live, as_owner)
    live.invite(1)
    deliver(outside := FakeProvider())
    assert len(outside.sent) == 1


def test_a_change_of_today_leaves_at_any_hour(live: Story, as_owner: Callable[[str], None]) -> None:
    always_quiet(live, as_owner)
    live.invite(1)
    live.change(AUTOMATIC)
    live.change("UPDATE messaging_delivery SET priority = 5")
    deliver(outside := FakeProvider())
    assert len(outside.sent) == 1


def test_the_candidates_own_zone_decides_where_it_is_known(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    """Quiet for the next six hours in Shanghai; the candidate's clock is twelve hours away."""
    local = timezone.now().astimezone(SHANGHAI)
    start, end = ((local + hours * HOUR).strftime("%H:%M") for hours in (-2, 4))
    as_owner(f"UPDATE accounts_branch SET quiet_from = '{start}', quiet_until = '{end}'")
    live.invite(1, candidate_zone="America/Santiago")
    live.invite(1)
    live.change(AUTOMATIC)
    deliver(outside := FakeProvider())
    assert len(outside.sent) == 1
    assert sorted(live.deliveries()) == [("queued", "quiet_hours"), ("sent", "")]


def test_the_cap_counts_what_a_person_got_by_itself_in_a_day(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    as_owner("UPDATE accounts_branch SET quiet_from = '00:00', quiet_until = '00:00'")
    as_owner("UPDATE accounts_organization SET frequency_cap = 2")
    (interview,) = live.invite(1)
    live.change(AUTOMATIC)
    deliver(outside := FakeProvider())
    live.change("UPDATE messaging_delivery SET sent_at = sent_at - interval '20 hours'")
    for _ in range(3):
        live.plan([interview], Purpose.INVITATION)
    live.change(AUTOMATIC)
    deliver(outside)
    assert len(outside.sent) == 2
    waiting = live.rows(Delivery.objects.filter(state="queued").values_list("reason", "attempt"))
    assert waiting == [("frequency_cap", 0)] * 2
    waits = live.rows(Delivery.objects.filter(state="queued").values_list("due_at", flat=True))
    assert all(3 * HOUR < at - timezone.now() < 5 * HOUR for at in waits)


@pytest.fixture
def capped(live: Story, as_owner: Callable[[str], None]) -> Story:
    """At most one automatic message a day, at any hour."""
    as_owner("UPDATE accounts_branch SET quiet_from = '00:00', quiet_until = '00:00'")
    as_owner("UPDATE accounts_organization SET frequency_cap = 1")
    return live


def deliver_both() -> tuple[FakeProvider, FakeProvider]:
    mail, text = FakeProvider(), FakeSMS()
    deliver(mail, text)
    return mail, text


def test_a_message_on_two_channels_at_once_counts_as_one(capped: Story) -> None:
    capped.invite(1, (Channel.EMAIL, Channel.SMS))
    capped.change(AUTOMATIC)
    deliver_both()
    assert sorted(capped.deliveries("channel", "state")) == [("email", "sent"), ("sms", "sent")]


def test_a_message_that_bounced_does_not_put_off_its_own_reserve(capped: Story) -> None:
    capped.invite(1, (Channel.EMAIL, Channel.SMS))
    capped.change(AUTOMATIC)
    capped.change(
        "UPDATE messaging_delivery SET state = 'permanent_failure', sent_at = now() WHERE channel = 'email'"
    )
    capped.change("UPDATE messaging_delivery SET position = 1 WHERE channel = 'sms'")
    _, text = deliver_both()
    assert len(text.sent) == 1


def test_two_messages_in_one_claim_still_count_as_two(capped: Story) -> None:
    (interview,) = capped.invite(1, (Channel.EMAIL, Channel.SMS))
    capped.plan([interview], Purpose.INVITATION)
    capped.change(AUTOMATIC)
    deliver_both()
    found = capped.deliveries("notification", "state", "reason")
    assert len({notification for notification, state, _ in found if state == "sent"}) == 1
    assert {reason for _, state, reason in found if state == "queued"} == {"frequency_cap"}
