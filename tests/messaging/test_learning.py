"""What the figures learn from: each message once, only where it says something, rehearsals apart."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_interview
from tests.interviews.pasts import HOUR, answer, tell, view
from yuemian.accounts.models import Organization
from yuemian.domain.routing.learning import Tally
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.models import Interview
from yuemian.interviews.route_reading import segment_of
from yuemian.messaging import clock
from yuemian.messaging.actions.learn import KEPT, MARGIN, learn_from_answers, set_routing_learned
from yuemian.messaging.models import ChannelStatistic, Delivery
from yuemian.messaging.routing_history import (
    EVERYBODY,
    FIXED,
    LEARNED,
    read_comparison,
    read_estimates,
    read_statistics,
)
from yuemian.trust.models import AuditEntry

DAYS = timedelta(days=1)


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    """On Wednesday in five days, 9 o'clock in Shanghai."""
    return create_interview(cast, now=now, starts_at=now + 7 * DAYS)


def learn(cast: Cast, now: datetime) -> int:
    return learn_from_answers(cast.organization.pk, now)


def after(interview: Interview) -> datetime:
    return interview.starts_at + 2 * HOUR


def counted(cast: Cast, channel: Channel = Channel.EMAIL, segment: str = EVERYBODY) -> Tally:
    cast.organization.refresh_from_db()
    history = read_statistics(cast.organization, [segment])[segment]
    return sum((tally for (each, _, _), tally in history.items() if each == channel), Tally())


def test_an_answer_within_a_day_is_in_time(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    answer(interview, now + 23 * HOUR)
    assert learn(cast, after(interview)) == 1
    assert counted(cast) == Tally(1, 1, 1)
    segment = segment_of(cast.backend.family_id, cast.source.pk, "zh-hans")
    assert counted(cast, segment=segment) == Tally(1, 1, 1)


def test_a_later_answer_is_not(cast: Cast, now: datetime, interview: Interview) -> None:
    (delivery,) = tell(cast, interview, Channel.EMAIL, at=now)
    view(delivery, now + 26 * HOUR)
    answer(interview, now + 26 * HOUR)
    learn(cast, after(interview))
    assert counted(cast) == Tally(1, 1, 0)


def test_silence_counts_as_not_reached_without_a_receipt(
    cast: Cast, now: datetime, interview: Interview
) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    learn(cast, after(interview))
    assert counted(cast) == Tally(1, 0, 0)


def test_a_receipt_says_reached(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.SMS, at=now)
    Delivery.objects.update(state="delivered")
    learn(cast, after(interview))
    assert counted(cast, Channel.SMS) == Tally(1, 1, 0)


def test_two_channels_at_once_teach_nothing(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.EMAIL, Channel.SMS, at=now)
    answer(interview, now + HOUR)
    assert learn(cast, after(interview)) == 0


def test_the_last_message_before_an_answer_gets_the_credit(
    cast: Cast, now: datetime, interview: Interview
) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    tell(cast, interview, Channel.SMS, at=now + 20 * HOUR, purpose=Purpose.REMINDER)
    answer(interview, now + 22 * HOUR)
    learn(cast, after(interview))
    assert counted(cast, Channel.EMAIL) == Tally(1, 0, 0)
    assert counted(cast, Channel.SMS) == Tally(1, 1, 1)


def test_whoever_has_answered_is_not_asked_again(cast: Cast, now: datetime, interview: Interview) -> None:
    answer(interview, now)
    tell(cast, interview, Channel.EMAIL, at=now + HOUR, purpose=Purpose.REMINDER)
    assert learn(cast, after(interview)) == 0


def test_a_message_shortly_before_the_interview_says_nothing(
    cast: Cast, now: datetime, interview: Interview
) -> None:
    tell(cast, interview, Channel.EMAIL, at=interview.starts_at - 3 * HOUR)
    assert learn(cast, after(interview)) == 0


def test_a_message_that_was_overtaken_says_nothing(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    cancel_interview(cast.recruiter, interview.pk, now=now + 5 * HOUR)
    assert learn(cast, after(interview)) == 0


def test_a_message_that_was_never_taken_says_nothing(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    Delivery.objects.update(state="technical_failure", sent_at=None)
    assert learn(cast, after(interview)) == 0


def test_the_hour_and_the_day_are_the_candidate_s(cast: Cast, now: datetime) -> None:
    saturday_evening = datetime.fromisoformat("2026-11-28T19:30:00+01:00")
    interview = create_interview(
        cast, now=now, candidate_zone="Europe/Paris", starts_at=saturday_evening + 5 * DAYS
    )
    tell(cast, interview, Channel.EMAIL, at=saturday_evening)
    learn(cast, after(interview))
    cells = ChannelStatistic.objects.filter(segment=EVERYBODY).values_list("hour_band", "is_workday")
    assert list(cells) == [(6, False)]


def test_a_make_up_workday_is_a_workday(cast: Cast, now: datetime) -> None:
    sunday = datetime.fromisoformat("2026-09-20T09:00:00+08:00")  # worked for the holiday of October
    interview = create_interview(cast, now=sunday, starts_at=sunday + 5 * DAYS)
    tell(cast, interview, Channel.EMAIL, at=sunday)
    learn(cast, after(interview))
    assert ChannelStatistic.objects.get(segment=EVERYBODY).is_workday


def test_everything_is_counted_once(cast: Cast, now: datetime, interview: Interview) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    assert learn(cast, interview.starts_at) == 0  # late receipts may still come
    assert learn(cast, interview.starts_at + MARGIN + timedelta(minutes=1)) == 1
    assert learn(cast, interview.starts_at + MARGIN + timedelta(minutes=1)) == 0
    assert learn(cast, after(interview)) == 0
    assert counted(cast) == Tally(1, 0, 0)


def test_old_figures_fade_with_the_months(cast: Cast, now: datetime) -> None:
    learn(cast, now)
    ChannelStatistic.objects.create(
        organization=cast.organization, segment=EVERYBODY, channel="email", hour_band=3, is_workday=True,
        is_rehearsal=True, sent=100, reached=80, answered=3, updated_at=now,
    )  # fmt: skip
    learn(cast, now + timedelta(days=2))
    assert counted(cast) == Tally(100, 80, 3)
    learn(cast, now + timedelta(days=10))
    assert counted(cast) == Tally(round(100 * KEPT), round(80 * KEPT), 3)


def test_what_was_rehearsed_teaches_nothing_about_real_people(
    cast: Cast, now: datetime, interview: Interview
) -> None:
    tell(cast, interview, Channel.EMAIL, at=now)
    learn(cast, after(interview))
    Organization.objects.update(is_rehearsal=False)
    assert counted(cast) == Tally()
    Organization.objects.update(is_rehearsal=True)
    assert counted(cast) == Tally(1, 0, 0)


def test_the_compared_groups_are_counted_apart(cast: Cast, now: datetime) -> None:
    for member, is_answered in (("learned", True), ("learned", False), ("holdout", False)):
        interview = create_interview(cast, now=now, starts_at=now + 3 * DAYS)
        (delivery,) = tell(cast, interview, Channel.EMAIL, at=now)
        Delivery.objects.filter(pk=delivery.pk).update(explanation=f"cheaper;channel=email;arm={member}")
        if is_answered:
            answer(interview, now + HOUR)
    learn(cast, now + 4 * DAYS)
    cast.organization.refresh_from_db()
    comparison = read_comparison(cast.organization)
    assert (comparison.learned, comparison.fixed) == (Tally(2, 1, 1), Tally(1, 0, 0))
    assert not comparison.is_enough
    assert counted(cast, segment=LEARNED) == Tally(2, 1, 1)
    assert counted(cast, segment=FIXED) == Tally(1, 0, 0)
    assert read_estimates(cast.organization)[Channel.EMAIL].tally == Tally(3, 1, 1)


def test_learning_is_a_chore_of_the_clock() -> None:
    assert (
        clock.CHORES["learn_routing"].run == f"{learn_from_answers.__module__}.{learn_from_answers.__name__}"
    )


def test_the_switch_is_written_down(cast: Cast, now: datetime) -> None:
    set_routing_learned(cast.owner, is_learned=False, now=now)
    assert not Organization.objects.get().is_routing_learned
    assert AuditEntry.objects.filter(action="routing.learning_off").count() == 1
