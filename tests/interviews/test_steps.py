"""The executor of plans: what is due is said once, what is not is recorded with its reason, changes count at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import Cast, create_interview, create_template
from yuemian.accounts.actions import save_branch
from yuemian.domain.cadence import Anchor, Conditions, Extra, Pick, Step, steps_to_json
from yuemian.domain.states import Answer, Attendance, Channel, DeliveryState, Mode, Purpose, ReasonCode
from yuemian.hiring.actions import set_contact_use
from yuemian.interviews.actions.attendance import promise_result, record_attendance
from yuemian.interviews.actions.change import Facts, cancel_interview, change_interview
from yuemian.interviews.actions.choose import Plan as SendPlan
from yuemian.interviews.actions.choose import choose, press_send, stop
from yuemian.interviews.actions.plans import archive_plan, copy_plan, save_plan
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import Cadence, Interview, Plan, StepOutcome, StepRecord
from yuemian.interviews.tasks import run_due_steps
from yuemian.messaging.models import AccessLink, Delivery, Notification

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
INVITE = Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY)
REMIND = Step("remind", Purpose.REMINDER, Anchor.BEFORE_START, DAY)
SOON = Step("soon", Purpose.REMINDER, Anchor.BEFORE_START, 2 * HOUR)
NUDGE = Step("nudge", Purpose.NUDGE, Anchor.AFTER_SILENCE, DAY, pick=Pick.NEXT)


def create_plan(cast: Cast, *steps: Step, now: datetime, **fields: Any) -> Plan:
    fields.setdefault("name", "所有面试")
    fields.setdefault("is_automatic", True)
    return Plan.objects.create(
        organization=cast.organization, steps=steps_to_json(steps), updated_at=now - DAY, **fields
    )


def work(cast: Cast, now: datetime) -> int:
    """Until nothing is due, as the clock does."""
    total = 0
    while count := run_due_steps(cast.organization.pk, now):
        total += count
    return total


def said(interview: Interview) -> list[tuple[str, str, int]]:
    found = Notification.objects.filter(subject_id=interview.pk, candidate__isnull=False)
    return list(found.order_by("created_at").values_list("purpose", "step_key", "subject_revision"))


def outcomes(interview: Interview) -> dict[str, tuple[str, str]]:
    rows = StepRecord.objects.filter(interview=interview).order_by("revision", "at")
    return {row.step_key: (row.outcome, row.reason) for row in rows}


def leave(interview: Interview, at: datetime) -> None:
    """As if the engine had sent everything that waits."""
    waiting = Delivery.objects.filter(notification__subject_id=interview.pk, state=DeliveryState.QUEUED)
    waiting.update(state=DeliveryState.SENT, sent_at=at, settled_at=at)


def next_look(interview: Interview) -> datetime | None:
    return Cadence.objects.get(interview=interview).next_at


def facts_of(interview: Interview, **fields: Any) -> Facts:
    names = Facts.__dataclass_fields__
    values = {name: getattr(interview, name) for name in names} | fields
    return Facts(**{**values, "mode": Mode(values["mode"])})


@pytest.fixture(autouse=True)
def texts(cast: Cast, now: datetime) -> None:
    for purpose in (Purpose.NUDGE, Purpose.STILL_DECIDING, Purpose.STAFF_REMINDER):
        create_template(cast.organization, purpose, now=now, body="{{ candidate_name }} {{ interview_when }}")


def test_a_step_is_said_once_however_often_one_looks(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    assert work(cast, now) == 1
    Cadence.objects.update(next_at=now)
    work(cast, now)
    assert said(interview) == [("invitation", "invite", 1)]
    assert outcomes(interview) == {"invite": ("planned", "")}
    record = StepRecord.objects.get()
    assert record.notification is not None
    assert Interview.objects.get().application.stage == "invited"


def test_nothing_is_said_before_its_time_and_the_clock_knows_when_to_look(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 5 * DAY)
    work(cast, now)
    assert said(interview) == []
    assert next_look(interview) == now + 2 * DAY
    work(cast, now + 2 * DAY)
    assert len(said(interview)) == 1


def test_a_plan_that_is_not_automatic_suggests_and_a_press_takes_the_suggestion(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, INVITE, REMIND, now=now, is_automatic=False)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    assert said(interview) == []
    assert outcomes(interview)["invite"] == (StepOutcome.SUGGESTED, "")
    batch = choose(cast.recruiter, [interview.pk], now=now)
    plan = SendPlan(cast.templates[Purpose.INVITATION], [Channel.EMAIL])
    press_send(cast.recruiter, batch.pk, plan, expected=1, now=now + HOUR)
    assert outcomes(interview)["invite"] == (StepOutcome.PLANNED, "")
    leave(interview, now + HOUR)
    work(cast, interview.starts_at - DAY)
    assert [purpose for purpose, _, _ in said(interview)] == ["invitation", "reminder"]


def test_an_invitation_that_was_stopped_waits_for_a_person_again_even_in_an_automatic_plan(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 5 * DAY)
    work(cast, now)
    batch = choose(cast.recruiter, [interview.pk], now=now)
    plan = SendPlan(cast.templates[Purpose.INVITATION], [Channel.EMAIL])
    press_send(cast.recruiter, batch.pk, plan, expected=1, now=now)
    stop(cast.recruiter, batch.pk, now=now)
    work(cast, now + 2 * DAY)
    assert outcomes(interview) == {"invite": (StepOutcome.SUGGESTED, "")}
    assert len(said(interview)) == 1


def test_a_late_import_hears_the_invitation_alone_and_not_a_pile(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, REMIND, SOON, NUDGE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 3 * HOUR)
    work(cast, now)
    leave(interview, now)
    work(cast, now + HOUR)
    assert said(interview) == [("invitation", "invite", 1), ("reminder", "soon", 1)]
    assert outcomes(interview)["remind"] == ("skipped", ReasonCode.OVERTAKEN)


def test_silence_is_nudged_a_day_after_the_invitation_left_and_an_answer_ends_it(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, INVITE, NUDGE, now=now)
    silent = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    answering = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    work(cast, now)
    for interview in (silent, answering):
        leave(interview, now + HOUR)
    work(cast, now + DAY)
    assert len(said(silent)) == 1, "the day is counted from when it really left"
    assert next_look(silent) == now + DAY + HOUR
    Interview.objects.filter(pk=answering.pk).update(answer=Answer.ACCEPTED, answered_at=now)
    work(cast, now + DAY + HOUR)
    assert [key for _, key, _ in said(silent)] == ["invite", "nudge"]
    assert [key for _, key, _ in said(answering)] == ["invite"]
    assert outcomes(answering)["nudge"] == ("skipped", ReasonCode.RECIPIENT_ALREADY_REPLIED)


def test_a_message_that_has_not_left_is_waited_for(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, NUDGE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    work(cast, now)
    work(cast, now + DAY + HOUR)
    assert [key for _, key, _ in said(interview)] == ["invite"]
    assert next_look(interview) is not None


def test_after_a_move_the_reminder_comes_again_for_the_new_day_and_the_notice_stands_for_the_invitation(
    cast: Cast, now: datetime
) -> None:
    create_plan(cast, INVITE, REMIND, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    leave(interview, now)
    work(cast, now + DAY)
    leave(interview, now + DAY)
    moved = now + 5 * DAY
    change_interview(cast.recruiter, interview.pk, facts_of(interview, starts_at=moved), now=now + DAY + HOUR)
    work(cast, now + DAY + HOUR)
    leave(interview, now + DAY + HOUR)
    work(cast, moved - 3 * DAY)
    work(cast, moved - DAY)
    assert said(interview) == [
        ("invitation", "invite", 1),
        ("reminder", "remind", 1),
        ("change", "", 2),
        ("reminder", "remind", 2),
    ]


def test_a_move_before_the_reminder_takes_the_old_one_away(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, REMIND, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    leave(interview, now)
    change_interview(
        cast.recruiter, interview.pk, facts_of(interview, starts_at=now + 9 * DAY), now=now + HOUR
    )
    leave(interview, now + HOUR)
    work(cast, now + DAY)
    assert [key for _, key, _ in said(interview)] == ["invite", ""]
    assert next_look(interview) is not None


def test_a_cancelled_interview_says_nothing_more(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, REMIND, NUDGE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    leave(interview, now)
    cancel_interview(cast.recruiter, interview.pk, now=now + HOUR)
    work(cast, now + DAY)
    assert [purpose for purpose, _, _ in said(interview)] == ["invitation", "cancellation"]
    assert next_look(interview) is None


def test_an_edit_of_a_plan_looks_at_exactly_the_interviews_under_it(cast: Cast, now: datetime) -> None:
    outer = create_plan(cast, INVITE, now=now)
    own = create_plan(cast, INVITE, now=now, name="后端", job=cast.backend)
    mine = create_interview(cast, now=now, starts_at=now + 9 * DAY)
    other = create_interview(cast, now=now, starts_at=now + 9 * DAY, job=cast.sales)
    work(cast, now)
    looks = (next_look(mine), next_look(other))
    save_plan(cast.owner, own, [INVITE, REMIND], number=1, now=now + HOUR)
    assert (next_look(mine), next_look(other)) == (now + HOUR, looks[1])
    work(cast, now + HOUR)
    save_plan(cast.owner, outer, [INVITE, SOON], number=1, now=now + 2 * HOUR)
    assert next_look(other) == now + 2 * HOUR
    assert next_look(mine) != now + 2 * HOUR
    work(cast, now + 2 * HOUR)
    archive_plan(cast.owner, own, now=now + 3 * HOUR)
    assert next_look(mine) == now + 3 * HOUR


def test_the_nearest_plan_in_use_holds(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, now=now, name="公司")
    branch = copy_plan(cast.owner, Plan.objects.get(), name="上海", branch=cast.shanghai, now=now)
    family = copy_plan(cast.owner, branch, name="技术", family=cast.backend.family, now=now)
    job = copy_plan(cast.owner, family, name="后端", job=cast.backend, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 9 * DAY)
    from_near_to_far = [job, family, branch]
    for number, plan in enumerate(from_near_to_far, 1):
        only = Step(
            f"only_{plan.name.encode().hex()[:6]}", Purpose.INVITATION, Anchor.BEFORE_START, number * DAY
        )
        save_plan(cast.owner, plan, [only], number=1, now=now)
        work(cast, now)
        assert next_look(interview) == interview.starts_at - number * DAY
        archive_plan(cast.owner, plan, now=now)
    work(cast, now)
    assert next_look(interview) == interview.starts_at - 3 * DAY


def test_reminders_added_too_late_are_not_made_up_for(cast: Cast, now: datetime) -> None:
    plan = create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    work(cast, now)
    leave(interview, now)
    early = Step("early", Purpose.REMINDER, Anchor.BEFORE_START, 20 * HOUR)
    save_plan(cast.owner, plan, [INVITE, early], number=1, now=now + 10 * HOUR)
    work(cast, now + 10 * HOUR)
    assert [key for _, key, _ in said(interview)] == ["invite"]
    assert outcomes(interview)["early"] == ("skipped", ReasonCode.OVERTAKEN)


def test_who_missed_an_interview_gets_the_extra_text_message(cast: Cast, now: datetime) -> None:
    extra = Step(
        "missed", Purpose.REMINDER, Anchor.BEFORE_START, 4 * HOUR,
        conditions=Conditions(missed_at_least=1), pick=Pick.LISTED, channels=(Channel.SMS,),
    )  # fmt: skip
    create_plan(cast, extra, now=now)
    first = create_interview(cast, now=now, starts_at=now + HOUR)
    later = create_interview(cast, now=now, starts_at=now + 2 * DAY + 6 * HOUR)
    Interview.objects.filter(pk=later.pk).update(application=first.application)
    work(cast, now)
    record_attendance(cast.recruiter, first.pk, Attendance.NO_SHOW, now=now + 2 * HOUR)
    work(cast, now + 2 * HOUR)
    work(cast, later.starts_at - 4 * HOUR)
    delivery = Delivery.objects.get(notification__subject_id=later.pk)
    assert (delivery.channel, delivery.notification.step_key) == (Channel.SMS, "missed")
    record_attendance(cast.recruiter, first.pk, Attendance.ATTENDED, now=now + 3 * HOUR)
    assert Interview.objects.get(pk=first.pk).state == "completed"


def test_the_interviewer_and_the_recruiter_are_reminded_beside_the_candidate(
    cast: Cast, now: datetime
) -> None:
    both = replace(REMIND, extras=frozenset({Extra.INTERVIEWER, Extra.RECRUITER}))
    create_plan(cast, both, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now + DAY)
    staff = Notification.objects.filter(subject_id=interview.pk, user__isnull=False)
    assert set(staff.values_list("user_id", flat=True)) == {cast.interviewer.pk, cast.recruiter.pk}
    assert set(staff.values_list("purpose", flat=True)) == {"staff_reminder"}
    assert len(said(interview)) == 1


def test_a_promise_that_passes_is_followed_by_a_note_until_the_result_is_there(
    cast: Cast, now: datetime
) -> None:
    note = Step("note", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, DAY)
    create_plan(cast, note, now=now)
    waiting, decided = (create_interview(cast, now=now, starts_at=now + HOUR) for _ in range(2))
    for interview in (waiting, decided):
        record_attendance(cast.recruiter, interview.pk, Attendance.ATTENDED, now=now + 2 * HOUR)
        promise_result(cast.recruiter, interview.pk, now + 2 * DAY, now=now + 2 * HOUR)
    Interview.objects.filter(pk=decided.pk).update(result_told_at=now + 2 * DAY)
    work(cast, now + 3 * DAY)
    assert [purpose for purpose, _, _ in said(waiting)] == ["still_deciding"]
    assert said(decided) == []


def test_without_an_address_a_step_waits_and_goes_when_one_is_added(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    points = interview.application.candidate.contact_points.all()
    points.update(state="suppressed")
    work(cast, now)
    assert (said(interview), outcomes(interview)) == ([], {})
    set_contact_use(cast.recruiter, points[0].pk, is_in_use=True, now=now + timedelta(minutes=1))
    work(cast, now + timedelta(minutes=1))
    assert len(said(interview)) == 1


def test_an_address_taken_out_of_use_is_looked_at_in_the_same_transaction(cast: Cast, now: datetime) -> None:
    create_plan(cast, REMIND, now=now)
    mine, others = (create_interview(cast, now=now, starts_at=now + 3 * DAY) for _ in range(2))
    work(cast, now)
    later = now + HOUR
    point = mine.application.candidate.contact_points.all()[0]
    set_contact_use(cast.recruiter, point.pk, is_in_use=False, now=later)
    assert (next_look(mine), next_look(others)) == (later, now + 2 * DAY)
    work(cast, later)
    set_contact_use(cast.recruiter, point.pk, is_in_use=False, now=later + HOUR)  # it is out of use already
    assert next_look(mine) == now + 2 * DAY


def test_other_quiet_hours_of_the_branch_count_at_once(cast: Cast, now: datetime) -> None:
    create_plan(cast, REMIND, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    work(cast, now)
    assert next_look(interview) == now + 2 * DAY
    cast.shanghai.quiet_until = time(10)
    save_branch(cast.owner, cast.shanghai, now=now)
    work(cast, now)
    assert next_look(interview) == now + 2 * DAY + HOUR


def test_a_saved_branch_makes_its_open_interviews_due(cast: Cast) -> None:
    now = timezone.now()
    create_plan(cast, REMIND, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 9 * DAY)
    work(cast, now)
    assert next_look(interview) != now
    save_branch(cast.owner, cast.singapore, now=now)
    assert (next_look(interview) or now) > now + DAY
    save_branch(cast.owner, cast.shanghai, now=now)
    assert next_look(interview) == now


def test_an_interview_that_cannot_be_decided_does_not_stop_the_others(cast: Cast, now: datetime) -> None:
    broken = create_plan(cast, INVITE, now=now, name="坏", job=cast.sales)
    create_plan(cast, INVITE, now=now)
    bad = create_interview(cast, now=now, starts_at=now + 2 * DAY, job=cast.sales)
    good = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    Plan.objects.filter(pk=broken.pk).update(steps=[{"key": "?"}])
    work(cast, now)
    assert len(said(good)) == 1
    assert said(bad) == []
    assert next_look(bad) == now + timedelta(minutes=10)


def test_other_companies_are_left_alone(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, now=now)
    create_interview(cast, now=now, starts_at=now + 2 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM cadences_due()")
        assert cursor.fetchall() == [(cast.organization.pk,)]


def test_a_step_soon_after_the_answer_is_looked_at_when_the_answer_comes(cast: Cast, now: datetime) -> None:
    thanks = Step("thanks", Purpose.REMINDER, Anchor.AFTER_ANSWER, timedelta(minutes=5))
    create_plan(cast, INVITE, thanks, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 2 * DAY)
    work(cast, now)
    leave(interview, now)
    assert Cadence.objects.get(interview=interview).is_waiting
    link = AccessLink.objects.get(subject_id=interview.pk)
    at = now + 7 * HOUR
    respond(link, Answer.ACCEPTED, "", now=at, was_confirmed=False)
    assert next_look(interview) == at
    work(cast, at)
    assert next_look(interview) == at + timedelta(minutes=5)
    work(cast, at + timedelta(minutes=5))
    assert [key for _, key, _ in said(interview)] == ["invite", "thanks"]


def test_an_answer_that_nothing_waits_for_moves_no_cadence(cast: Cast, now: datetime) -> None:
    create_plan(cast, INVITE, NUDGE, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    work(cast, now)
    leave(interview, now)
    work(cast, now + HOUR)
    look = next_look(interview)
    link = AccessLink.objects.get(subject_id=interview.pk)
    respond(link, Answer.ACCEPTED, "", now=now + 2 * HOUR, was_confirmed=False)
    assert next_look(interview) == look
