"""Choosing, summarizing and sending invitations."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Answer, Channel, Mode, Purpose
from yuemian.interviews.actions.change import Facts, cancel_interview, change_interview
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Delivery, Notification

BOTH = [Channel.EMAIL, Channel.SMS]


def facts_of(interview: Interview, **changes: object) -> Facts:
    names = Facts.__dataclass_fields__
    return Facts(**{name: getattr(interview, name) for name in names} | changes)


def test_sending_plans_one_notification_with_a_delivery_per_channel(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 3, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, BOTH, now=now)
    batch = send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    assert (batch.total, Notification.objects.count(), Delivery.objects.count()) == (3, 3, 6)
    assert Delivery.objects.filter(is_rehearsal=True, state="queued").count() == 6


def test_an_invitation_already_waiting_is_left_out_the_second_time(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 2, now=now)
    version = cast.templates[Purpose.INVITATION]
    send(
        cast.recruiter,
        summarize(interviews, version, Purpose.INVITATION, BOTH, now=now),
        version,
        Purpose.INVITATION,
        now=now,
    )
    again = summarize(interviews, version, Purpose.INVITATION, BOTH, now=now)
    assert again.by_reason == {LeftOut.ALREADY_TOLD: 2}


def test_a_change_supersedes_the_waiting_notice_and_reopens_the_answer(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    send(
        cast.recruiter,
        summarize([interview], version, Purpose.INVITATION, BOTH, now=now),
        version,
        Purpose.INVITATION,
        now=now,
    )
    Delivery.objects.filter(channel="email").update(state="sent")
    Interview.objects.update(answer=Answer.ACCEPTED, answered_at=now)
    later = facts_of(interview, starts_at=interview.starts_at + timedelta(days=1), mode=Mode.ONSITE)
    changed = change_interview(cast.recruiter, interview.pk, later, now=now)
    interview.refresh_from_db()
    assert (changed.is_told, interview.revision, interview.answer) == (True, 2, "needs_action")
    assert list(Delivery.objects.filter(state="cancelled").values_list("reason", flat=True)) == [
        "superseded_by_reschedule"
    ]
    assert Notification.objects.filter(purpose="change", subject_revision=2).count() == 1


def test_an_answer_stops_what_would_still_ask_for_it(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([interview], version, Purpose.INVITATION, BOTH, now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    Delivery.objects.filter(channel="email").update(state="sent")
    respond(AccessLink.objects.get(), Answer.ACCEPTED, "", now=now, was_confirmed=False)
    found = dict(Delivery.objects.values_list("channel", "reason"))
    assert found == {"email": "", "sms": "recipient_already_replied"}


def test_nobody_hears_of_a_change_who_was_not_told_before(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    changed = change_interview(cast.recruiter, interview.pk, facts_of(interview, place_name="3 层"), now=now)
    assert (changed.is_told, Notification.objects.count()) == (False, 0)


def test_cancelling_tells_those_who_were_told(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    send(
        cast.recruiter,
        summarize([interview], version, Purpose.INVITATION, BOTH, now=now),
        version,
        Purpose.INVITATION,
        now=now,
    )
    Delivery.objects.update(state="sent")
    assert cancel_interview(cast.recruiter, interview.pk, now=now, reason="职位暂停").is_told
    assert Notification.objects.filter(purpose="cancellation").count() == 1


def test_a_waiting_invitation_survives_a_change_with_the_new_facts(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    send(
        cast.recruiter,
        summarize([interview], version, Purpose.INVITATION, BOTH, now=now),
        version,
        Purpose.INVITATION,
        now=now,
    )
    later = facts_of(interview, starts_at=interview.starts_at + timedelta(hours=2))
    assert not change_interview(cast.recruiter, interview.pk, later, now=now).is_told
    planned = [(n.purpose, n.subject_revision, n.standing()) for n in Notification.objects.order_by("id")]
    assert planned == [("invitation", 1, "cancelled"), ("invitation", 2, "scheduled")]
    assert Delivery.objects.filter(state="queued").count() == 2
