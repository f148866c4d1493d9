"""Whatever people do with results, in whatever order: nobody is told another's outcome, or one that no longer holds.

The machine presses what people press, on PostgreSQL, with the real engine; what it believes of outcomes, approvals and
texts it keeps by itself, and asks no code that it judges. All examples share one company and one worker: what an
earlier example has left lying may leave in a later one, and is judged there.

`RESULT_EXAMPLES=1000` runs so many, and other ones each time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pytest_django import Settings

from tests.factories import create_interviews
from tests.messaging.engine.conftest import Story, live, story
from tests.results.decisions.people import reason
from tests.results.notices.beliefs import Engine, Human, Known
from tests.results.stories import Tale
from yuemian.channels.base import Message
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Purpose
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.models import Candidate
from yuemian.hiring.signals import person_changed
from yuemian.interviews.actions.schedule import Person
from yuemian.messaging.models import Delivery, Notification
from yuemian.portal.door import look_at_result
from yuemian.results.actions import approvals, notices, release
from yuemian.results.actions.decide import CannotDecide, Choice, NoUndo, decide, undo
from yuemian.results.actions.notices import NotLetPass
from yuemian.results.models import Decision, ResultBatch, ResultNotice
from yuemian.results.notices.content import checked_text
from yuemian.results.notices.personal import Personal
from yuemian.trust.tenancy import acting_in

__all__ = ["live", "story"]
N = NoticeState
EXAMPLES = int(os.environ.get("RESULT_EXAMPLES") or 0)
#: So many people come at once, which costs hardly more than one.
ARRIVING = 50
PEOPLE = st.sampled_from([0, 1])
OUTCOMES = st.sampled_from(list(Outcome))
STEPS = st.sampled_from([3, 4, 5, 5, 6])
DEEDS = st.sampled_from(
    [
        *("bring on", "bring on", "decide", "tell, decide anew, tell", "decide and take back", "take back"),
        *("say what comes next", "write on", "submit", "approve", "approve one's own", "return", "release"),
        *("call back", "call back", "rename", "erase", "send", "say why it corrects"),
    ]
)


class Results(RuleBasedStateMachine):
    """Two candidates of one company, and everybody who has a hand in their results."""

    tale: ClassVar[Tale]
    figures: ClassVar[Counter[str]]
    known: ClassVar[Known]
    engine: ClassVar[Engine]

    @initialize(outcomes=st.tuples(OUTCOMES, OUTCOMES), steps=STEPS)
    def begin(self, outcomes: tuple[Outcome, Outcome], steps: int) -> None:
        self.links: dict[str, UUID] = {}
        self.people = [self.newcomer() for _ in range(2)]
        self.figures["begun"] += 1
        for who, outcome in enumerate(outcomes):
            self.decide(who, outcome)
        self.bring_on(steps)

    # What people do. One rule for all of it, so that no run leaves a kind of deed out.

    @rule(deed=DEEDS, who=PEOPLE, outcome=OUTCOMES, steps=STEPS)
    def press(self, deed: str, who: int, outcome: Outcome, steps: int) -> None:
        deeds: dict[str, Callable[[], None]] = {
            "bring on": lambda: self.bring_on(steps),
            "decide": lambda: self.decide(who, outcome),
            "tell, decide anew, tell": lambda: self.tell_and_decide_anew(who, outcome),
            "decide and take back": lambda: self.take_a_decision_back(who, outcome),
            "take back": lambda: self.take_a_decision_back(who, None),
            "say why it corrects": lambda: self.say_why_it_corrects(who),
            "say what comes next": lambda: self.say_what_comes_next(who),
            "write on": lambda: self.write_on(who),
            "submit": self.submit,
            "approve": lambda: self.approve(is_author=False),
            "approve one's own": lambda: self.approve(is_author=True),
            "return": lambda: self.return_it(who),
            "release": self.release,
            "call back": self.call_back,
            "rename": lambda: self.rename(who),
            "erase": lambda: self.erase(who),
            "send": self.let_the_window_pass_and_send,
        }
        deeds[deed]()

    def bring_on(self, steps: int) -> None:
        """So many steps of the ordinary way at once, as chance alone seldom takes it."""
        way = (
            self.write,
            self.say_why_all_correct,
            self.submit,
            lambda: self.approve(is_author=False),
            self.release,
            self.let_the_window_pass_and_send,
        )
        for step in way[:steps]:
            step()

    def decide(self, who: int, outcome: Outcome) -> None:
        human = self.people[who]
        with self.inside():
            reasons = (reason(self.tale.cast, "skills_gap"),) if outcome is Outcome.REJECT else ()
            choice = Choice(human.interview.pk, outcome, reasons)
            if human.is_erased:
                with suppress(CannotDecide):  # unless it is what was decided before
                    assert not decide(self.tale.cast.recruiter, [choice], now=self.tale.now)
                return
            if decide(self.tale.cast.recruiter, [choice], now=self.tale.now):
                human.outcomes.append(outcome)
                human.decided_at.append(self.tale.now)
                self.figures["decided"] += 1

    def tell_and_decide_anew(self, who: int, outcome: Outcome) -> None:
        self.bring_on(6)
        self.decide(who, outcome)
        self.bring_on(6)

    def take_a_decision_back(self, who: int, outcome: Outcome | None) -> None:
        """The one that stands, or one of just now."""
        human = self.people[who]
        if outcome is not None:
            self.decide(who, outcome)
        with self.inside(), suppress(NoUndo):
            if human.decided_at and undo(self.tale.cast.recruiter, human.decided_at[-1], now=self.tale.now):
                human.outcomes.pop()
                human.decided_at.pop()
                if human.decided_at:  # what held before holds anew
                    human.decided_at[-1] = self.tale.now
                self.figures["undone"] += 1

    def write(self) -> None:
        mine = [each.interview.pk for each in self.people]
        with self.inside():
            ids = list(Decision.objects.current().filter(interview__in=mine).values_list("pk", flat=True))
            notices.prepare_notices(self.tale.cast.recruiter, ids, now=self.tale.now)

    def say_what_comes_next(self, who: int) -> None:
        with self.inside(), suppress(ForbiddenMove):
            for notice in self.letters_of(who):
                notices.set_personal(
                    self.tale.cast.recruiter, notice.pk, Personal("请带证件。"), now=self.tale.now
                )

    def write_on(self, who: int) -> None:
        with self.inside(), suppress(ForbiddenMove):
            for notice in self.letters_of(who):
                text = self.tale.text(notice)
                notices.edit_notice(
                    self.tale.cast.recruiter,
                    notice.pk,
                    text.subject,
                    f"{text.body}\n另祝顺利。",
                    now=self.tale.now,
                )

    def say_why_it_corrects(self, who: int) -> None:
        with self.inside(), suppress(ForbiddenMove, NotLetPass):
            for notice in self.letters_of(who):
                notices.explain_correction(self.tale.cast.recruiter, notice.pk, "更正。", now=self.tale.now)

    def say_why_all_correct(self) -> None:
        for who, human in enumerate(self.people):
            if human.is_told:
                self.say_why_it_corrects(who)

    def submit(self) -> None:
        with self.inside():
            for batch in self.batches():
                self.tale.submit(batch)

    def approve(self, is_author: bool) -> None:
        by = self.tale.cast.recruiter if is_author else self.tale.cast.lead
        with self.inside():
            for batch in self.batches():
                texts = {each.pk: self.tale.text(each) for each in self.tale.of(batch, N.SUBMITTED)}
                if not texts:
                    continue
                self.tale.approve(batch, by)
                for notice in self.tale.of(batch, N.APPROVED):
                    if notice.pk in texts:
                        assert not is_author
                        self.known.approved[notice.pk, notice.submission] = texts[notice.pk]
                        self.figures["approved"] += 1

    def return_it(self, who: int) -> None:
        with self.inside():
            ids = [each.pk for each in self.letters_of(who)]
            approvals.return_notices(self.tale.cast.lead, ids, "再看看。", now=self.tale.now)

    def release(self) -> None:
        with self.inside():
            for batch in self.batches():
                ready = {each.pk for each in self.tale.of(batch, N.APPROVED)}
                with suppress(release.NothingToRelease):
                    self.tale.release(batch)
                    self.known.called_back -= ready
                    self.figures["released"] += len(ready)
                for notice in self.tale.of(batch, N.RELEASED):
                    if notice.pk in ready:
                        self.links[self.tale.link(notice)[1]] = notice.candidate_id

    def call_back(self) -> None:
        with self.inside():
            for batch in self.batches():
                release.recall_batch(self.tale.cast.recruiter, batch.pk, now=self.tale.now)
                back = [each.pk for each in self.tale.of(batch, N.RECALLED)]
                self.known.called_back |= set(back)
                self.figures["recalled"] += len(back)
                approvals.put_back(self.tale.cast.recruiter, back, now=self.tale.now)

    def rename(self, who: int) -> None:
        with self.inside():
            candidate = Candidate.objects.get(pk=self.people[who].candidate_id)
            if not self.people[who].is_erased:
                candidate.name += "改"
                candidate.save(update_fields=["name"])
                person_changed.send(Candidate, candidate=candidate, at=self.tale.now)

    def erase(self, who: int) -> None:
        human = self.people[who]
        if not human.is_erased:
            with self.inside():
                candidate = Candidate.objects.get(pk=human.candidate_id)
                erase_by_hand(self.tale.cast.owner, candidate, now=self.tale.now)
            human.is_erased = True
            self.figures["erased"] += 1

    def let_the_window_pass_and_send(self) -> None:
        with self.inside():
            mine = ResultNotice.objects.filter(candidate__in=[each.candidate_id for each in self.people])
            ids = list(mine.values_list("pk", flat=True))
            Delivery.objects.filter(notification__subject_id__in=ids).update(due_at=self.tale.now)
            mine.filter(state=N.RELEASED).update(leaves_at=self.tale.now)
        if sent := self.engine.send():
            with self.inside():
                self.judge(sent)

    # What must never be.

    def judge(self, sent: list[Message]) -> None:
        told = Delivery.objects.filter(
            pk__in=[UUID(each.delivery_id) for each in sent], notification__purpose=Purpose.RESULT
        )
        about = dict(told.values_list("pk", "notification"))
        for message in sent:
            delivery = UUID(message.delivery_id)
            if delivery not in about:
                continue
            told_by = Notification.objects.get(pk=about[delivery])
            notice = ResultNotice.objects.select_related("decision").get(pk=told_by.subject_id)
            human = self.known.people[notice.candidate_id]
            assert message.to == human.email, "another person"
            assert not human.is_erased, "somebody who was erased"
            assert notice.outcome == human.holds, "an older outcome"
            assert (notice.pk, notice.submission) in self.known.approved, "nobody else has agreed"
            assert notice.pk not in self.known.called_back, "it was called back"
            assert (notice.pk, told_by.pk) not in self.known.handed, "twice"
            self.known.handed.add((notice.pk, told_by.pk))
            human.is_told = True
            self.figures["left"] += 1
            self.figures["corrected"] += notice.is_correction

    @invariant()
    def a_link_opens_only_what_holds_for_its_own_person(self) -> None:
        if not getattr(self, "links", None):
            return
        with self.inside():
            for token, person in self.links.items():
                door = look_at_result(token, now=timezone.now())
                if door is None or door.notice is None:
                    continue
                notice = door.notice
                human = self.known.people[person]
                assert notice.candidate_id == person
                assert not human.is_erased
                assert notice.outcome == human.holds
                text = checked_text(notice, door.data.vault())
                agreed = self.known.approved[notice.pk, notice.submission]
                assert (text.subject, text.body) == (agreed.subject, agreed.body)
                self.figures["read"] += 1

    # What the machine needs for it.

    @contextmanager
    def inside(self) -> Iterator[None]:
        with acting_in(self.tale.cast.organization.pk):
            self.tale.now = timezone.now()
            yield

    def batches(self) -> list[ResultBatch]:
        mine = [each.candidate_id for each in self.people]
        return list(ResultBatch.objects.filter(notices__candidate__in=mine).distinct())

    def letters_of(self, who: int) -> list[ResultNotice]:
        """Those that have not left the hands of their author and approvers."""
        if self.people[who].is_erased:
            return []
        rows = ResultNotice.objects.live().exclude(state=N.RELEASED)
        rows = rows.filter(candidate=self.people[who].candidate_id)
        return list(rows.select_related("candidate__key", "decision"))

    def newcomer(self) -> Human:
        if not self.known.waiting:
            with self.inside():
                self.let_more_arrive()
        human = self.known.waiting.pop()
        self.known.people[human.candidate_id] = human
        return human

    def let_more_arrive(self) -> None:
        first = len(self.known.people)
        people = [
            Person(
                name=f"赵{number:05d}",
                name_key=f"赵{number:05d}",
                email=f"person{number}@example.com",
                phone=f"+86139{number:08d}",
                locale="zh-hans",
            )
            for number in range(first, first + ARRIVING)
        ]
        came_at = self.tale.now - timedelta(days=2)
        interviews = create_interviews(
            self.tale.cast, ARRIVING, now=self.tale.now, people=people, starts_at=came_at
        )
        emails = {each.name: each.email for each in people}
        self.known.waiting = [Human(each, emails[each.application.candidate.name]) for each in interviews]


def test_nobody_is_told_anothers_outcome_or_an_older_one(live: Story, settings: Settings) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"  # only says that mail can be planned
    with acting_in(live.cast.organization.pk):
        Results.tale, Results.figures, Results.known = Tale(live.cast, live.now), Counter(), Known()
    with Engine() as Results.engine:
        run_state_machine_as_test(Results, settings=MANY)
    if EXAMPLES:
        print(dict(Results.figures))  # noqa: T201
    # It has been everywhere that matters.
    for what in MATTERS:
        assert Results.figures[what], what


MATTERS = ("decided", "undone", "approved", "released", "recalled", "corrected", "left", "read", "erased")
MANY = settings(
    max_examples=EXAMPLES or 100,
    stateful_step_count=12,
    deadline=None,
    derandomize=not EXAMPLES,
    phases=(Phase.generate,),
    database=None,
    suppress_health_check=list(HealthCheck),
)
