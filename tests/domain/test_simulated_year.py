"""A year of every shipped plan in six zones: nothing missed, doubled, late, or said in quiet hours.

The real agenda function runs in a plain loop with a store of dictionaries. The year has both changes of the clocks, a
leap day, holidays, a machine whose clock jumps forward three hours and back one, and a day without any executor. What
should have happened is worked out here again, minute by minute where need be, without the code under test.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from yuemian.domain.cadence import (
    AgendaItem,
    Anchor,
    Done,
    Fate,
    Record,
    Said,
    Situation,
    Step,
    Terms,
    Verdict,
    agenda,
    next_look,
)
from yuemian.domain.quiet import QuietRule
from yuemian.domain.states import Answer, Attendance, InterviewState, Mode, Purpose, ReasonCode
from yuemian.domain.workdays import is_workday
from yuemian.interviews.plans.library import ShippedPlan, shipped_plans

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PUNCTUAL = timedelta(seconds=60)
#: 2028 has a 29 February; both changes of the clocks, in both hemispheres, lie within.
START, END = datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 5, tzinfo=UTC)
ZONES = {
    "Asia/Shanghai": "CN",
    "America/New_York": "US",
    "Europe/Berlin": "DE",
    "Australia/Lord_Howe": "AU",
    "America/Sao_Paulo": "BR",
    "Asia/Kathmandu": "",
}
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
#: When the executor runs, on the machine's own clock: it jumps from 9:00 to 12:00, later from 16:00 back to 15:00, and
#: once nothing runs for a day.
RUNNING = (
    (START, datetime(2028, 4, 18, 9, tzinfo=UTC)),
    (datetime(2028, 4, 18, 12, tzinfo=UTC), datetime(2028, 7, 11, 16, tzinfo=UTC)),
    (datetime(2028, 7, 11, 15, tzinfo=UTC), datetime(2028, 9, 20, 6, tzinfo=UTC)),
    (datetime(2028, 9, 21, 6, tzinfo=UTC), END),
)
AFTERWARDS = {Purpose.STILL_DECIDING, Purpose.SURVEY}


@dataclass
class Sent:
    step: Step
    at: datetime
    due_at: datetime


@dataclass
class Life:
    """One interview of the year: what is so, what its candidate will answer when, and what was done."""

    situation: Situation
    answers_at: datetime | None
    answer: Answer
    records: dict[str, Record] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    skipped: dict[str, AgendaItem] = field(default_factory=dict)

    def as_of(self, now: datetime) -> Situation:
        has_answered = self.answers_at is not None and self.answers_at <= now
        said = tuple(
            Said(each.step.purpose, each.step.key, each.at, Fate.LEFT, each.at + timedelta(seconds=2))
            for each in self.sent
        )
        return replace(
            self.situation,
            said=said,
            was_told=any(each.purpose == Purpose.INVITATION for each in said),
            answer=self.answer if has_answered else Answer.NEEDS_ACTION,
            answered_at=self.answers_at if has_answered else None,
            state=InterviewState.COMPLETED if now > self.situation.ends_at else InterviewState.SCHEDULED,
            attendance=Attendance.ATTENDED if self.came and now > self.noted_at else Attendance.UNKNOWN,
        )

    @property
    def came(self) -> bool:
        return self.answer != Answer.DECLINED

    @property
    def noted_at(self) -> datetime:
        """When a recruiter notes that the candidate came."""
        return self.situation.ends_at + HOUR / 2


def lives(zone_name: str, region: str, random: Random) -> Iterator[Life]:
    """Half of the people live in another zone than the interview is held in; half of the branches wait for workdays."""
    zone = ZoneInfo(zone_name)
    rules = [
        QuietRule(QUIET_FROM, QUIET_UNTIL, waits_for_workday=wait, region=region) for wait in (True, False)
    ]
    for number in range(360):
        day = (START + (number + 4) * DAY).date()
        clock = random.choice([time(9), time(10, 30), time(14), time(16, 15), time(19, 30), time(8, 15)])
        starts_at = datetime.combine(day, clock, zone).astimezone(UTC)
        ahead = random.choice([20 * HOUR, 3 * HOUR, 2 * DAY, 4 * DAY, 9 * DAY])
        answer = random.choice([Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED, Answer.NEEDS_ACTION])
        known_at = max(START, starts_at - ahead)
        situation = Situation(
            state=InterviewState.SCHEDULED,
            answer=Answer.NEEDS_ACTION,
            answered_at=None,
            attendance=Attendance.UNKNOWN,
            mode=Mode.ONSITE,
            starts_at=starts_at,
            duration=HOUR,
            zone=zone,
            own_zone=zone if number % 2 else ZoneInfo(random.choice(list(ZONES))),
            quiet=random.choice(rules),
            known_at=known_at,
            missed=number % 5 == 0,
            result_promised_at=starts_at + 2 * DAY if number % 3 == 0 else None,
        )
        answers_at = None
        if answer != Answer.NEEDS_ACTION:
            answers_at = known_at + (starts_at - known_at) * random.uniform(0.3, 0.95)
        yield Life(situation, answers_at, answer)


def live(terms: Terms, everybody: list[Life], random: Random) -> None:
    """The executor's year: look when the last look said so and when the facts change, do what is due, remember it."""
    looks = [(life.situation.known_at, number) for number, life in enumerate(everybody)]
    looks += [(life.noted_at, number) for number, life in enumerate(everybody) if life.came]
    heapq.heapify(looks)
    for begin, end in RUNNING:
        while looks and looks[0][0] <= end:
            at, number = heapq.heappop(looks)
            # Never early, a moment late; and after a jump or a pause at once.
            now = max(at, begin) + timedelta(seconds=random.uniform(0, 2))
            look = do(terms, everybody[number], now)
            if look is not None:
                heapq.heappush(looks, (look, number))


def do(terms: Terms, life: Life, now: datetime) -> datetime | None:
    items = agenda(terms, life.as_of(now), life.records, now)
    for item in items:
        if item.key in life.records:
            continue
        assert item.due_at is not None or item.verdict in {Verdict.WAITING, Verdict.SKIPPED}
        if item.verdict == Verdict.DUE:
            assert item.due_at is not None
            life.records[item.key] = Record(Done.PLANNED, item.due_at, now)
            life.sent.append(Sent(item.step, now, item.due_at))
        elif item.verdict == Verdict.SKIPPED and item.due_at is not None and item.due_at <= now:
            life.records[item.key] = Record(Done.SKIPPED, item.due_at, now, item.reason)
            life.skipped[item.key] = item
    return next_look([item for item in items if item.verdict != Verdict.DUE], now)


# --- what should have happened, worked out again


def is_allowed(life: Life, at: datetime) -> bool:
    local = at.astimezone(life.situation.own_zone)
    if local.time() >= QUIET_FROM or local.time() < QUIET_UNTIL:
        return False
    rule = life.situation.quiet
    return not rule.waits_for_workday or is_workday(local.date(), rule.region)


def wall_clock(life: Life, step: Step) -> datetime:
    """By the calendar and the clock on the wall: as a person would reckon it."""
    zone = life.situation.zone
    start = life.situation.starts_at.astimezone(zone)
    if step.anchor == Anchor.BEFORE_START:
        naive = start.replace(tzinfo=None) - step.offset if step.offset >= DAY else None
        if naive is None:
            return life.situation.starts_at - step.offset
        naive = naive if step.at is None else datetime.combine(naive.date(), step.at)
        return naive.replace(tzinfo=zone).astimezone(UTC)
    anchor = life.situation.ends_at if step.anchor == Anchor.AFTER_END else life.situation.result_promised_at
    assert anchor is not None
    naive = anchor.astimezone(zone).replace(tzinfo=None) + step.offset
    naive = naive if step.at is None else datetime.combine(naive.date(), step.at)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def first_chance(life: Life, at: datetime) -> datetime:
    """From `at` on the first minutes in which something could be said and somebody was there to say it."""
    while not is_allowed(life, at) or was_down(at):
        at += 5 * MINUTE
    return at


def was_down(at: datetime) -> bool:
    gaps = pairwise(RUNNING)
    return any(end - MINUTE <= at <= begin + MINUTE for (_, end), (begin, _) in gaps)


def fits(life: Life, step: Step) -> bool:
    conditions, start = step.conditions, life.situation.starts_at.astimezone(life.situation.zone)
    return (
        life.situation.missed >= conditions.missed_at_least
        and (not conditions.weekdays or start.isoweekday() in conditions.weekdays)
        and (step.anchor != Anchor.AFTER_PROMISE or life.situation.result_promised_at is not None)
        and (step.purpose != Purpose.SURVEY or life.came)
    )


def check_sent(life: Life) -> None:
    keys = [sent.step.key for sent in life.sent]
    assert len(keys) == len(set(keys)), "doubled"
    for sent in life.sent:
        assert fits(life, sent.step)
        assert is_allowed(life, sent.at), "in quiet hours"
        if sent.step.purpose not in AFTERWARDS:
            assert sent.at < life.situation.starts_at
        if sent.step.anchor == Anchor.AFTER_SILENCE:
            last = max(each.at for each in life.sent if each.at < sent.at)
            expected = last + timedelta(seconds=2) + sent.step.offset
        else:
            expected = wall_clock(life, sent.step)
        if expected >= life.situation.known_at and is_allowed(life, expected) and not was_down(expected):
            assert timedelta(0) <= sent.at - expected <= PUNCTUAL, "late"


def check_not_sent(life: Life, step: Step) -> None:
    """Whatever fits and was not sent has a reason, and the reason is true."""
    item = life.skipped.get(step.key)
    if item is None:
        assert step.anchor == Anchor.AFTER_SILENCE, f"missed {step.key}"
        check_no_silence(life, step)
        return
    assert item.due_at is not None
    skipped_at = life.records[step.key].at
    near = [sent for sent in life.sent if abs(sent.at - item.due_at) <= DAY / 4 + MINUTE]
    match item.reason:
        case ReasonCode.OVERTAKEN:
            # By something said, or by a reminder that was to follow shortly, before an answer made it needless.
            answered = life.answers_at and item.due_at < life.answers_at < item.due_at + DAY / 4
            assert near or answered, "overtaken by nothing"
        case ReasonCode.RECIPIENT_ALREADY_REPLIED:
            assert life.answers_at is not None
            assert life.answers_at <= skipped_at
            assert step.purpose != Purpose.REMINDER or life.answer != Answer.ACCEPTED
        case ReasonCode.CONDITION_NOT_MET:
            # What comes afterwards is for those who came, what comes before for those who have not declined.
            wanted = step.conditions.answers or {Answer.ACCEPTED, Answer.NEEDS_ACTION}
            assert (
                not life.came if step.purpose in AFTERWARDS else life.as_of(skipped_at).answer not in wanted
            )
        case ReasonCode.NOT_INVITED:
            assert not any(
                sent.step.purpose == Purpose.INVITATION and sent.at < item.due_at for sent in life.sent
            )
        case ReasonCode.INTERVIEW_OVER:
            assert was_down(max(item.due_at, life.situation.known_at))
        case ReasonCode.QUIET_HOURS | ReasonCode.DEADLINE_PASSED:
            check_no_time(life, step, item)
        case _:
            raise AssertionError(f"{step.key}: {item.reason}")


def check_no_silence(life: Life, step: Step) -> None:
    """After each message an answer came in time, or the next message, or the interview."""
    asked = [sent.at for sent in life.sent if sent.step.purpose not in AFTERWARDS]
    answered = life.answers_at or END + DAY
    for at, following in pairwise([*asked, END + DAY]):
        over = min(answered, following, life.situation.starts_at - HOUR)
        assert first_chance(life, at + step.offset) >= over - PUNCTUAL, f"missed {step.key}"


def check_no_time(life: Life, step: Step, item: AgendaItem) -> None:
    """Nothing was allowed while it would have been of use, or nobody was there to do it.

    What counts from the start could also have gone earlier: from when the appointment was known.
    """
    until = life.situation.starts_at - timedelta(hours=1 if step.purpose == Purpose.NUDGE else 0.5)
    assert item.due_at is not None
    at = max(item.due_at, life.situation.known_at)
    if step.anchor == Anchor.BEFORE_START and not was_down(item.due_at):
        at = max(life.situation.known_at + DAY / 48, wall_clock(life, step) - 3 * DAY)
    while at < until:
        assert not is_allowed(life, at) or was_down(at), f"{step.key} could have gone at {at}"
        at += 5 * MINUTE


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("plan", shipped_plans(), ids=lambda plan: plan.file)
def test_a_year_of_a_shipped_plan(plan: ShippedPlan, zone_name: str) -> None:
    random = Random(f"{plan.file} {zone_name}")
    terms = Terms(plan.steps, is_automatic=True)
    everybody = list(lives(zone_name, ZONES[zone_name], random))
    live(terms, everybody, random)
    for life in everybody:
        check_sent(life)
        done = {sent.step.key for sent in life.sent}
        for step in plan.steps:
            if fits(life, step) and step.key not in done:
                check_not_sent(life, step)
    assert {sent.step.key for life in everybody for sent in life.sent} == {step.key for step in plan.steps}
