"""What colleagues were told of a person goes with the person; and who would have waited for them hears so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_interview, create_template
from tests.interviews.conversations import ask
from tests.interviews.places import create_place, held_at
from tests.messaging.received import put
from tests.portal.stories import Invited, invite
from yuemian.domain.arrival import SignalKind
from yuemian.domain.reasons import NeedKind
from yuemian.domain.states import Channel, InterviewState, Purpose
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.arrival import Word, say
from yuemian.interviews.actions.consult import consult
from yuemian.interviews.actions.invite import send_test
from yuemian.interviews.actions.needs import Needed, say_needs
from yuemian.interviews.models import Change, Interview, Seat
from yuemian.messaging.actions.forget import REMEMBERED, forget_old
from yuemian.messaging.clock import CHORES
from yuemian.messaging.models import Delivery, LabMessage, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.results.actions.scorecard_chase import remind
from yuemian.trust.vault import Unreadable, Vault

NAME, WORDS = "欧阳植入", "电梯坏了走楼梯"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TO_COLLEAGUES = (
    Purpose.STAFF_NEWS,
    Purpose.STAFF_REMINDER,
    Purpose.NEEDS,
    Purpose.CONSULTATION,
    Purpose.SCORECARD,
)


@pytest.fixture
def who(cast: Cast, now: datetime) -> Invited:
    """Somebody of whom colleagues hear in every way there is, and whose first mails have left."""
    for purpose in TO_COLLEAGUES:
        create_template(cast.organization, purpose, now=now, subject="{{ candidate_name }}")
    interview = held_at(cast, create_place(cast), now=now, name=NAME)
    who = invite(cast, now=now - DAY, interview=interview)
    say(who.link, Word(SignalKind.LATE, 10, WORDS), now=now, was_confirmed=False)
    say_needs(who.link, Needed([NeedKind.WHEELCHAIR], ""), now=now)
    test = cast.templates[Purpose.INVITATION]
    send_test(cast.recruiter, interview, test, locale="zh-hans", channels=[Channel.EMAIL], now=now)
    for delivery in Delivery.objects.filter(notification__user__isnull=False):
        put(delivery, now=now, subject=f"{NAME}: {WORDS}")
    Delivery.objects.update(state="sent", sent_at=now, settled_at=now)
    question = ask(interview, "可以停车吗？", at=now)
    consult(
        cast.recruiter,
        question,
        cast.interviewer,
        interview,
        is_name_shown=True,
        with_conversation=True,
        now=now,
    )
    return who


def readable() -> str:
    """All that can still be read of what messages were made of, and of what the lab received."""
    told = Notification.objects.select_related("key", "shared__key")
    shown = LabMessage.objects.select_related("key")
    return "\n".join([*map(snapshot, told), *map(screen, shown)])


def snapshot(of: Notification) -> str:
    try:
        return str(snapshot_of(of, Vault(of.organization_id)))
    except Unreadable:
        return ""


def screen(of: LabMessage) -> str:
    try:
        vault = Vault(of.organization_id)
        return vault.open_bytes(of.key, LabMessage.PLACE, of.pk, of.content_sealed).decode()
    except Unreadable:
        return ""


def erase(who: Invited, now: datetime) -> None:
    candidate = Candidate.objects.select_related("key", "organization")
    ask_erasure(candidate.get(pk=who.interview.application.candidate_id), now=now)


def test_no_message_holds_name_or_words_of_somebody_erased(cast: Cast, who: Invited, now: datetime) -> None:
    before = readable()
    assert NAME in before
    assert WORDS in before
    erase(who, now)
    for at in (now, now + 8 * DAY):
        forget_old(cast.organization.pk, at)
        after = readable()
        assert NAME not in after
        assert WORDS not in after


def test_what_waits_for_a_colleague_does_not_leave_any_more(who: Invited, now: datetime) -> None:
    erase(who, now)
    asked = Delivery.objects.get(notification__purpose=Purpose.CONSULTATION)
    assert (asked.state, asked.reason) == ("cancelled", "erased")


def test_who_is_asked_for_a_scorecard_is_not_asked_any_more(cast: Cast, who: Invited, now: datetime) -> None:
    later = now + 3 * HOUR
    remind(cast.recruiter, who.interview.pk, cast.interviewer.pk, now=later)
    erase(who, later)
    asked = Delivery.objects.get(notification__purpose=Purpose.SCORECARD)
    assert (asked.state, asked.reason) == ("cancelled", "erased")
    assert NAME not in readable()


def test_who_would_have_waited_hears_that_it_is_off_and_no_name(
    cast: Cast, who: Invited, now: datetime
) -> None:
    """Without a name, also on the page and in the colleagues' calendars: the revision counts on."""
    open_still = create_interview(cast, now=now)
    Interview.objects.filter(pk=open_still.pk).update(
        application=who.interview.application, state=InterviewState.DRAFT
    )
    erase(who, now)
    theirs = Interview.objects.filter(application=who.interview.application).order_by("created_at")
    said = [(each.state, each.is_untimed, each.revision, each.cancelled_at) for each in theirs]
    assert said == [("cancelled", False, 2, now), ("cancelled", True, 2, now)]
    assert Change.objects.filter(kind="cancelled", interview__in=theirs).count() == 2
    told = Notification.objects.filter(purpose=Purpose.STAFF_REMINDER).select_related("user", "key")
    assert {(each.user, each.subject_id, each.subject_revision) for each in told} == {
        (cast.interviewer, who.interview.pk, 2),
        (cast.recruiter, who.interview.pk, 2),
    }
    assert {each.state for each in Delivery.objects.filter(notification__in=told)} == {"queued"}
    context = snapshot_of(told[0], Vault(cast.organization.pk))["context"]
    assert context["candidate_name"] == "（已删除）"
    assert context["is_off"]
    assert not Seat.objects.exists()


def test_what_is_over_stays_as_it_was(cast: Cast, who: Invited, now: datetime) -> None:
    erase(who, now + HOUR)
    interview = Interview.objects.get(pk=who.interview.pk)
    assert (interview.state, interview.revision) == ("scheduled", 1)
    assert not Notification.objects.filter(purpose=Purpose.STAFF_REMINDER).exists()


def test_what_colleagues_were_told_is_kept_for_a_week(cast: Cast, who: Invited, now: datetime) -> None:
    assert CHORES["forget_told"].run == f"{forget_old.__module__}.{forget_old.__name__}"
    assert forget_old(cast.organization.pk, now + REMEMBERED - HOUR) == 0
    told = Notification.objects.filter(user__isnull=False)
    waits = told.get(purpose=Purpose.CONSULTATION)
    after = now + REMEMBERED + HOUR
    assert forget_old(cast.organization.pk, after) == told.count() - 1
    assert forget_old(cast.organization.pk, after) == 0
    assert not LabMessage.objects.exists()
    assert [each.pk for each in told.exclude(parameters_sealed=b"")] == [waits.pk]
    assert NAME in str(snapshot_of(waits, Vault(cast.organization.pk)))


def test_what_came_to_the_lab_late_is_forgotten_as_well(cast: Cast, who: Invited, now: datetime) -> None:
    Delivery.objects.filter(notification__purpose=Purpose.CONSULTATION).update(
        state="sending", provider="lab"
    )
    erase(who, now)
    put(Delivery.objects.get(notification__purpose=Purpose.CONSULTATION), now=now, subject=NAME)
    assert forget_old(cast.organization.pk, now + REMEMBERED + HOUR) >= 1
    assert NAME not in readable()
