"""Another time: chosen, proposed, accepted, declined; what it does to seats, answers, links and messages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories import Cast, create_interview, create_interviews, create_template, create_user
from tests.interviews.slots import clocks, create_policy, create_series, offers, press
from tests.interviews.test_invite import facts_of
from tests.portal.stories import invite
from yuemian.accounts.models import Role
from yuemian.domain.slots import Refusal, RequestState, SlotKey
from yuemian.domain.states import Answer, Purpose
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.reschedule import (
    CannotAsk,
    NoLongerOpen,
    accept_request,
    choose_slot,
    decline_request,
    expire_requests,
    open_request,
    propose_times,
    withdraw,
)
from yuemian.interviews.actions.respond import Refused, respond
from yuemian.interviews.actions.seats import JustTaken, give_back_overdue, take_seat
from yuemian.interviews.models import Change, Interview, RescheduleRequest, Response, Seat, Slot
from yuemian.messaging.models import Delivery, Notification
from yuemian.trust.models import AuditEntry

DAY = timedelta(days=1)


def fresh(interview: Interview) -> Interview:
    return Interview.objects.with_people().select_related("organization").get(pk=interview.pk)


def sent(**fields: object) -> None:
    Delivery.objects.filter(**fields).update(state="sent")


def test_a_candidate_is_offered_their_interviewers_free_slots_from_the_notice_on(
    cast: Cast, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    create_series(cast, now=now)
    # Asked on a Wednesday at nine; the interview itself is on Saturday at nine.
    assert clocks(offers(interview, now))[:7] == [
        "11-26 09:00", "11-26 10:00", "11-26 11:00", "11-27 09:00", "11-27 10:00", "11-27 11:00", "11-28 10:00",
    ]  # fmt: skip


def test_only_series_of_the_interviewer_and_of_the_job_count(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    other = create_user(cast.organization, Role.INTERVIEWER, "别人")
    create_series(cast, now=now, interviewer=other)
    create_series(cast, now=now, job=cast.sales)
    create_series(cast, now=now, is_active=False)
    assert offers(interview, now) == []
    create_series(cast, now=now, interviewer=None, job=cast.backend)
    assert offers(interview, now)


def test_an_interview_that_nobody_holds_takes_its_jobs_interviewers(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    interview.participants.all().delete()
    create_series(cast, now=now)
    assert offers(interview, now) == []
    create_series(cast, now=now, job=cast.backend)
    assert offers(interview, now)


def test_other_interviews_of_interviewer_and_candidate_are_not_offered(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now, starts_at=now + 9 * DAY)
    create_series(cast, now=now, buffer=timedelta(minutes=15), length=timedelta(minutes=45))
    create_interview(cast, now=now, starts_at=now + DAY + timedelta(hours=1), phone="+8613900000001")
    assert clocks(offers(interview, now))[:3] == ["11-26 09:00", "11-27 09:00", "11-27 10:00"]
    own = create_interview(cast, now=now, starts_at=now + 2 * DAY, phone="+8613900000002")
    own.participants.all().delete()
    own.application.candidate = interview.application.candidate
    own.application.job = cast.sales
    own.application.save()
    assert clocks(offers(interview, now))[:2] == ["11-26 09:00", "11-27 11:00"]


def test_where_the_policy_is_automatic_the_interview_moves_at_once(cast: Cast, now: datetime) -> None:
    create_template(cast.organization, Purpose.STAFF_REMINDER, now=now)
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    who = invite(cast, now=now, starts_at=now + 3 * DAY)
    sent()
    found = offers(who.interview, now)[3]
    assert choose_slot(press(who, now), found.key, words="周五 9:00")
    interview = fresh(who.interview)
    assert (interview.starts_at, interview.revision, interview.answer) == (found.span.start, 2, "accepted")
    assert Seat.objects.get().interview == interview
    assert Seat.objects.get().held_until is None
    assert Response.objects.get().revision == 2
    told = Notification.objects.filter(purpose=Purpose.CHANGE, subject_revision=2)
    assert told.filter(candidate=interview.application.candidate).count() == 1
    staff = Notification.objects.filter(purpose=Purpose.STAFF_REMINDER).values_list("user__name", flat=True)
    assert set(staff) == {"陈默", "林悦"}
    assert Change.objects.filter(kind="rescheduled", actor=None).count() == 1
    assert AuditEntry.objects.filter(action="interview.rescheduled", actor_kind="candidate").count() == 1


def test_the_link_that_was_used_stays_good_and_every_other_says_that_the_time_has_changed(
    cast: Cast, now: datetime
) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    who = invite(cast, now=now)
    other = invite(cast, now=now, interview=who.interview, purpose=Purpose.REMINDER)
    choose_slot(press(who, now), offers(who.interview, now)[-1].key, words="")
    respond(press(who, now).link, Answer.DECLINED, "", now=now, was_confirmed=False)
    with pytest.raises(Refused, match="old_revision"):
        respond(press(other, now).link, Answer.ACCEPTED, "", now=now, was_confirmed=False)
    assert who.link.expires_at >= fresh(who.interview).ends_at


def test_a_choice_without_a_published_text_stands_all_the_same(cast: Cast, now: datetime) -> None:
    cast.templates[Purpose.CHANGE].template.delete()
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    who = invite(cast, now=now)
    sent()
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    assert fresh(who.interview).answer == Answer.ACCEPTED


def test_a_series_with_a_place_moves_the_interview_there(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    video = {"mode": "video", "video_link": "https://meet.example/9", "time_zone": "Asia/Singapore"}
    create_series(cast, now=now, length=timedelta(minutes=30), **video)
    who = invite(cast, now=now)
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    interview = fresh(who.interview)
    assert (interview.mode, interview.video_link, interview.place_name) == (
        "video",
        "https://meet.example/9",
        "",
    )
    assert (interview.duration, interview.time_zone) == (timedelta(minutes=30), "Asia/Singapore")


def test_where_a_person_decides_the_seat_is_held_and_the_time_stays(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    first, second = invite(cast, now=now), invite(cast, now=now)
    key = offers(first.interview, now)[0].key
    assert not choose_slot(press(first, now), key, words="周四 9:00", note="上午更好")
    interview = fresh(first.interview)
    assert (interview.revision, interview.answer) == (1, "reschedule_requested")
    assert Seat.objects.get().held_until == now + DAY
    assert key not in [each.key for each in offers(second.interview, now)]
    with pytest.raises(JustTaken):
        choose_slot(press(second, now), key, words="")
    assert fresh(second.interview).answer == Answer.NEEDS_ACTION
    assert not RescheduleRequest.objects.filter(interview=second.interview).exists()


def test_a_held_seat_is_free_again_when_its_time_is_up(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    first, second = invite(cast, now=now), invite(cast, now=now)
    key = offers(first.interview, now)[4].key
    choose_slot(press(first, now), key, words="")
    later = now + DAY + timedelta(seconds=1)
    assert key in [each.key for each in offers(second.interview, later)]
    choose_slot(press(second, later), key, words="")
    assert Seat.objects.get().interview == second.interview
    assert open_request(first.interview) is not None


def test_the_chore_frees_what_is_overdue_and_ends_what_nobody_decided(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now, starts_at=now + 3 * DAY)
    choose_slot(press(who, now), offers(who.interview, now)[-1].key, words="")
    expire_requests(cast.organization.pk, now + timedelta(hours=1))
    assert (Seat.objects.count(), RescheduleRequest.objects.get().state) == (1, "open")
    expire_requests(cast.organization.pk, now + 2 * DAY)
    assert (Seat.objects.count(), Slot.objects.count(), RescheduleRequest.objects.get().state) == (
        0,
        0,
        "open",
    )
    expire_requests(cast.organization.pk, now + 3 * DAY)
    assert RescheduleRequest.objects.get().state == RequestState.EXPIRED


def test_one_press_of_hr_accepts_the_slot(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    sent()
    found = offers(who.interview, now)[0]
    choose_slot(press(who, now), found.key, words="")
    # Nearer than the notice by now: that binds candidates, not HR.
    later = now + timedelta(hours=20)
    accept_request(cast.recruiter, RescheduleRequest.objects.get().pk, found.span.start, now=later)
    interview = fresh(who.interview)
    assert (interview.starts_at, interview.revision, interview.answer) == (found.span.start, 2, "accepted")
    assert Seat.objects.get().held_until is None
    request = RescheduleRequest.objects.get()
    assert (request.state, request.decided_by) == ("accepted", cast.recruiter)
    assert Notification.objects.filter(purpose=Purpose.CHANGE, subject_revision=2).count() == 1


def test_a_request_is_decided_once_and_only_while_its_facts_hold(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    key = offers(who.interview, now)[0].key
    choose_slot(press(who, now), key, words="")
    request = RescheduleRequest.objects.get()
    with pytest.raises(NoLongerOpen):
        accept_request(cast.recruiter, request.pk, key.start + DAY, now=now)
    later = facts_of(who.interview, starts_at=who.interview.starts_at + DAY)
    change_interview(cast.recruiter, who.interview.pk, later, now=now)
    assert not Seat.objects.exists()
    request.refresh_from_db()
    assert request.state == RequestState.EXPIRED
    with pytest.raises(NoLongerOpen):
        accept_request(cast.recruiter, request.pk, key.start, now=now)
    with pytest.raises(NoLongerOpen):
        decline_request(cast.recruiter, request.pk, "抱歉", now=now)


def test_hr_accepts_one_of_the_proposed_times(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    times = [now + 4 * DAY, now + 5 * DAY, now + 6 * DAY, now + 7 * DAY, now - DAY]
    propose_times(press(who, now), times, words="周日、周一", note="下午最好")
    request = RescheduleRequest.objects.get()
    assert request.times == times[:3]
    assert fresh(who.interview).answer == Answer.RESCHEDULE_REQUESTED
    accept_request(cast.recruiter, request.pk, times[1], now=now)
    interview = fresh(who.interview)
    assert (interview.starts_at, interview.answer) == (times[1], "accepted")


def test_declining_keeps_the_time_and_opens_the_answer_again_with_words(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    decline_request(cast.recruiter, RescheduleRequest.objects.get().pk, "很抱歉，那天不行", now=now)
    interview = fresh(who.interview)
    assert (interview.answer, interview.revision, Seat.objects.count()) == ("needs_action", 1, 0)
    assert Notification.objects.filter(purpose=Purpose.ANSWER).count() == 1


def test_a_candidate_asks_so_often_and_hr_can_ask_them_again(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, most=1)
    create_series(cast, now=now)
    who = invite(cast, now=now)
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    decline_request(cast.recruiter, RescheduleRequest.objects.get().pk, "请再选", now=now, offers_again=True)
    choose_slot(press(who, now), offers(who.interview, now)[1].key, words="")
    decline_request(cast.recruiter, RescheduleRequest.objects.get(state="open").pk, "不行", now=now)
    with pytest.raises(CannotAsk) as refused:
        choose_slot(press(who, now), offers(who.interview, now)[2].key, words="")
    assert refused.value.why == Refusal.TOO_OFTEN


def test_changing_ones_mind_before_a_decision_costs_nothing(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, most=1)
    create_series(cast, now=now)
    who = invite(cast, now=now)
    for number in (0, 1):
        choose_slot(press(who, now), offers(who.interview, now)[number].key, words="")
    assert Seat.objects.count() == 1
    withdraw(press(who, now))
    assert (Seat.objects.count(), Slot.objects.count(), fresh(who.interview).answer) == (0, 0, "needs_action")
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    assert RescheduleRequest.objects.filter(is_counted=True).count() == 1


def test_coming_after_all_takes_the_request_back(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who, other = invite(cast, now=now), invite(cast, now=now)
    key = offers(who.interview, now)[0].key
    choose_slot(press(who, now), key, words="")
    respond(press(who, now).link, Answer.ACCEPTED, "", now=now, was_confirmed=True)
    assert (RescheduleRequest.objects.get().state, Seat.objects.count()) == ("withdrawn", 0)
    assert not choose_slot(press(other, now), key, words="")


def test_too_late_is_too_late(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, latest=timedelta(hours=48))
    create_series(cast, now=now)
    who = invite(cast, now=now, starts_at=now + DAY)
    with pytest.raises(CannotAsk) as refused:
        propose_times(press(who, now), [now + 2 * DAY], words="", note="")
    assert refused.value.why == Refusal.TOO_LATE


def test_the_nearest_policy_holds(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, most=0)
    who = invite(cast, now=now)
    with pytest.raises(CannotAsk):
        propose_times(press(who, now), [now + 2 * DAY], words="", note="")
    create_policy(cast, now=now, branch=cast.shanghai, proposals=0)
    with pytest.raises(CannotAsk):
        propose_times(press(who, now), [now + 2 * DAY], words="", note="")
    create_policy(cast, now=now, job=cast.backend)
    propose_times(press(who, now), [now + 2 * DAY], words="", note="")
    assert open_request(who.interview) is not None


def test_cancelling_and_moving_by_hand_free_the_seat(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    moved, cancelled = invite(cast, now=now), invite(cast, now=now)
    for who in (moved, cancelled):
        choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    assert Seat.objects.count() == 2
    interview = fresh(moved.interview)
    change_interview(cast.recruiter, interview.pk, facts_of(interview, materials="护照"), now=now)
    change_interview(cast.recruiter, interview.pk, facts_of(fresh(interview), place_name="13 层"), now=now)
    assert Seat.objects.count() == 2
    change_interview(
        cast.recruiter, interview.pk, facts_of(fresh(interview), starts_at=now + 9 * DAY), now=now
    )
    cancel_interview(cast.recruiter, cancelled.interview.pk, now=now)
    assert (Seat.objects.count(), Slot.objects.count()) == (0, 0)


def test_a_group_shares_a_slot_up_to_its_capacity(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now, capacity=3, per_day=1)
    people = [invite(cast, now=now) for _ in range(4)]
    key = offers(people[0].interview, now)[0].key
    for who in people[:3]:
        choose_slot(press(who, now), key, words="")
    assert sorted(Seat.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert Slot.objects.count() == 1
    with pytest.raises(JustTaken):
        choose_slot(press(people[3], now), key, words="")
    # The day has had its one slot.
    assert offers(people[3].interview, now)[0].span.start >= key.start + timedelta(hours=20)


def test_the_database_refuses_a_seat_twice_beyond_the_capacity_or_of_somebody_who_is_taken(
    cast: Cast, now: datetime
) -> None:
    series, other = create_series(cast, now=now), create_series(cast, now=now, capacity=2)
    interviews = create_interviews(cast, 3, now=now)
    found = offers(interviews[0], now)[0]
    take_seat(fresh(interviews[0]), found.key, now=now)
    slot = Slot.objects.get()
    assert slot.series in (series, other)

    def refused(**fields: object) -> bool:
        given = {"organization": cast.organization, "slot": slot, "capacity": slot.capacity, "taken_at": now}
        try:
            with transaction.atomic():
                Seat.objects.create(**(given | fields))
        except IntegrityError:
            return True
        return False

    assert refused(number=1, interview=interviews[1])
    assert refused(number=slot.capacity + 1, interview=interviews[1])
    assert refused(number=2, capacity=99, interview=interviews[1])
    free = series if slot.series == other else other
    for start in (slot.starts_at, slot.starts_at + timedelta(minutes=30)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Slot.objects.create(
                organization=cast.organization, series=free, interviewer=cast.interviewer,
                starts_at=start, ends_at=start + timedelta(hours=1), capacity=1,
            )  # fmt: skip
    Slot.objects.create(
        organization=cast.organization, series=free, interviewer=cast.interviewer,
        starts_at=slot.ends_at, ends_at=slot.ends_at + timedelta(hours=1), capacity=1,
    )  # fmt: skip


def test_a_hold_in_the_way_is_swept_when_it_is_overdue(cast: Cast, now: datetime) -> None:
    """Two series of one person: an old hold of the one must not block the other."""
    create_series(cast, now=now)
    create_series(
        cast, now=now, windows=[{"weekday": d, "from": "09:30", "until": "10:30"} for d in range(1, 8)]
    )
    first, second = (invite(cast, now=now, starts_at=now + 9 * DAY) for _ in range(2))
    nine = next(each for each in offers(first.interview, now) if clocks([each]) == ["11-27 09:00"])
    choose_slot(press(first, now), nine.key, words="")
    later = now + DAY + timedelta(minutes=1)
    half_past = next(each for each in offers(second.interview, later) if clocks([each]) == ["11-27 09:30"])
    choose_slot(press(second, later), half_past.key, words="")
    assert Seat.objects.get().interview == second.interview


def test_nothing_of_another_organization_is_decided(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    propose_times(press(who, now), [now + 2 * DAY], words="", note="")
    request = RescheduleRequest.objects.get()
    stranger = create_user(cast.organization, Role.INTERVIEWER, "别人")
    with pytest.raises(Interview.DoesNotExist):
        accept_request(stranger, request.pk, request.times[0], now=now)


def test_an_unknown_slot_is_just_taken(cast: Cast, now: datetime) -> None:
    series = create_series(cast, now=now)
    who = invite(cast, now=now)
    for key in (SlotKey(series.pk, now + timedelta(hours=30, minutes=7)), SlotKey(who.link.pk, now)):
        with pytest.raises(JustTaken):
            choose_slot(press(who, now), key, words="")
    assert give_back_overdue(cast.organization.pk, now) == 0
