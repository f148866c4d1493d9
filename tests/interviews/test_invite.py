"""Choosing, summarizing and sending invitations."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Answer, Channel, Mode, Purpose, Stage
from yuemian.interviews.actions import invite
from yuemian.interviews.actions.change import Facts, cancel_interview, change_interview
from yuemian.interviews.actions.invite import Summary, send, send_chosen, summarize
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import Interview
from yuemian.messaging.actions import plan
from yuemian.messaging.models import AccessLink, Batch, Delivery, Notification
from yuemian.trust.vault import Unreadable, destroy

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


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if three people were thousands: read by three, written by two."""
    monkeypatch.setattr(invite, "SLICE", 3)
    monkeypatch.setattr(plan, "SLICE", 2)


@pytest.mark.usefixtures("small_slices")
def test_many_slices_come_to_the_same_as_one(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 10, now=now)
    Interview.objects.filter(pk=interviews[4].pk).update(answer=Answer.DECLINED, answered_at=now)
    ids = [interview.pk for interview in interviews]
    version = cast.templates[Purpose.INVITATION]
    # Chosen twice, a slice apart, is chosen once.
    batch = send_chosen(cast.recruiter, [*ids, ids[0]], version, Purpose.INVITATION, BOTH, now=now)
    told = set(Notification.objects.values_list("subject_id", flat=True))
    assert told == set(ids) - {ids[4]}
    assert (batch.total, sum(batch.left_out.values())) == (9, 1)
    assert (Notification.objects.count(), Delivery.objects.count()) == (9, 18)
    stages = dict(Interview.objects.values_list("pk", "application__stage"))
    assert {id_ for id_, stage in stages.items() if stage == Stage.INVITED} == told


@pytest.mark.usefixtures("small_slices")
def test_a_failure_late_in_a_send_leaves_nothing_of_it(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 8, now=now)
    erased = interviews[-1].application.candidate.key
    destroy([erased], now)
    version = cast.templates[Purpose.INVITATION]
    ids = [interview.pk for interview in interviews]
    with pytest.raises(Unreadable):
        send_chosen(cast.recruiter, ids, version, Purpose.INVITATION, BOTH, now=now)
    assert not Notification.objects.exists()
    assert not Batch.objects.exists()
    assert not Interview.objects.filter(application__stage=Stage.INVITED).exists()


@pytest.mark.usefixtures("small_slices")
def test_what_was_said_already_is_refused_by_the_database_too(cast: Cast, now: datetime) -> None:
    """A caller who plans it again without counting up gets none of the new ones either."""
    interviews = create_interviews(cast, 7, now=now)
    version = cast.templates[Purpose.INVITATION]
    known = summarize(interviews[:1], version, Purpose.INVITATION, BOTH, now=now)
    send(cast.recruiter, known, version, Purpose.INVITATION, now=now)
    fresh = summarize(interviews[1:], version, Purpose.INVITATION, BOTH, now=now)
    stale = Summary([*known.items, *fresh.items])
    with pytest.raises(IntegrityError, match="notification_said_once"):
        send(cast.recruiter, stale, version, Purpose.INVITATION, now=now)
    assert Notification.objects.count() == 1


def test_the_stage_of_many_moves_without_touching_an_index(cast: Cast, now: datetime) -> None:
    """There is room on the page for a second version of every row: see hiring/functions.sql."""
    interviews = create_interviews(cast, 150, now=now)
    version = cast.templates[Purpose.INVITATION]
    before = _moved_within_a_page()
    ids = [interview.pk for interview in interviews]
    send_chosen(cast.recruiter, ids, version, Purpose.INVITATION, BOTH, now=now)
    assert _moved_within_a_page() - before == 150


def _moved_within_a_page() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated('hiring_application'::regclass)")
        return int(cursor.fetchone()[0])


def test_a_link_has_the_id_of_its_notification(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 2, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, BOTH, now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    links = set(AccessLink.objects.values_list("pk", "notification_id"))
    assert links == {(id_, id_) for id_ in Notification.objects.values_list("pk", flat=True)}


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
