"""Routes of real people: what the database knows decides, in a constant number of queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast, create_interviews, create_template
from tests.interviews.pasts import HOUR, another, answer, came, lived_through, newcomer, tell
from yuemian.domain.cadence import Pick
from yuemian.domain.routing import Route, Why
from yuemian.domain.routing.learning import is_in_holdout
from yuemian.domain.states import Attendance, Channel, DeliveryState, InterviewState, Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.choose import Plan
from yuemian.interviews.actions.invite import Summary, router_for, send, send_chosen, summarize_chosen
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.actions.route import Router, StepRequest, Target, routes_for
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.models import Interview
from yuemian.interviews.outlook import route_shown
from yuemian.interviews.route_reading import segment_of
from yuemian.messaging.models import ChannelDay, ChannelPolicy, ChannelStatistic, Delivery, ProviderAccount
from yuemian.messaging.routing_history import EVERYBODY, read_lanes
from yuemian.trust.vault import organization_key

BOTH = {"zh-hans": (Channel.EMAIL, Channel.SMS)}
INVITE = StepRequest(Purpose.INVITATION, BOTH)


def route_of(cast: Cast, interview: Interview, now: datetime, asked: StepRequest = INVITE) -> Route:
    chosen = read_chosen(cast.organization.pk, [interview.pk])
    return routes_for(cast.organization, chosen, asked, now)[interview.pk]


def routed(cast: Cast, interview: Interview, now: datetime) -> Summary:
    version, purpose = cast.templates[Purpose.INVITATION], Purpose.INVITATION
    router = router_for(cast.organization, version, purpose, now=now)
    channels = [Channel.EMAIL, Channel.SMS]
    return summarize_chosen([interview.pk], version, purpose, channels, now=now, router=router)


def learned(cast: Cast, channel: Channel, sent: int, answered: int, segment: str = EVERYBODY) -> None:
    ChannelStatistic.objects.create(
        organization=cast.organization,
        segment=segment,
        channel=channel,
        hour_band=3,
        is_workday=True,
        is_rehearsal=True,
        sent=sent,
        reached=sent,
        answered=answered,
        updated_at=datetime.fromisoformat("2026-11-20T00:00:00+00:00"),
    )


def test_who_answers_text_messages_is_asked_by_text_message(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    lived_through(cast, interview, Channel.SMS, before=now, answered=3, silent=1)
    lived_through(cast, interview, Channel.EMAIL, before=now - timedelta(days=100), answered=0, silent=2)
    route = route_of(cast, interview, now)
    assert route.channels == (Channel.SMS, Channel.EMAIL)
    assert route.explanation.code == Why.ANSWERS_HERE
    assert (route.explanation.values["answered"], route.explanation.values["sent"]) == (3, 4)


def test_a_stranger_is_asked_where_similar_people_answer(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    segment = segment_of(cast.backend.family_id, cast.source.pk, "zh-hans")
    for scope in (segment, EVERYBODY):
        learned(cast, Channel.EMAIL, 100, 20, scope)
        learned(cast, Channel.SMS, 100, 70, scope)
    route = route_of(cast, interview, now)
    assert route.first == (Channel.SMS,)
    assert route.explanation.code == Why.SIMILAR_PEOPLE
    assert (route.explanation.values["answered"], route.explanation.values["sent"]) == (70, 100)


def test_other_segments_and_rehearsals_do_not_count(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    learned(cast, Channel.SMS, 100, 90, segment_of(cast.sales.family_id, cast.source.pk, "zh-hans"))
    learned(cast, Channel.SMS, 100, 90)
    ChannelStatistic.objects.filter(segment=EVERYBODY).update(is_rehearsal=False)
    assert route_of(cast, interview, now).explanation.code == Why.CHEAPER


def test_the_own_choice_wins_over_all_that(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    lived_through(cast, interview, Channel.SMS, before=now, answered=4, silent=0)
    Candidate.objects.update(preferred_channel=Channel.EMAIL)
    route = route_of(cast, interview, now)
    assert route.first == (Channel.EMAIL,)
    assert route.explanation.code == Why.OWN_CHOICE


def test_an_opt_out_holds_for_the_channel_even_with_a_second_number(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    point = ContactPoint.objects.get(channel="sms")
    point.pk, point.blind_index, point.state = None, b"another", "opted_out"
    point.save(force_insert=True)
    route = route_of(cast, interview, now)
    assert route.channels == (Channel.EMAIL,)
    assert route.explanation.code == Why.ONLY_CHANNEL


def test_who_missed_interviews_gets_a_text_message_too(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    for days, word in ((10, Attendance.NO_SHOW), (20, Attendance.ATTENDED), (30, Attendance.NO_SHOW)):
        came(another(interview, now - timedelta(days=days)), word)
    came(another(interview, now - timedelta(days=40)), Attendance.EXCUSED)
    route = route_of(cast, interview, now)
    assert route.first == (Channel.EMAIL, Channel.SMS)
    assert route.explanation.encode() == "missed_before;channel=sms;missed=2;interviews=3"


def test_an_interview_of_today_is_told_on_both(cast: Cast, now: datetime) -> None:
    route = route_of(cast, newcomer(cast, now=now, starts_in=3 * HOUR), now)
    assert route.first == (Channel.EMAIL, Channel.SMS)
    assert route.explanation.values["hours"] == 3


def test_a_later_sending_is_judged_by_its_own_time(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    later = StepRequest(Purpose.INVITATION, BOTH, due_at=interview.starts_at - 2 * HOUR)
    assert route_of(cast, interview, now, later).explanation.code == Why.URGENT


def test_of_an_interview_that_has_begun_no_way_is_shown(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now, starts_in=3 * HOUR)
    plan = Plan(cast.templates[Purpose.INVITATION], [Channel.EMAIL, Channel.SMS], is_routed=True)
    assert route_shown(cast.recruiter, plan, interview, now=now)
    assert route_shown(cast.recruiter, plan, interview, now=now + 3 * HOUR) is None
    later = replace(plan, due_at=now + 4 * HOUR)
    assert route_shown(cast.recruiter, later, interview, now=now) is None
    assert route_of(cast, interview, now + 4 * HOUR).explanation.code != Why.URGENT


def test_before_a_time_is_chosen_no_interview_is_near(cast: Cast, now: datetime) -> None:
    """What stands in its place is how long one may choose."""
    interview = newcomer(cast, now=now, starts_in=3 * HOUR)
    Interview.objects.filter(pk=interview.pk).update(state=InterviewState.DRAFT)
    route = route_of(cast, interview, now)
    assert route.explanation.code != Why.URGENT
    assert route.first == (Channel.EMAIL,)


def test_the_next_channel_is_the_one_not_used_for_this_revision(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    tell(cast, interview, Channel.EMAIL, at=now)
    nudge = StepRequest(Purpose.NUDGE, BOTH, Pick.NEXT)
    route = route_of(cast, interview, now + timedelta(days=1), nudge)
    assert (route.channels, route.explanation.code) == ((Channel.SMS,), Why.NEXT_CHANNEL)
    Interview.objects.filter(pk=interview.pk).update(revision=2)
    assert Channel.EMAIL in route_of(cast, interview, now + timedelta(days=1), nudge).channels


def test_a_language_without_a_text_for_a_channel_does_not_use_it(cast: Cast, now: datetime) -> None:
    mail_only = StepRequest(Purpose.INVITATION, {"zh-hans": (Channel.EMAIL,), "en": (Channel.SMS,)})
    assert route_of(cast, newcomer(cast, now=now), now, mail_only).channels == (Channel.EMAIL,)
    english = newcomer(cast, now=now, locale="en")
    assert route_of(cast, english, now, mail_only).channels == (Channel.SMS,)


def test_a_budget_is_spent_within_one_batch(cast: Cast, now: datetime) -> None:
    organization = cast.organization
    ChannelPolicy.objects.create(organization=organization, channel="sms", daily_budget=Decimal("0.20"))
    today = now.astimezone().date()
    ChannelDay.objects.create(
        organization=organization, channel="sms", day=today, sent=1, cost=Decimal("0.05")
    )
    for scope in (EVERYBODY,):
        learned(cast, Channel.SMS, 200, 180, scope)
    interviews = create_interviews(cast, 30, now=now, starts_at=now + timedelta(days=3))
    routes = routes_for(organization, read_chosen(organization.pk, [i.pk for i in interviews]), INVITE, now)
    by_text = [route for route in routes.values() if route.first == (Channel.SMS,)]
    spent = [route for route in routes.values() if route.explanation.code == Why.BUDGET_SPENT]
    assert len(by_text) == 3
    assert spent
    assert all(route.channels == (Channel.EMAIL,) for route in spent)


@pytest.mark.parametrize(
    ("healths", "is_sound"),
    [(("open", "ok"), True), (("open", "half_open"), False), (("open",), False), ((), True)],
)
def test_a_channel_is_as_sound_as_its_soundest_account(
    cast: Cast, now: datetime, healths: tuple[str, ...], is_sound: bool
) -> None:
    organization = cast.organization
    for number, health in enumerate(healths):
        ProviderAccount.objects.create(
            organization=organization, channel="sms", provider="http_sms", name=f"{number}", health=health,
            key=organization_key(organization.pk), config_sealed=b"", created_at=now, cost=Decimal("0.04"),
        )  # fmt: skip
    assert read_lanes(organization, now)[Channel.SMS].is_healthy  # the lab never rests
    organization.is_rehearsal = False
    lanes = read_lanes(organization, now)
    if healths:
        assert lanes[Channel.SMS].is_healthy is is_sound
        assert lanes[Channel.SMS].cost == 400
    else:
        assert Channel.SMS not in lanes


def test_the_off_switch_leaves_the_usual_order(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    lived_through(cast, interview, Channel.SMS, before=now, answered=4, silent=0)
    cast.organization.is_routing_learned = False
    route = route_of(cast, interview, now)
    assert (route.first, route.explanation.code) == ((Channel.EMAIL,), Why.LEARNING_OFF)


def test_asked_again_the_routes_are_the_same(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 60, now=now)
    chosen = read_chosen(cast.organization.pk, [interview.pk for interview in interviews])
    first = routes_for(cast.organization, chosen, INVITE, now)
    again = routes_for(cast.organization, list(reversed(chosen)), INVITE, now + HOUR)
    assert first == again
    holdout = [i for i in interviews if is_in_holdout(i.application.candidate_id)]
    assert {i.pk for i in holdout} == {pk for pk, route in first.items() if route.is_holdout}


def test_many_cost_as_many_queries_as_one(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 40, now=now)
    for interview in interviews[:5]:
        lived_through(cast, interview, Channel.SMS, before=now, answered=1, silent=1)
    chosen = read_chosen(cast.organization.pk, [interview.pk for interview in interviews])
    counts = []
    for some in (chosen[:1], chosen):
        with CaptureQueriesContext(connection) as seen:
            routes_for(cast.organization, some, INVITE, now)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_another_organization_s_interviews_get_no_route(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    foreign = Target(another(interview, now + HOUR).pk, 1, ("zh-hans",))
    Interview.objects.filter(pk=foreign.id).update(organization=cast.organization)
    assert set(routes_for(cast.organization, [foreign], INVITE, now)) == {foreign.id}
    cast.organization.pk = cast.shanghai.pk
    assert routes_for(cast.organization, [foreign], INVITE, now) == {}


# --- Planning ------------------------------------------------------------------------------------------------


def test_a_routed_send_queues_the_first_and_keeps_the_rest_behind_it(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    Candidate.objects.update(preferred_channel=Channel.SMS)
    version = cast.templates[Purpose.INVITATION]
    summary = routed(cast, interview, now)
    assert dict(summary.by_channel) == {Channel.SMS: 1}
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    first, second = Delivery.objects.order_by("position")
    assert (first.channel, first.position, first.state) == ("sms", 0, DeliveryState.QUEUED)
    assert first.explanation == "own_choice;channel=sms"
    assert (second.channel, second.position, second.state) == ("email", 1, DeliveryState.CREATED)
    assert second.explanation == ""
    assert first.contact_point_id != second.contact_point_id
    assert first.notification_id == second.notification_id


def test_an_urgent_send_queues_both_in_the_first_place(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now, starts_in=5 * HOUR)
    version = cast.templates[Purpose.INVITATION]
    summary = routed(cast, interview, now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    assert set(Delivery.objects.values_list("position", "state")) == {(0, DeliveryState.QUEUED)}
    assert set(Delivery.objects.values_list("explanation", flat=True)) == {
        "urgent;channel=email;other=sms;hours=5"
    }


def test_an_explicit_choice_asks_routing_nothing(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    version = create_template(cast.organization, Purpose.INVITATION, now=now, name="另一个")
    with CaptureQueriesContext(connection) as seen:
        summary = summarize_chosen(
            [interview.pk], version, Purpose.INVITATION, [Channel.EMAIL, Channel.SMS], now=now
        )
    assert summary.going[0].route is None
    assert summary.going[0].channels == [Channel.EMAIL, Channel.SMS]
    assert not any("channelstatistic" in query["sql"] for query in seen)


def test_a_budget_is_spent_across_the_slices_of_one_send(cast: Cast, now: datetime) -> None:
    ChannelPolicy.objects.create(organization=cast.organization, channel="sms", daily_budget=Decimal("0.15"))
    learned(cast, Channel.SMS, 200, 180)
    interviews = create_interviews(cast, 40, now=now, starts_at=now + timedelta(days=3))
    chosen = read_chosen(cast.organization.pk, [interview.pk for interview in interviews])
    router = Router(cast.organization, INVITE, now)
    routes = [route for at in (0, 20) for route in router.routes(chosen[at : at + 20]).values()]
    assert sum(route.first == (Channel.SMS,) for route in routes) == 3


def test_pressing_send_with_the_best_channels_plans_each_person_s_route(cast: Cast, now: datetime) -> None:
    interviews = create_interviews(cast, 12, now=now)
    version = cast.templates[Purpose.INVITATION]
    ids = [interview.pk for interview in interviews]
    send_chosen(
        cast.recruiter,
        ids,
        version,
        Purpose.INVITATION,
        [Channel.EMAIL, Channel.SMS],
        now=now,
        is_routed=True,
    )
    routes = routes_for(cast.organization, read_chosen(cast.organization.pk, ids), INVITE, now)
    firsts = Delivery.objects.filter(position=0).select_related("notification")
    assert {each.notification.subject_id: each.explanation for each in firsts} == {
        pk: route.note for pk, route in routes.items()
    }


def test_who_opted_out_everywhere_is_left_out(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    ContactPoint.objects.update(state="opted_out")
    summary = routed(cast, interview, now)
    assert not summary.going
    assert summary.by_reason == {"missing_contact": 1}


def test_an_answer_after_the_interview_was_answered_teaches_nothing(cast: Cast, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    past = another(interview, now - timedelta(days=2))
    tell(cast, past, Channel.EMAIL, at=now - timedelta(days=6))
    answer(past, now - timedelta(days=6) + HOUR)
    tell(cast, past, Channel.SMS, at=now - timedelta(days=5), purpose=Purpose.REMINDER)
    route = route_of(cast, interview, now)
    assert route.explanation.encode() == "answers_here;channel=email;answered=1;sent=1"


def answered_on(cast: Cast, interview: Interview, now: datetime) -> dict[str, str]:
    """Channel → state of what HR's reply caused."""
    reply(cast.recruiter, interview, "可以，地下二层。", now=now)
    mine = Delivery.objects.filter(
        notification__subject_id=interview.pk, notification__purpose=Purpose.ANSWER
    )
    return dict(mine.order_by("position").values_list("channel", "state"))


@pytest.mark.parametrize(
    ("is_learned", "ahead", "expected"),
    [
        (True, timedelta(days=3), {"sms": "queued", "email": "created"}),
        (True, timedelta(hours=23), {"sms": "queued", "email": "queued"}),
        (False, timedelta(days=3), {"sms": "queued", "email": "queued"}),
    ],
    ids=["with time left", "on the same day", "switched off"],
)
def test_an_answer_of_hr_goes_where_the_person_reads_and_everywhere_when_time_is_short(
    cast: Cast, now: datetime, is_learned: bool, ahead: timedelta, expected: dict[str, str]
) -> None:
    interview = newcomer(cast, now=now)
    Candidate.objects.update(preferred_channel="sms")  # so that chance has no say
    Interview.objects.filter(pk=interview.pk).update(starts_at=now + ahead)
    cast.organization.is_routing_learned = is_learned
    cast.organization.save()
    interview.refresh_from_db()
    assert answered_on(cast, interview, now) == expected
