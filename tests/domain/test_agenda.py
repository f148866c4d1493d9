"""Agendas by example: when a step goes, waits or is left out, and what makes it so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yuemian.domain.cadence import (
    AgendaItem,
    Anchor,
    Conditions,
    Done,
    Fate,
    Pick,
    Record,
    Said,
    Situation,
    Step,
    Terms,
    Verdict,
    WhyCode,
    agenda,
    next_look,
    wakes_early,
)
from yuemian.domain.cadence.timing import planned_at
from yuemian.domain.quiet import NEVER_QUIET, QuietRule, is_quiet
from yuemian.domain.states import Answer, Attendance, Channel, InterviewState, Mode, Purpose, ReasonCode

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietRule(time(21), time(8))
INVITE = Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, 3 * DAY)
DAY_BEFORE = Step("day", Purpose.REMINDER, Anchor.BEFORE_START, DAY)
TWO_HOURS = Step("hours", Purpose.REMINDER, Anchor.BEFORE_START, 2 * HOUR)
NUDGE = Step("nudge", Purpose.NUDGE, Anchor.AFTER_SILENCE, DAY)
STILL = Step("still", Purpose.STILL_DECIDING, Anchor.AFTER_PROMISE, DAY)
SURVEY = Step("survey", Purpose.SURVEY, Anchor.AFTER_END, 2 * HOUR)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone).astimezone(UTC)


#: A Wednesday afternoon, known for a week.
START = at("12-09 15:00")


def situation(**fields: Any) -> Situation:
    values: dict[str, Any] = {
        "state": InterviewState.SCHEDULED,
        "answer": Answer.NEEDS_ACTION,
        "answered_at": None,
        "attendance": Attendance.UNKNOWN,
        "mode": Mode.ONSITE,
        "starts_at": START,
        "duration": HOUR,
        "zone": SHANGHAI,
        "own_zone": SHANGHAI,
        "quiet": NIGHT,
        "known_at": at("12-01 10:00"),
    }
    return Situation(**values | fields)


def invited(left_at: datetime, key: str = "invite", purpose: Purpose = Purpose.INVITATION) -> dict[str, Any]:
    return {"was_told": True, "said": (Said(purpose, key, left_at, Fate.LEFT, left_at),)}


def only(
    step: Step, now: datetime, *, automatic: bool = True, since: datetime | None = None, **fields: Any
) -> AgendaItem:
    (item,) = agenda(Terms((step,), automatic, since), situation(**fields), {}, now)
    return item


def by_key(steps: tuple[Step, ...], now: datetime, **fields: Any) -> dict[str, AgendaItem]:
    records = fields.pop("records", {})
    automatic = fields.pop("automatic", True)
    return {item.key: item for item in agenda(Terms(steps, automatic), situation(**fields), records, now)}


# --- when


@pytest.mark.parametrize(
    ("zone", "start", "step", "expected"),
    [
        # One day before 10:00 is 10:00, although the night had 23 or 25 hours.
        ("America/New_York", "2026-03-08 10:00", DAY_BEFORE, "2026-03-07 10:00"),
        ("America/New_York", "2026-11-01 10:00", DAY_BEFORE, "2026-10-31 10:00"),
        ("Europe/Berlin", "2026-03-29 10:00", DAY_BEFORE, "2026-03-28 10:00"),
        ("Australia/Lord_Howe", "2026-04-05 10:00", DAY_BEFORE, "2026-04-04 10:00"),
        # Hours are hours.
        ("America/New_York", "2026-03-08 03:30", TWO_HOURS, "2026-03-08 00:30"),
        ("America/New_York", "2026-11-01 03:00", TWO_HOURS, "2026-11-01 01:00"),
        # An hour that the clock jumped over.
        ("America/New_York", "2026-03-09 02:30", DAY_BEFORE, "2026-03-08 03:00"),
        # Ends of months and years, the 29th of February.
        ("Asia/Shanghai", "2026-03-01 09:00", DAY_BEFORE, "2026-02-28 09:00"),
        ("Asia/Shanghai", "2028-03-01 09:00", DAY_BEFORE, "2028-02-29 09:00"),
        ("Asia/Shanghai", "2027-01-01 09:00", replace(DAY_BEFORE, offset=3 * DAY), "2026-12-29 09:00"),
        ("Asia/Kathmandu", "2026-12-09 15:00", replace(DAY_BEFORE, offset=DAY + HOUR), "2026-12-08 14:00"),
        # An hour of the day.
        ("Asia/Shanghai", "2026-12-09 15:00", replace(DAY_BEFORE, at=time(18)), "2026-12-08 18:00"),
        ("Asia/Shanghai", "2026-12-09 15:00", replace(DAY_BEFORE, offset=timedelta(0), at=time(9)), "2026-12-09 09:00"),
        # … never the start or later.
        ("Asia/Shanghai", "2026-12-09 09:00", replace(DAY_BEFORE, offset=timedelta(0), at=time(9)), "2026-12-08 09:00"),
    ],
)  # fmt: skip
def test_the_planned_moment_is_what_a_person_with_a_calendar_would_say(
    zone: str, start: str, step: Step, expected: str
) -> None:
    info = ZoneInfo(zone)
    start_at = datetime.fromisoformat(start).replace(tzinfo=info)
    found = planned_at(step, start_at, info)
    assert found.astimezone(info).strftime("%Y-%m-%d %H:%M") == expected


@pytest.mark.parametrize(
    ("start", "step", "expected", "code"),
    [
        ("12-09 22:00", DAY_BEFORE, "12-09 08:00", WhyCode.MOVED_FROM_QUIET_HOURS),  # half the time is left
        ("12-09 09:00", TWO_HOURS, "12-09 08:00", WhyCode.MOVED_FROM_QUIET_HOURS),
        (
            "12-09 08:30",
            TWO_HOURS,
            "12-08 20:30",
            WhyCode.MOVED_FROM_QUIET_HOURS,
        ),  # too near: the evening before
        ("12-09 07:00", DAY_BEFORE, "12-08 08:00", WhyCode.MOVED_FROM_QUIET_HOURS),
        ("12-09 15:00", DAY_BEFORE, "12-08 15:00", WhyCode.AS_PLANNED),
    ],
)
def test_out_of_quiet_hours_to_where_it_still_helps(
    start: str, step: Step, expected: str, code: WhyCode
) -> None:
    item = only(step, at("12-02 10:00"), starts_at=at(start))
    assert (item.due_at, item.why.code) == (at(expected), code)


def test_a_reminder_of_a_monday_comes_on_friday_where_only_workdays_count() -> None:
    rule = QuietRule(time(21), time(8), waits_for_workday=True, region="CN")
    item = only(DAY_BEFORE, at("12-02 10:00"), starts_at=at("12-14 10:00"), quiet=rule)
    assert (item.due_at, item.why.code) == (at("12-11 20:30"), WhyCode.MOVED_FROM_FREE_DAY)


def test_quiet_hours_are_those_of_the_candidates_own_clock() -> None:
    london = ZoneInfo("Europe/London")
    item = only(DAY_BEFORE, at("12-02 10:00"), starts_at=at("12-09 12:00"), own_zone=london)
    assert item.due_at is not None
    assert item.due_at.astimezone(london).strftime("%H:%M") == "08:00"


def test_with_nothing_but_quiet_time_left_it_is_skipped_and_says_so() -> None:
    item = only(TWO_HOURS, at("12-09 05:00"), starts_at=at("12-09 07:30"), known_at=at("12-09 04:00"))
    assert (item.verdict, item.reason) == (Verdict.SKIPPED, ReasonCode.QUIET_HOURS)


# --- at once, late, overtaken


def test_an_import_at_short_notice_invites_at_once_and_swallows_the_reminder() -> None:
    now = START - 20 * HOUR
    items = by_key((INVITE, DAY_BEFORE, TWO_HOURS), now, known_at=now, quiet=NEVER_QUIET)
    assert (items["invite"].verdict, items["invite"].why.code) == (Verdict.DUE, WhyCode.AT_ONCE)
    assert (items["day"].verdict, items["day"].reason) == (Verdict.SKIPPED, ReasonCode.OVERTAKEN)
    assert items["day"].why.by == Purpose.INVITATION
    assert items["hours"].verdict == Verdict.COMING


def test_two_reminders_that_are_late_together_become_the_later_one() -> None:
    now = START - 100 * timedelta(minutes=1)
    items = by_key((DAY_BEFORE, TWO_HOURS), now, **invited(START - 3 * DAY), quiet=NEVER_QUIET)
    assert (items["hours"].verdict, items["hours"].why.code) == (Verdict.DUE, WhyCode.LATE)
    assert (items["day"].verdict, items["day"].reason) == (Verdict.SKIPPED, ReasonCode.OVERTAKEN)


def test_a_late_reminder_gives_way_to_one_that_follows_shortly() -> None:
    now = START - 2 * HOUR - 10 * timedelta(minutes=1)
    items = by_key((DAY_BEFORE, TWO_HOURS), now, **invited(START - 3 * DAY))
    assert items["day"].why.by == Purpose.REMINDER
    assert items["hours"].verdict == Verdict.COMING


def test_two_steps_that_a_plan_puts_at_one_moment_both_go() -> None:
    twin = replace(DAY_BEFORE, key="twin")
    items = by_key((DAY_BEFORE, twin), START - DAY, **invited(START - 3 * DAY))
    assert {item.verdict for item in items.values()} == {Verdict.DUE}


def test_a_reminder_sent_by_hand_makes_the_plans_own_needless() -> None:
    said = (
        Said(Purpose.INVITATION, "invite", START - 3 * DAY, Fate.LEFT, START - 3 * DAY),
        Said(Purpose.REMINDER, "", START - 26 * HOUR, Fate.LEFT, START - 26 * HOUR),
    )
    item = only(DAY_BEFORE, START - DAY, was_told=True, said=said)
    assert (item.verdict, item.reason) == (Verdict.SKIPPED, ReasonCode.OVERTAKEN)


def test_a_reminder_that_the_plan_got_too_late_is_not_made_up_for() -> None:
    item = only(DAY_BEFORE, START - 10 * HOUR, since=START - 11 * HOUR, **invited(START - 3 * DAY))
    assert (item.verdict, item.why.code) == (Verdict.SKIPPED, WhyCode.ADDED_LATE)


def test_after_the_last_useful_moment_it_is_over() -> None:
    item = only(TWO_HOURS, START - 10 * timedelta(minutes=1), **invited(START - 3 * DAY))
    assert (item.verdict, item.reason) == (Verdict.SKIPPED, ReasonCode.DEADLINE_PASSED)


# --- invitations


def test_without_automatic_sending_the_invitation_is_a_suggestion_at_any_hour() -> None:
    item = only(INVITE, at("12-06 23:30"), automatic=False)
    assert (item.verdict, item.is_suggestion) == (Verdict.DUE, True)


def test_a_suggestion_stands_until_somebody_takes_it_or_the_interview_begins() -> None:
    records = {"invite": Record(Done.SUGGESTED, START - 3 * DAY, START - 3 * DAY)}
    terms = Terms((INVITE,), is_automatic=False)
    (waiting,) = agenda(terms, situation(), records, START - DAY)
    assert (waiting.verdict, waiting.why.code) == (Verdict.WAITING, WhyCode.SUGGESTED)
    assert next_look([waiting], START - DAY) == START
    (over,) = agenda(terms, situation(), records, START)
    assert (over.verdict, over.reason) == (Verdict.SKIPPED, ReasonCode.INTERVIEW_OVER)


@pytest.mark.parametrize(
    ("key", "purpose", "code"),
    [("", Purpose.INVITATION, WhyCode.INVITED_BY_HAND), ("", Purpose.CHANGE, WhyCode.CHANGE_TOLD)],
)
def test_what_was_said_by_hand_or_by_a_change_stands_for_the_invitation(
    key: str, purpose: Purpose, code: WhyCode
) -> None:
    item = only(INVITE, START - DAY, **invited(START - 2 * DAY, key, purpose))
    assert (item.verdict, item.why.code) == (Verdict.DONE, code)


def test_an_invitation_that_was_stopped_or_failed_becomes_a_suggestion_even_in_an_automatic_plan() -> None:
    lost = Said(Purpose.INVITATION, "", START - 2 * DAY, Fate.LOST)
    item = only(INVITE, START - DAY, said=(lost,))
    assert (item.verdict, item.is_suggestion) == (Verdict.DUE, True)


def test_nobody_is_reminded_of_what_they_were_never_invited_to() -> None:
    early = by_key((INVITE, DAY_BEFORE), START - 2 * DAY, automatic=False)["day"]
    assert (early.verdict, early.why.code) == (Verdict.WAITING, WhyCode.WAITS_FOR_INVITATION)
    due = by_key((INVITE, DAY_BEFORE), START - DAY, automatic=False)["day"]
    assert (due.verdict, due.reason) == (Verdict.SKIPPED, ReasonCode.NOT_INVITED)


def test_a_plan_that_invites_nobody_reminds_everybody() -> None:
    assert only(DAY_BEFORE, START - DAY).verdict == Verdict.DUE


# --- conditions and events


@pytest.mark.parametrize(
    ("conditions", "fields", "applies"),
    [
        (Conditions(missed_at_least=1), {"missed": 1}, True),
        (Conditions(missed_at_least=2), {"missed": 1}, False),
        (Conditions(weekdays=frozenset({3})), {}, True),
        (Conditions(weekdays=frozenset({5})), {}, False),
        (Conditions(starts_from=time(15)), {}, True),
        (Conditions(starts_from=time(15, 1)), {}, False),
        (Conditions(starts_until=time(15)), {}, False),
        (Conditions(is_first=True), {"is_first": False}, False),
        (Conditions(is_first=False), {"is_first": False}, True),
        (Conditions(modes=frozenset({Mode.VIDEO})), {}, False),
        (Conditions(answers=frozenset({Answer.ACCEPTED})), {"answer": Answer.ACCEPTED}, True),
        (Conditions(answers=frozenset({Answer.ACCEPTED})), {}, False),
        (Conditions(answers=frozenset({Answer.DECLINED})), {"answer": Answer.DECLINED}, True),
        (Conditions(), {"answer": Answer.DECLINED}, False),
        (Conditions(), {"answer": Answer.RESCHEDULE_REQUESTED}, False),
        (Conditions(), {"answer": Answer.ACCEPTED}, True),
    ],
)
def test_conditions(conditions: Conditions, fields: dict[str, Any], *, applies: bool) -> None:
    item = only(replace(DAY_BEFORE, conditions=conditions), START - DAY, **fields)
    assert (item.verdict == Verdict.DUE) is applies
    assert applies or item.reason == ReasonCode.CONDITION_NOT_MET


def test_silence_counts_from_the_last_message_that_asked_and_left() -> None:
    left = START - 4 * DAY
    assert only(NUDGE, left, **invited(left)).due_at == left + DAY
    waits = Said(Purpose.INVITATION, "invite", left, Fate.WAITING)
    item = only(NUDGE, left + 2 * DAY, said=(waits,))
    assert (item.verdict, item.is_uncertain) == (Verdict.COMING, True)


@pytest.mark.parametrize("offset", [timedelta(minutes=30), 2 * HOUR, DAY])
def test_silence_however_short_is_not_overtaken_by_the_invitation_it_counts_from(offset: timedelta) -> None:
    left = START - 30 * HOUR
    item = only(replace(NUDGE, offset=offset), left + offset, quiet=NEVER_QUIET, **invited(left))
    assert item.verdict == Verdict.DUE


def test_a_word_after_the_answer_follows_the_invitation_as_closely_as_the_answer_does() -> None:
    thanks = Step("thanks", Purpose.REMINDER, Anchor.AFTER_ANSWER, timedelta(minutes=5))
    left = START - 2 * DAY
    answered = left + timedelta(minutes=10)
    now = answered + timedelta(minutes=5)
    item = only(thanks, now, answer=Answer.ACCEPTED, answered_at=answered, quiet=NEVER_QUIET, **invited(left))
    assert item.verdict == Verdict.DUE


def test_whoever_answered_is_not_nudged() -> None:
    left = START - 4 * DAY
    item = only(NUDGE, left + DAY, answer=Answer.ACCEPTED, **invited(left))
    assert (item.verdict, item.reason) == (Verdict.SKIPPED, ReasonCode.RECIPIENT_ALREADY_REPLIED)


def test_a_second_nudge_counts_from_the_first() -> None:
    second = replace(NUDGE, key="nudge_again", offset=2 * DAY)
    left = START - 6 * DAY
    items = by_key((NUDGE, second), left, quiet=NEVER_QUIET, **invited(left))
    assert items["nudge"].due_at == left + DAY
    assert items["nudge_again"].due_at == left + 3 * DAY


def test_a_promise_is_followed_up_only_while_nothing_is_decided() -> None:
    promised = START + 2 * DAY
    after: dict[str, Any] = {"state": InterviewState.COMPLETED, "result_promised_at": promised}
    assert only(STILL, promised + DAY, **after).verdict == Verdict.DUE
    assert only(STILL, promised + DAY, is_decided=True, **after).reason == ReasonCode.RESULT_DECIDED
    missed: dict[str, Any] = after | {"attendance": Attendance.NO_SHOW, "state": InterviewState.NO_SHOW}
    assert only(STILL, promised + DAY, **missed).reason == ReasonCode.DID_NOT_COME
    assert only(STILL, START + DAY).why.code == WhyCode.WAITS_FOR_PROMISE


def test_a_survey_follows_those_who_came_and_never_a_cancelled_interview() -> None:
    now = START + 3 * HOUR
    came: dict[str, Any] = {"state": InterviewState.COMPLETED, "attendance": Attendance.ATTENDED}
    assert only(SURVEY, now, **came).verdict == Verdict.DUE
    assert only(SURVEY, now, **came, awaits_our_answer=True).why.code == WhyCode.WAITS_FOR_OUR_ANSWER
    unsaid = only(SURVEY, now, state=InterviewState.COMPLETED)
    assert (unsaid.verdict, unsaid.why.code) == (Verdict.WAITING, WhyCode.WAITS_FOR_ATTENDANCE)
    assert only(SURVEY, now, state=InterviewState.CANCELLED).reason == ReasonCode.INTERVIEW_CANCELLED
    assert only(SURVEY, now, attendance=Attendance.EXCUSED).reason == ReasonCode.DID_NOT_COME


def test_a_survey_that_the_plan_got_later_asks_nobody_of_whom_it_was_too_late() -> None:
    came: dict[str, Any] = {"state": InterviewState.COMPLETED, "attendance": Attendance.ATTENDED}
    added = START + 20 * HOUR
    item = only(SURVEY, added, since=added, **came)
    assert (item.verdict, item.why.code) == (Verdict.SKIPPED, WhyCode.ADDED_LATE)
    assert only(SURVEY, added, since=START, **came).verdict == Verdict.DUE


def test_without_address_or_text_it_waits_as_long_as_it_is_of_use() -> None:
    item = only(DAY_BEFORE, START - 20 * HOUR, channels=frozenset(), quiet=NEVER_QUIET)
    assert (item.verdict, item.why.code) == (Verdict.WAITING, WhyCode.WAITS_FOR_CONTACT)
    assert only(DAY_BEFORE, START, channels=frozenset()).reason == ReasonCode.MISSING_CONTACT
    item = only(DAY_BEFORE, START - 20 * HOUR, texts=frozenset(), quiet=NEVER_QUIET)
    assert item.why.code == WhyCode.WAITS_FOR_TEXT
    assert only(DAY_BEFORE, START, texts=frozenset()).reason == ReasonCode.TEMPLATE_ERROR


def test_a_step_waits_for_an_address_on_its_own_channels_and_a_suggestion_for_any() -> None:
    mail = frozenset({Channel.EMAIL})
    by_text = replace(DAY_BEFORE, pick=Pick.LISTED, channels=(Channel.SMS,))
    now = START - 20 * HOUR
    item = only(by_text, now, channels=mail, quiet=NEVER_QUIET)
    assert (item.verdict, item.why.code) == (Verdict.WAITING, WhyCode.WAITS_FOR_CONTACT)
    assert next_look([item], now) == now + 10 * timedelta(minutes=1)
    early = only(by_text, START - 3 * DAY, channels=mail, quiet=NEVER_QUIET)
    assert next_look([early], START - 3 * DAY) == START - DAY
    assert only(by_text, START, channels=mail).reason == ReasonCode.MISSING_CONTACT
    assert (
        only(replace(by_text, pick=Pick.BEST), now, channels=mail, quiet=NEVER_QUIET).verdict == Verdict.DUE
    )
    invite = replace(INVITE, pick=Pick.LISTED, channels=(Channel.SMS,))
    assert only(invite, START - 2 * DAY, automatic=False, channels=mail).is_suggestion


def test_a_step_that_is_off_is_not_in_the_agenda() -> None:
    assert agenda(Terms((replace(DAY_BEFORE, is_on=False),)), situation(), {}, START - DAY) == []


# --- when to look again


def test_what_counts_from_a_sending_is_looked_at_before_it_could_be_due() -> None:
    now = START - 8 * DAY
    item = only(NUDGE, now)
    assert (item.verdict, item.due_at) == (Verdict.WAITING, None)
    assert next_look([item], now) == now + DAY
    assert not wakes_early([item])
    soon = only(replace(NUDGE, offset=timedelta(minutes=10)), now)
    assert wakes_early([soon])
    by_the_hour = only(replace(NUDGE, at=time(9)), now)
    assert next_look([by_the_hour], now) == now + HOUR


def test_after_everything_is_said_nobody_looks_again() -> None:
    records = {"day": Record(Done.PLANNED, START - DAY, START - DAY)}
    items = agenda(Terms((DAY_BEFORE,)), situation(), records, START - DAY)
    assert next_look(items, START - DAY) is None


# --- properties

STEPS = st.lists(
    st.builds(
        Step,
        key=st.just("x"),
        purpose=st.sampled_from([Purpose.INVITATION, Purpose.REMINDER, Purpose.NUDGE]),
        anchor=st.sampled_from([Anchor.BEFORE_START, Anchor.KNOWN, Anchor.AFTER_SENT, Anchor.AFTER_SILENCE]),
        offset=st.integers(1, 6 * 24 * 4).map(lambda quarters: quarters * timedelta(minutes=15)),
        at=st.none() | st.integers(0, 23).map(time),
        conditions=st.builds(Conditions, answers=st.frozensets(st.sampled_from(Answer), max_size=2)),
    ),
    min_size=1,
    max_size=8,
).map(lambda steps: tuple(replace(step, key=f"s{number}") for number, step in enumerate(steps)))
SITUATIONS = st.builds(
    lambda hours, ahead, answer, free, hour, zone: situation(
        starts_at=START + hours * HOUR,
        known_at=START + hours * HOUR - ahead * HOUR,
        answer=answer,
        answered_at=START - 9 * DAY,
        quiet=QuietRule(time(21), time(8), waits_for_workday=free, region="CN"),
        preferred_hour=hour,
        own_zone=ZoneInfo(zone),
    ),
    st.integers(0, 24 * 7),
    st.integers(1, 24 * 9),
    st.sampled_from(Answer),
    st.booleans(),
    st.none() | st.integers(0, 23),
    st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Asia/Kathmandu"]),
)


@settings(deadline=None)
@given(STEPS, SITUATIONS, st.integers(0, 24 * 9), st.booleans())
def test_whatever_the_plan_nothing_goes_in_quiet_hours_or_after_its_use_and_every_step_has_one_place(
    steps: tuple[Step, ...], case: Situation, hours: int, automatic: bool
) -> None:
    now = case.known_at + hours * HOUR
    items = agenda(Terms(steps, automatic), case, {}, now)
    assert sorted(item.key for item in items) == sorted(step.key for step in steps)
    for item in items:
        if item.verdict in {Verdict.DUE, Verdict.COMING} and not item.is_suggestion:
            moment = now if item.verdict == Verdict.DUE else item.due_at
            assert moment is not None
            assert item.latest_at is not None
            assert not is_quiet(moment, case.quiet, case.own_zone)
            assert moment <= item.latest_at
        assert (item.reason is None) == (item.verdict != Verdict.SKIPPED)


@settings(deadline=None)
@given(STEPS, SITUATIONS)
def test_the_forecast_is_what_happens_when_nothing_changes(steps: tuple[Step, ...], case: Situation) -> None:
    """Walk from look to look, doing what is due: the messages are those that were foretold at the beginning."""
    terms, now = Terms(steps, is_automatic=True), case.known_at
    foretold = {
        item.key: item.due_at
        for item in agenda(terms, case, {}, now)
        if item.verdict in {Verdict.DUE, Verdict.COMING}
    }
    records: dict[str, Record] = {}
    said: list[Said] = []
    happened: dict[str, datetime | None] = {}
    for _ in range(200):
        as_is = replace(case, said=tuple(said), was_told=any(s.purpose == Purpose.INVITATION for s in said))
        items = agenda(terms, as_is, records, now)
        for item in items:
            if item.key in records:
                continue
            if item.verdict == Verdict.DUE:
                happened[item.key] = item.due_at
                records[item.key] = Record(Done.PLANNED, now, now)
                said.append(Said(item.step.purpose, item.key, now, Fate.LEFT, now))
            elif item.verdict == Verdict.SKIPPED and item.due_at and item.due_at <= now:
                records[item.key] = Record(Done.SKIPPED, item.due_at, now, item.reason)
        look = next_look([item for item in items if item.verdict != Verdict.DUE], now)
        if look is None or look > case.starts_at:
            break
        now = look
    assert happened == foretold
