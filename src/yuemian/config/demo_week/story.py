"""What happens in the week: who is invited, comes, is judged and told, and what is still open at the moment told of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.config.demo_week import letters, settings, voices
from yuemian.config.demo_week.company import FIRST_ROUND, Company
from yuemian.config.demo_week.post import Post
from yuemian.config.demo_week.timeline import Timeline
from yuemian.domain.arrival import SignalKind
from yuemian.domain.results import Outcome, Rating, Recommendation
from yuemian.domain.scorecard import Draft, Mark
from yuemian.domain.states import Answer, Attendance, Channel, Purpose
from yuemian.interviews.actions.arrival import Word, say, tick
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.actions.reasons import give_reason
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.actions.surveys import answer_survey, mix_answers
from yuemian.interviews.models import Cadence
from yuemian.interviews.tasks import run_due_steps
from yuemian.messaging.actions.content import version_for
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.next_round import NextRound, decide_and_schedule
from yuemian.results.actions.scorecards import submit
from yuemian.results.decisions.reasons import offered
from yuemian.results.scorecards.sheet import sheet_for

Row = Mapping[str, Any]
#: Before that nothing of the week has begun; each interview is known, and its candidate invited, so many days ahead.
FIRST, KNOWN, INVITED = -12, 4, 3
#: Since then reception has ticked who arrives.
ARRIVALS_SINCE = -1
INVITING_AT = "10:00"
#: When the worker's clock is let in: since which day, and at what hours.
KEPT_SINCE, ROUNDS = -7, ("08:01", "12:01", "17:01")


class Story:
    """Puts the script on a timeline and lets it happen."""

    def __init__(self, company: Company) -> None:
        self.company, self.week, self.post = company, company.week, Post(company.organization)
        self.timeline = Timeline()

    def live(self) -> None:
        rows = self.company.script["interviews"]
        self.add(self.week.at(FIRST, "09:00"), partial(settings.set_up, self.company))
        self._schedule(rows)
        self._invite(rows)
        for row in rows:
            self._live_through(row)
        voices.add(self.company, self.add)
        letters.add(self.company, self.add)
        for number in range(KEPT_SINCE, 1):
            for clock in ROUNDS:
                self.timeline.add(self.week.at(number, clock), self._keep_plans)
            self.timeline.add(self.week.at(number, "21:00"), self._mix)
        self.timeline.run(self.week.now)
        self.post.close_routes(self.week.now)

    def add(self, at: datetime, deed: Callable[..., object]) -> None:
        """What it causes to be sent is in the lab before the next thing happens."""

        def done(now: datetime) -> None:
            deed(now=now)
            self.post.carry(now)

        self.timeline.add(at, done)

    def _mix(self, now: datetime) -> None:
        """Answers of surveys of which there are enough to be read."""
        mix_answers(self.company.organization.pk, now)

    def _keep_plans(self, now: datetime) -> None:
        """What the plan says is due."""
        organization_id = self.company.organization.pk
        while Cadence.objects.filter(organization=organization_id, next_at__lte=now).exists():
            run_due_steps(organization_id, now)
        self.post.carry(now)

    def _schedule(self, rows: Sequence[Row]) -> None:
        by_day: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_day[min(row["day"] - KNOWN, -1)].append(row)
        for day, some in by_day.items():
            self.add(self.week.at(day, "09:15"), partial(self.company.schedule, some))

    def _invite(self, rows: Sequence[Row]) -> None:
        groups: dict[tuple[int, str, User], list[str]] = defaultdict(list)
        for row in rows:
            if row.get("is_invited", True):
                recruiter, round_ = self.company.recruiter_of(row), row.get("round", FIRST_ROUND)
                day = min(row["day"] - INVITED, -1)
                groups[day, round_, recruiter].append(row["who"][0])
        for (day, round_, recruiter), names in groups.items():
            at = self.week.at(day, INVITING_AT)
            self.add(at, partial(self._send_invitations, recruiter, round_, names))

    def _send_invitations(self, user: User, round_: str, names: Sequence[str], *, now: datetime) -> None:
        version = version_for(user.organization_id, Purpose.INVITATION, round_)
        ids = [self.company.ids[name][0] for name in names]
        send_chosen(user, ids, version, Purpose.INVITATION, [Channel.EMAIL, Channel.SMS], now=now)

    def _live_through(self, row: Row) -> None:
        """From the candidate's answer to the survey, as far as the script says."""
        name, start = row["who"][0], self.week.at(row["day"], row["at"])
        invited = self.week.at(min(row["day"] - INVITED, -1), INVITING_AT)
        for key, answer in (("accepts", Answer.ACCEPTED), ("declines", Answer.DECLINED)):
            if key in row:
                self.add(invited + timedelta(hours=row[key]), partial(self._answer, name, answer))
        if "late" in row:
            self.add(start - timedelta(minutes=25), partial(self._say_late, name, row["late"]))
        if came := row.get("came"):
            if came == Attendance.ATTENDED and row["day"] >= ARRIVALS_SINCE:
                self.add(start - timedelta(minutes=8), partial(self._arrive, row))
            self.add(start + timedelta(minutes=20), partial(self._note_attendance, row, Attendance(came)))
        for minutes, (interviewer, card) in enumerate(row.get("card", {}).items()):
            at = start + timedelta(minutes=75 + minutes)
            self.add(at, partial(self._submit_card, name, interviewer, card))
        if decided := row.get("decided"):
            day = min(row["day"] + 1, -1)
            self.add(self.week.at(day, "16:00"), partial(self._decide, row, decided))
        if survey := row.get("survey"):
            deed = partial(self._answer_survey, name, survey, row.get("said", ()))
            self.add(self.week.at(row["day"] + 1, "19:30"), deed)

    def _answer(self, name: str, answer: Answer, *, now: datetime) -> None:
        interview = self.company.interview(name)
        link = self.company.opens(interview, now=now)
        respond(link, answer, "", now=now, was_confirmed=True)
        if answer == Answer.DECLINED:
            give_reason(link, "other_offer", "", now=now)

    def _say_late(self, name: str, minutes: int, *, now: datetime) -> None:
        link = self.company.link(self.company.interview(name))
        say(link, Word(SignalKind.LATE, minutes), now=now, was_confirmed=True)

    def _arrive(self, row: Row, *, now: datetime) -> None:
        tick(self.company.recruiter_of(row), self.company.ids[row["who"][0]][0], now=now)

    def _note_attendance(self, row: Row, attendance: Attendance, *, now: datetime) -> None:
        user = self.company.users[row["interviewers"][0]]
        record_attendance(user, self.company.ids[row["who"][0]][0], attendance, now=now)

    def _submit_card(self, name: str, interviewer: str, card: str, *, now: datetime) -> None:
        """`card`: the overall word, then a mark for each competency of the form in its order."""
        word, *ratings = card.split()
        interview = self.company.interview(name)
        keys = sheet_for(interview).keys
        marks = {key: self._mark(key, int(rating)) for key, rating in zip(keys, ratings, strict=True)}
        draft = Draft(marks, Recommendation(word), self.company.script["summaries"][word])
        submit(self.company.users[interviewer], interview.pk, draft, 0, now=now, is_sure=True)

    def _mark(self, key: str, rating: int) -> Mark:
        notes = self.company.script["notes"]
        fitting = (note["text"] for note in notes if note["key"] == key and rating in note["marks"])
        text = next(fitting, "")
        return Mark(Rating(rating), note=text, is_shareable=bool(text))

    def _decide(self, row: Row, decided: Mapping[str, Any], *, now: datetime) -> None:
        """Recruiters decide; that somebody passes is the hiring lead's word."""
        outcome = Outcome(decided["outcome"])
        user = self.company.users["xu"] if outcome is Outcome.PASS else self.company.recruiter_of(row)
        choice = Choice(
            self.company.ids[row["who"][0]][0], outcome, self._reasons(outcome, decided["reason"])
        )
        if "next" not in decided:
            decide(user, [choice], now=now)
            return
        interviewers = [self.company.users[each] for each in row["interviewers"]]
        starts_at = self.week.at(decided["next"], row["at"])
        plan = NextRound("复试", starts_at, interviewers=interviewers)
        done = decide_and_schedule(user, [choice], plan, now=now)
        self.company.ids[row["who"][0]] += done.next_ids

    def _reasons(self, outcome: Outcome, code: str) -> tuple[UUID, ...]:
        found = offered(self.company.organization.pk, outcomes=[outcome])
        return tuple(each.pk for each in found if each.code == code)

    def _answer_survey(self, name: str, given: Sequence[int], said: Sequence[str], *, now: datetime) -> None:
        link = self.company.link(self.company.interview(name), "survey")
        answer_survey(link, voices.filled_in(given, *said), now=now)
