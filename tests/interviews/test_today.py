"""What stands in which part of a day, for whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast, create_interview, create_interviews, create_user
from tests.interviews.today import day_of, invite, names, parts_of
from yuemian.accounts.models import Role
from yuemian.domain.states import Answer, Attendance, Channel, DeliveryState, InterviewState, Purpose
from yuemian.interviews import wording
from yuemian.interviews.actions.change import Facts, change_interview
from yuemian.interviews.models import Interview, Participant, Response, StepOutcome, StepRecord
from yuemian.interviews.today import Part, Scope
from yuemian.messaging.actions.conversation import add_message
from yuemian.messaging.models import Delivery, Notification
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

#: It is nine in the morning in Shanghai (tests.conftest.NOW).
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def put(cast: Cast, now: datetime, **fields: Any) -> Interview:
    """An interview with fields that only time or an answer would set."""
    late = {
        name: fields.pop(name)
        for name in list(fields)
        if name in {"answer", "attendance", "state", "answered_at", "recruiter", "branch"}
    }
    interview = create_interview(cast, now=now, **fields)
    if late:
        Interview.objects.filter(pk=interview.pk).update(**late)
        interview = Interview.objects.with_people().get(pk=interview.pk)
    return interview


Case = Callable[[Cast, datetime], None]


def soon_and_not_invited(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + 2 * DAY)


def far_and_not_invited(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + 10 * DAY)


def far_and_suggested(cast: Cast, now: datetime) -> None:
    suggest(put(cast, now, name="甲", starts_at=now + 10 * DAY), now)


def suggested_for_an_older_revision(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, name="甲", starts_at=now + 10 * DAY)
    suggest(interview, now)
    Interview.objects.filter(pk=interview.pk).update(revision=2)


def invited_and_silent(cast: Cast, now: datetime) -> None:
    invite(cast, [put(cast, now, name="甲", starts_at=now + 2 * DAY)], now=now)


def invitation_still_in_the_queue(cast: Cast, now: datetime) -> None:
    invite(cast, [put(cast, now, name="甲", starts_at=now + 2 * DAY)], now=now, state=DeliveryState.QUEUED)


def invitation_stopped(cast: Cast, now: datetime) -> None:
    invite(cast, [put(cast, now, name="甲", starts_at=now + 2 * DAY)], now=now, state=DeliveryState.CANCELLED)


def invitation_failed(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, name="甲", starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now, state=DeliveryState.PERMANENT_FAILURE, reason="invalid_contact")


def invitation_unclear(cast: Cast, now: datetime) -> None:
    invite(cast, [put(cast, now, name="甲", starts_at=now + 2 * DAY)], now=now, state=DeliveryState.UNKNOWN)


def answered_yes_for_today(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + 2 * HOUR, answer=Answer.ACCEPTED)


def declined_for_tomorrow(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + DAY, answer=Answer.DECLINED)


def wants_another_time(cast: Cast, now: datetime) -> None:
    put(
        cast,
        now,
        name="甲",
        starts_at=now + 5 * DAY,
        answer=Answer.RESCHEDULE_REQUESTED,
        answered_at=now - HOUR,
    )


def asked_something(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, name="甲", starts_at=now + 5 * DAY, answer=Answer.ACCEPTED)
    ask(interview, "可以停车吗？", now)


def came_yesterday_nobody_knows(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now - DAY, answer=Answer.ACCEPTED)


def came_yesterday_and_it_is_known(cast: Cast, now: datetime) -> None:
    put(
        cast,
        now,
        name="甲",
        starts_at=now - DAY,
        attendance=Attendance.ATTENDED,
        state=InterviewState.COMPLETED,
    )


def cancelled_for_today(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + HOUR, state=InterviewState.CANCELLED)


def without_an_address(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + 5 * DAY, email="", phone="", answer=Answer.ACCEPTED)


def without_an_interviewer(cast: Cast, now: datetime) -> None:
    Participant.objects.filter(interview=put(cast, now, name="甲", starts_at=now + 5 * DAY)).delete()


def without_anybody_of_hr(cast: Cast, now: datetime) -> None:
    put(cast, now, name="甲", starts_at=now + 5 * DAY, recruiter=None, answer=Answer.ACCEPTED)


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        (soon_and_not_invited, ["invite"]),
        (far_and_not_invited, []),
        (far_and_suggested, ["invite"]),
        (suggested_for_an_older_revision, []),
        (invited_and_silent, ["unanswered"]),
        (invitation_still_in_the_queue, []),
        (invitation_stopped, ["invite"]),
        (invitation_failed, ["trouble"]),
        (invitation_unclear, ["unanswered", "trouble"]),
        (answered_yes_for_today, ["today"]),
        (declined_for_tomorrow, ["tomorrow"]),
        (wants_another_time, ["waiting"]),
        (asked_something, ["waiting"]),
        (came_yesterday_nobody_knows, ["came"]),
        (came_yesterday_and_it_is_known, []),
        (cancelled_for_today, []),
        (without_an_address, ["incomplete"]),
        (without_an_interviewer, ["incomplete"]),
        (without_anybody_of_hr, ["incomplete"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_an_interview_stands_where_somebody_must_act(
    cast: Cast, now: datetime, case: Case, parts: list[str]
) -> None:
    case(cast, now)
    found = parts_of(day_of(cast.recruiter, now=now))
    assert found == {part: ["甲"] for part in parts}


def suggest(interview: Interview, now: datetime) -> None:
    StepRecord.objects.create(
        organization_id=interview.organization_id,
        interview=interview,
        revision=interview.revision,
        step_key="invitation",
        purpose=Purpose.INVITATION,
        outcome=StepOutcome.SUGGESTED,
        due_at=now,
        at=now,
    )


def ask(interview: Interview, text: str, now: datetime) -> None:
    add_message(interview.application, text, interview_id=interview.pk, author=None, now=now)


def test_a_message_that_another_channel_has_carried_is_no_trouble(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now, state=DeliveryState.PERMANENT_FAILURE)
    assert day_of(cast.recruiter, now=now)[Part.TROUBLE].count == 1
    invite(cast, [interview], now=now + HOUR, state=DeliveryState.SENT)
    assert day_of(cast.recruiter, now=now)[Part.TROUBLE].count == 0


@pytest.mark.parametrize("is_resend", [True, False], ids=["said again", "another reminder"])
def test_what_arrived_before_hides_no_later_failure(cast: Cast, now: datetime, *, is_resend: bool) -> None:
    interview = put(cast, now, starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now - DAY, state=DeliveryState.DELIVERED)
    if not is_resend:
        Notification.objects.update(purpose=Purpose.REMINDER, step_key="remind_1_day")
    failed = DeliveryState.PERMANENT_FAILURE
    invite(cast, [interview], now=now - HOUR, state=failed, reason="invalid_contact", resend=is_resend)
    if not is_resend:
        Notification.objects.filter(step_key="").update(purpose=Purpose.REMINDER, step_key="remind_2_hours")
    (line,) = day_of(cast.recruiter, now=now)[Part.TROUBLE].lines
    assert line.reasons == [wording.reason("invalid_contact")]


def test_a_second_channel_that_fails_beside_the_first_is_no_trouble(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now, state=DeliveryState.DELIVERED, channels=[Channel.EMAIL, Channel.SMS])
    Delivery.objects.filter(channel=Channel.SMS).update(state=DeliveryState.PERMANENT_FAILURE)
    assert day_of(cast.recruiter, now=now)[Part.TROUBLE].count == 0


def test_trouble_says_why_and_what_to_do(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now, state=DeliveryState.PERMANENT_FAILURE, reason="invalid_contact")
    (line,) = day_of(cast.recruiter, now=now)[Part.TROUBLE].lines
    assert line.reasons == [wording.reason("invalid_contact")]


def test_a_moved_interview_is_silent_since_the_new_time_was_told(cast: Cast, now: datetime) -> None:
    interview = put(cast, now, starts_at=now + 2 * DAY)
    invite(cast, [interview], now=now - DAY)
    facts = Facts(
        **{name: getattr(interview, name) for name in Facts.__dataclass_fields__ if name != "starts_at"},
        starts_at=interview.starts_at + HOUR,
    )
    change_interview(cast.recruiter, interview.pk, facts, reason="", now=now)
    found = day_of(cast.recruiter, now=now)
    # The notice of the change is on its way: neither to be invited, nor silent yet.
    assert parts_of(found) == {}


def test_the_words_of_those_who_wait_are_shown(cast: Cast, now: datetime) -> None:
    asked = put(cast, now, name="问", starts_at=now + 5 * DAY, answer=Answer.ACCEPTED)
    ask(asked, "可以停车吗？", now - HOUR)
    moved = put(
        cast,
        now,
        name="改",
        starts_at=now + 6 * DAY,
        answer=Answer.RESCHEDULE_REQUESTED,
        answered_at=now - DAY,
    )
    response = uuid7()
    Response.objects.create(
        id=response,
        organization=cast.organization,
        interview=moved,
        revision=1,
        answer=Answer.RESCHEDULE_REQUESTED,
        note_sealed=Vault(cast.organization.pk).seal(
            moved.application.candidate.key, Response.PLACE, response, "周四下午可以吗"
        ),
        at=now - DAY,
    )
    lines = day_of(cast.recruiter, now=now)[Part.WAITING].lines
    # Longest waiting first.
    assert [(line.name, line.words, line.since) for line in lines] == [
        ("改", "周四下午可以吗", now - DAY),
        ("问", "可以停车吗？", now - HOUR),
    ]


def test_two_interviews_of_one_interviewer_at_once_are_named_with_the_other(
    cast: Cast, now: datetime
) -> None:
    put(cast, now, name="先", starts_at=now + 5 * DAY, answer=Answer.ACCEPTED)
    put(cast, now, name="后", starts_at=now + 5 * DAY + HOUR / 2, answer=Answer.ACCEPTED)
    put(cast, now, name="远", starts_at=now + 5 * DAY + 2 * HOUR, answer=Answer.ACCEPTED)
    (line,) = day_of(cast.recruiter, now=now)[Part.INCOMPLETE].lines
    assert (line.name, [(clash.interviewer, clash.name) for clash in line.clashes]) == (
        "后",
        [("陈默", "先")],
    )


@pytest.mark.parametrize(("second_job", "count"), [("backend", 0), ("sales", 1)])
def test_a_group_interview_is_no_clash(cast: Cast, now: datetime, second_job: str, count: int) -> None:
    put(cast, now, starts_at=now + 5 * DAY, answer=Answer.ACCEPTED)
    put(cast, now, starts_at=now + 5 * DAY, answer=Answer.ACCEPTED, job=getattr(cast, second_job))
    assert day_of(cast.recruiter, now=now)[Part.INCOMPLETE].count == count


def test_who_declined_occupies_no_interviewer(cast: Cast, now: datetime) -> None:
    put(cast, now, starts_at=now + 5 * DAY, answer=Answer.DECLINED)
    put(cast, now, starts_at=now + 5 * DAY + HOUR / 2, answer=Answer.ACCEPTED)
    assert parts_of(day_of(cast.recruiter, now=now)) == {}


def test_a_day_begins_at_midnight_where_the_person_sits(cast: Cast, now: datetime) -> None:
    """At nine in Shanghai it is still yesterday evening in New York."""
    there = create_user(cast.organization, Role.ADMINISTRATOR, "Ann")
    cast.organization.time_zone = "America/New_York"
    cast.organization.save()
    there.organization = cast.organization
    put(cast, now, name="今晚", starts_at=now + 2 * HOUR, answer=Answer.ACCEPTED)
    put(cast, now, name="明早", starts_at=now + 12 * HOUR, answer=Answer.ACCEPTED)
    here = day_of(cast.recruiter, now=now)
    assert names(here, Part.TODAY) == ["今晚", "明早"]
    found = day_of(there, now=now)
    assert (names(found, Part.TODAY), names(found, Part.TOMORROW)) == (["今晚"], ["明早"])


def test_who_came_or_failed_to_is_no_longer_undecided(cast: Cast, now: datetime) -> None:
    put(cast, now, starts_at=now + HOUR)
    put(cast, now, starts_at=now + HOUR, answer=Answer.ACCEPTED)
    past = now - HOUR
    put(cast, now, starts_at=past, attendance=Attendance.ATTENDED, state=InterviewState.COMPLETED)
    put(cast, now, starts_at=past, attendance=Attendance.NO_SHOW, state=InterviewState.NO_SHOW)
    accepted = Answer.ACCEPTED
    put(
        cast,
        now,
        starts_at=past,
        answer=accepted,
        attendance=Attendance.EXCUSED,
        state=InterviewState.NO_SHOW,
    )
    today = day_of(cast.recruiter, now=now)[Part.TODAY]
    assert (today.count, today.coming, today.not_coming, today.unclear) == (5, 2, 2, 1)


def test_one_sees_ones_own_a_branch_or_all(cast: Cast, now: datetime) -> None:
    other = create_user(cast.organization, Role.RECRUITER, "周航", branch=cast.shanghai)
    put(cast, now, name="我的", starts_at=now + HOUR, answer=Answer.ACCEPTED)
    put(cast, now, name="他的", starts_at=now + 2 * HOUR, answer=Answer.ACCEPTED, recruiter=other)
    put(
        cast,
        now,
        name="远方",
        starts_at=now + 3 * HOUR,
        answer=Answer.ACCEPTED,
        recruiter=other,
        branch=cast.singapore,
    )

    def seen(scope: Scope) -> list[str]:
        return names(day_of(cast.recruiter, scope, now=now), Part.TODAY)

    assert seen(Scope(is_mine=True)) == ["我的"]
    assert seen(Scope(is_mine=False)) == ["我的", "他的", "远方"]
    assert seen(Scope(is_mine=False, branch=cast.singapore.pk)) == ["远方"]


def test_recruiters_begin_with_their_own_and_leads_with_all(cast: Cast) -> None:
    begins = {user.role: Scope.from_query({}, user).whose for user in (cast.recruiter, cast.lead, cast.owner)}
    assert begins == {Role.RECRUITER: "me", Role.HIRING_LEAD: "all", Role.ADMINISTRATOR: "all"}
    assert Scope.from_query({"whose": "no-branch"}, cast.recruiter).whose == "me"


def test_a_long_part_is_counted_and_cut_and_the_board_has_the_rest(cast: Cast, now: datetime) -> None:
    create_interviews(cast, 9, now=now, starts_at=now + 2 * DAY)
    section = day_of(cast.recruiter, now=now)[Part.INVITE]
    assert (section.count, len(section.lines), section.more) == (9, 6, 3)
    assert section.board_query == "recruiter=me&status=not_invited"


def test_a_page_costs_the_same_number_of_statements_however_much_stands_on_it(
    cast: Cast, now: datetime
) -> None:
    def fill(count: int) -> None:
        for case in (
            soon_and_not_invited,
            invited_and_silent,
            asked_something,
            wants_another_time,
            invitation_failed,
            answered_yes_for_today,
        ):
            for _ in range(count):
                case(cast, now)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            day_of(cast.recruiter, now=now)
        return len(queries)

    fill(1)
    few = cost()
    fill(4)
    assert cost() == few
    assert few <= 42


def test_an_interviewer_has_arrivals_and_nothing_else(cast: Cast, now: datetime) -> None:
    put(cast, now, name="我面", starts_at=now + HOUR)
    other = put(cast, now, name="他面", starts_at=now + 2 * HOUR)
    Participant.objects.filter(interview=other).delete()
    found = day_of(cast.interviewer, Scope(is_mine=False), now=now)
    assert {str(part): names(found, part) for part in found.sections} == {"today": ["我面"], "tomorrow": []}
