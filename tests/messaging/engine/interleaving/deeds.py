"""What people do while messages are on their way: recruiters at the desk, candidates on their pages, the plans' clock.

Every deed is one transaction of the web role, as a page makes it. What somebody may not do at that moment is refused
there, and nothing has happened.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from django.db import OperationalError

from tests.factories import Cast
from tests.interviews.test_invite import facts_of
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.slots import RequestState
from yuemian.domain.states import Answer, BatchState, Channel, DeliveryState, Purpose
from yuemian.hiring.actions import NotOurs, choose_channel, save_job, set_contact_use
from yuemian.hiring.actions.correct import prefer
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import CannotChange, cancel_interview, change_interview
from yuemian.interviews.actions.choose import stop
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.actions.plans import archive_plan, restore_plan, save_plan
from yuemian.interviews.actions.replan import hold_sending
from yuemian.interviews.actions.reschedule import (
    CannotAsk,
    NoLongerOpen,
    Press,
    accept_request,
    decline_request,
    propose_times,
)
from yuemian.interviews.actions.respond import Refused, respond
from yuemian.interviews.actions.stopped import suggest_stopped
from yuemian.interviews.models import Interview, Plan, RescheduleRequest
from yuemian.interviews.plans.reading import terms_of
from yuemian.interviews.tasks import run_due_steps
from yuemian.messaging.actions.batches import pause_batch, resume_batch
from yuemian.messaging.actions.remedy import give_up, release_held, resolve_unclear, retry_failed
from yuemian.messaging.models import AccessLink, Batch, Delivery
from yuemian.trust.tenancy import acting_in

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFUSED = (CannotChange, Refused, CannotAsk, NoLongerOpen, ForbiddenMove, NotOurs)
CHANNELS = (Channel.EMAIL, Channel.SMS)


@dataclass
class People:
    """Everybody but the engine. `now` is when a deed began: a page that stands still is behind the time."""

    cast: Cast
    chance: random.Random
    interviews: list[UUID]
    now: datetime
    #: What was done, not refused.
    done: Counter[str] = field(default_factory=Counter)
    places: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def organization(self) -> UUID:
        return self.cast.organization.pk

    def do(self, deed: Deed, interview: UUID, now: datetime, chance: random.Random) -> None:
        try:
            with acting_in(self.organization):
                deed(replace(self, now=now, chance=chance), interview)
        except REFUSED:
            return
        except OperationalError:  # somebody else had a lock
            self.done["gone without waiting"] += 1
            return
        self.done[deed.__name__] += 1

    def place(self) -> str:
        """One that no interview had before."""
        return f"第 {next(self.places)} 会议室"

    def link(self, interview: UUID) -> AccessLink:
        """Mostly the newest that the candidate got, sometimes an old one. Refused where there is none yet."""
        links = list(
            AccessLink.objects.filter(subject_id=interview, purpose="answer").order_by("-created_at", "-pk")
        )
        if not links:
            raise Refused("none")
        return links[0] if self.chance.random() < 0.8 else self.chance.choice(links)

    def candidate(self, interview: UUID) -> Candidate:
        found = Candidate.objects.get(applications__interviews=interview)
        if found.erased_at:
            raise Refused("erased")
        return found


Deed = Callable[[People, UUID], None]


# --- recruiters


def change_time(people: People, interview: UUID) -> None:
    fresh = Interview.objects.get(pk=interview)
    later = facts_of(fresh, starts_at=fresh.starts_at + people.chance.choice([DAY, 3 * HOUR]))
    change_interview(people.cast.recruiter, interview, later, now=people.now)


def change_place(people: People, interview: UUID) -> None:
    elsewhere = facts_of(Interview.objects.get(pk=interview), place_name=people.place())
    change_interview(people.cast.recruiter, interview, elsewhere, now=people.now)


def cancel(people: People, interview: UUID) -> None:
    cancel_interview(people.cast.recruiter, interview, now=people.now)


def leave_open(people: People, interview: UUID) -> None:
    """The time is off, and the candidate is to choose another."""
    until = people.now + 2 * DAY
    ask_to_choose(people.cast.recruiter, interview, until=until, reason="", now=people.now)


def invite(people: People, interview: UUID) -> None:
    _send(people, Purpose.INVITATION)


def remind(people: People, interview: UUID) -> None:
    _send(people, Purpose.REMINDER)


def _send(people: People, purpose: Purpose) -> None:
    """To some, again to those who were told; on all channels at once, or on the best with the others behind it."""
    some = people.chance.sample(people.interviews, 4)
    version, now = people.cast.templates[purpose], people.now
    is_again, is_routed = people.chance.random() < 0.3, people.chance.random() < 0.6
    hold_sending(people.organization)  # as the page that sends does
    send_chosen(
        people.cast.recruiter, some, version, purpose, CHANNELS, now=now, resend=is_again, is_routed=is_routed
    )


def pause(people: People, interview: UUID) -> None:
    pause_batch(people.cast.recruiter, _batch(people, BatchState.RUNNING), now=people.now)


def resume(people: People, interview: UUID) -> None:
    resume_batch(people.cast.recruiter, _batch(people, BatchState.PAUSED), now=people.now)


def stop_sending(people: People, interview: UUID) -> None:
    stop(people.cast.recruiter, _batch(people, BatchState.RUNNING), now=people.now)


def _batch(people: People, state: BatchState) -> UUID:
    found = list(Batch.objects.filter(state=state).order_by("pk").values_list("pk", flat=True))
    if not found:
        raise ForbiddenMove("none")
    return people.chance.choice(found)


def retry(people: People, interview: UUID) -> None:
    failed = _troubled(DeliveryState.TEMPORARY_FAILURE, DeliveryState.PERMANENT_FAILURE)
    retry_failed(people.cast.recruiter, failed, now=people.now)


def switch(people: People, interview: UUID) -> None:
    """Try what did not go through on the other channel."""
    failed = _troubled(DeliveryState.TEMPORARY_FAILURE, DeliveryState.PERMANENT_FAILURE, DeliveryState.HELD)
    retry_failed(people.cast.recruiter, failed, people.chance.choice(CHANNELS), now=people.now)


def release(people: People, interview: UUID) -> None:
    release_held(people.cast.recruiter, _troubled(DeliveryState.HELD), now=people.now)


def give_it_up(people: People, interview: UUID) -> None:
    give_up(people.cast.recruiter, _troubled(DeliveryState.HELD)[:1], now=people.now)


def say_it_arrived(people: People, interview: UUID) -> None:
    unclear = _troubled(DeliveryState.UNKNOWN)[:2]
    resolve_unclear(people.cast.recruiter, unclear, has_arrived=True, now=people.now)


def _troubled(*states: DeliveryState) -> list[UUID]:
    return list(Delivery.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True))


def put_plan_away(people: People, interview: UUID) -> None:
    """Or into use again."""
    plan = Plan.objects.get()
    deed = archive_plan if plan.is_active else restore_plan
    deed(people.cast.owner, plan, now=people.now)


def edit_plan(people: People, interview: UUID) -> None:
    """The reminders come earlier or later."""
    plan = Plan.objects.get()
    steps = [
        replace(step, offset=step.offset + people.chance.choice([HOUR, -HOUR]))
        if step.offset > 2 * HOUR
        else step
        for step in terms_of(plan).steps
    ]
    save_plan(people.cast.owner, plan, steps, number=plan.number, now=people.now)


def move_job(people: People, interview: UUID) -> None:
    """Into another family, which has no plan of its own."""
    job = Interview.objects.get(pk=interview).application.job
    save_job(people.cast.recruiter, job, people.chance.choice(["技术", "销售"]), now=people.now)


def take_out_of_use(people: People, interview: UUID) -> None:
    """One address, or again into use."""
    point = _point(people, interview)
    set_contact_use(people.cast.recruiter, point, is_in_use=people.chance.random() < 0.5, now=people.now)


def _point(people: People, interview: UUID) -> UUID:
    points = ContactPoint.objects.filter(candidate__applications__interviews=interview).order_by("pk")
    ids = list(points.values_list("pk", flat=True))
    if not ids:
        raise Refused("erased")
    return people.chance.choice(ids)


def accept_other_time(people: People, interview: UUID) -> None:
    asked = _asked(interview)
    accept_request(people.cast.recruiter, asked.pk, asked.times[0], now=people.now)


def decline_other_time(people: People, interview: UUID) -> None:
    decline_request(people.cast.recruiter, _asked(interview).pk, "请按原时间参加。", now=people.now)


def _asked(interview: UUID) -> RescheduleRequest:
    """That of this interview, or of another."""
    waiting = RescheduleRequest.objects.filter(state=RequestState.OPEN).exclude(times=[])
    found = waiting.filter(interview=interview).first() or waiting.order_by("pk").first()
    if found is None:
        raise NoLongerOpen
    return found


# --- candidates


def answer_yes(people: People, interview: UUID) -> None:
    _answer(people, interview, Answer.ACCEPTED)


def answer_no(people: People, interview: UUID) -> None:
    _answer(people, interview, Answer.DECLINED)


def _answer(people: People, interview: UUID, answer: Answer) -> None:
    respond(people.link(interview), answer, "", now=people.now, was_confirmed=False)


def ask_other_time(people: People, interview: UUID) -> None:
    press = Press(people.link(interview), people.now)
    propose_times(press, [people.now + 4 * DAY], words="周五上午", note="")


def opt_out_of_one(people: People, interview: UUID) -> None:
    """One channel; or wanting it again."""
    channel, wanted = people.chance.choice(CHANNELS), people.chance.random() < 0.25
    choose_channel(people.candidate(interview), channel, is_wanted=wanted, now=people.now)


def opt_out_of_everything(people: People, interview: UUID) -> None:
    candidate = people.candidate(interview)
    for channel in CHANNELS:
        choose_channel(candidate, channel, is_wanted=False, now=people.now)


def be_erased(people: People, interview: UUID) -> None:
    ask_erasure(people.candidate(interview), now=people.now)


def prefer_channel(people: People, interview: UUID) -> None:
    wishes = {"preferred_channel": str(people.chance.choice(CHANNELS))}
    prefer(people.candidate(interview), wishes, is_discreet=people.chance.random() < 0.3, now=people.now)


# --- the plans' clock


def keep_plans(people: People, interview: UUID) -> None:
    run_due_steps(people.organization, people.now)
    suggest_stopped(people.organization, people.now)


#: How often, beside one another. What ends an interview or a person for good is rare: else little is left to change.
DEEDS: Final[dict[Deed, int]] = {
    change_time: 6, change_place: 6, cancel: 2, leave_open: 2, invite: 5, remind: 3, pause: 4, resume: 8,
    stop_sending: 2, retry: 3, switch: 4, release: 2, give_it_up: 1, say_it_arrived: 2, put_plan_away: 2, edit_plan: 2,
    move_job: 1, take_out_of_use: 2, accept_other_time: 3, decline_other_time: 5, answer_yes: 6, answer_no: 2,
    ask_other_time: 6, opt_out_of_one: 4, opt_out_of_everything: 1, be_erased: 1, prefer_channel: 3, keep_plans: 12,
}  # fmt: skip
