"""What an interview's candidate will hear, when and why: the plan played forward from what is so now.

The same function decides what is due (the executor does what it calls due) and draws the forecast (screens show all
of it), so what was shown is what happens unless something changes. Nothing it returns is stored as a promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from yuemian.domain.cadence.conditions import never, wanted_answers
from yuemian.domain.cadence.item import AgendaItem, Verdict, Why, WhyCode
from yuemian.domain.cadence.overlap import ASKING, INVITING, Timed, follows, is_fresh
from yuemian.domain.cadence.situation import Done, Fate, Record, Said, Situation, Terms
from yuemian.domain.cadence.step import Anchor, Pick, Step
from yuemian.domain.cadence.timing import (
    LATE,
    RECALLING,
    Due,
    Shift,
    due,
    is_added_late,
    moment_to_go,
    planned_at,
)
from yuemian.domain.states import Answer, Attendance, Purpose, ReasonCode

_FATES: Final = {
    Fate.LEFT: WhyCode.SENT,
    Fate.WAITING: WhyCode.ON_ITS_WAY,
    Fate.LOST: WhyCode.LOST,
}
_ON_SENDINGS: Final = frozenset({Anchor.AFTER_SENT, Anchor.AFTER_SILENCE})


def agenda(
    terms: Terms, situation: Situation, records: Mapping[str, Record], now: datetime
) -> list[AgendaItem]:
    """Every step that is on, in the order of time; those without a time come last."""
    play = _Play(terms, situation, records, now)
    items = play.to_the_end()
    far = max((item.due_at for item in items if item.due_at), default=now) + timedelta(days=1)
    return sorted(items, key=lambda item: (item.due_at or far, item.step.key))


class _Play:
    """The steps still open, what has been said by then, and the items decided so far."""

    def __init__(
        self, terms: Terms, situation: Situation, records: Mapping[str, Record], now: datetime
    ) -> None:
        self.terms, self.situation, self.now = terms, situation, now
        self.said = list(situation.said)
        self.was_told = situation.was_told
        self.items: list[AgendaItem] = []
        self.open: list[Step] = []
        self._has_invitation = any(s.is_on and s.purpose == Purpose.INVITATION for s in terms.steps)
        self._is_lost = any(s.purpose == Purpose.INVITATION and s.fate == Fate.LOST for s in self.said)
        self._fixed: dict[str, Timed | AgendaItem] = {}
        for step in terms.steps:
            if step.is_on:
                settled = self._settled(step, records.get(step.key))
                self._keep(settled) if settled else self.open.append(step)

    def to_the_end(self) -> list[AgendaItem]:
        while self.open:
            timed: list[Timed] = []
            waiting: list[AgendaItem] = []
            for step in list(self.open):
                found = self._when(step)
                if isinstance(found, Timed):
                    timed.append(found)
                elif found.verdict == Verdict.WAITING:
                    waiting.append(found)
                else:
                    self._close(found)
            if timed:
                self._go_on(timed)
            else:
                for item in waiting:
                    self._close(item)
        return self.items

    # --- steps that are settled without playing

    def _settled(self, step: Step, record: Record | None) -> AgendaItem | None:
        inviting = self._inviting() if step.purpose == Purpose.INVITATION else None
        if inviting is not None and (record is None or record.outcome == Done.SUGGESTED):
            return self._invited_otherwise(step, inviting, is_recorded=record is not None)
        if record is not None:
            return self._recorded(step, record)
        reason = never(step, self.situation)
        if reason is None:
            return None
        is_missed = reason == ReasonCode.INTERVIEW_OVER and step.anchor == Anchor.BEFORE_START
        at = planned_at(step, self.situation.starts_at, self.situation.zone) if is_missed else None
        return self._skipped(step, at, reason)

    def _recorded(self, step: Step, record: Record) -> AgendaItem | None:
        if record.outcome == Done.SKIPPED:
            item = self._skipped(step, record.due_at, record.reason or ReasonCode.CONDITION_NOT_MET)
            return replace(item, is_recorded=True)
        if record.outcome == Done.SUGGESTED:
            reason = never(step, self.situation) or self._no_longer(step)
            if reason:
                return replace(self._skipped(step, record.due_at, reason), is_recorded=True)
            why = Why(WhyCode.SUGGESTED, planned_at=record.due_at)
            latest = self.situation.starts_at
            return AgendaItem(
                step, Verdict.WAITING, record.due_at, why, latest, is_suggestion=True, is_recorded=True
            )
        said = self._said_for(step)
        if said is None and step.purpose == Purpose.INVITATION:
            said = self._inviting()
        at, code = record.at, WhyCode.SENT
        if said is not None:
            at, code = said.left_at or said.due_at, _FATES[said.fate]
        return AgendaItem(step, Verdict.DONE, at, Why(code), is_recorded=True)

    def _said_for(self, step: Step) -> Said | None:
        """The step's own message, not the mail to staff beside it; of several to staff the one that came farthest."""
        is_to_staff = step.purpose == Purpose.STAFF_REMINDER
        mine = [
            each
            for each in self.said
            if each.step_key == step.key and (each.purpose == Purpose.STAFF_REMINDER) is is_to_staff
        ]
        return min(mine, key=lambda each: [*Fate].index(each.fate), default=None)

    def _invited_otherwise(self, step: Step, inviting: Said, *, is_recorded: bool) -> AgendaItem:
        at = inviting.left_at or inviting.due_at
        if inviting.step_key and inviting.purpose == Purpose.INVITATION:
            item = self._skipped(step, at, ReasonCode.OVERTAKEN)
            return replace(item, why=Why(WhyCode.OVERTAKEN, by=Purpose.INVITATION), is_recorded=is_recorded)
        by_change = inviting.purpose == Purpose.CHANGE
        why = Why(WhyCode.CHANGE_TOLD if by_change else WhyCode.INVITED_BY_HAND)
        return AgendaItem(step, Verdict.DONE, at, why, is_recorded=is_recorded)

    def _no_longer(self, step: Step) -> ReasonCode | None:
        if self.now >= self.situation.starts_at:
            return ReasonCode.INTERVIEW_OVER
        if self.situation.answer not in wanted_answers(step):
            return ReasonCode.RECIPIENT_ALREADY_REPLIED
        return None

    # --- when an open step goes

    def _when(self, step: Step) -> Timed | AgendaItem:
        if step.anchor in _ON_SENDINGS:
            return self._timed(step)
        if step.key not in self._fixed:
            self._fixed[step.key] = self._timed(step)
        return self._fixed[step.key]

    def _timed(self, step: Step) -> Timed | AgendaItem:
        anchor = self._anchor(step)
        if isinstance(anchor, WhyCode):
            return self._without_anchor(step, anchor)
        anchor_at, is_estimate = anchor
        is_suggestion = self._is_suggestion(step)
        found = due(step, anchor_at, self.situation, self.now, ignores_quiet=is_suggestion)
        if found.at is None:
            return self._skipped(step, found.planned_at, self._missed(step, found))
        if is_added_late(step, found.at, self.terms):
            item = self._skipped(step, found.at, ReasonCode.OVERTAKEN)
            return replace(item, why=Why(WhyCode.ADDED_LATE, planned_at=found.planned_at))
        if is_suggestion or self.terms.is_held:
            goes_at: datetime | None = max(found.at, self.now)
        else:
            goes_at = moment_to_go(found.at, found.latest_at, self.situation, self.now)
        if goes_at is None or goes_at > found.latest_at:
            return self._skipped(step, found.at, self._missed(step, found))
        return Timed(step, found, goes_at, is_estimate)

    def _without_anchor(self, step: Step, code: WhyCode) -> AgendaItem:
        """Waiting for something to count from, unless that can no longer come or would be too late."""
        if step.anchor == Anchor.AFTER_SILENCE and self.situation.answer != Answer.NEEDS_ACTION:
            return self._skipped(step, None, ReasonCode.RECIPIENT_ALREADY_REPLIED)
        if code != WhyCode.WAITS_FOR_PROMISE and self.now >= self.situation.starts_at:
            return self._skipped(step, None, ReasonCode.INTERVIEW_OVER)
        return AgendaItem(step, Verdict.WAITING, None, Why(code))

    def _missed(self, step: Step, found: Due) -> ReasonCode:
        """Why something whose time of use is over was not said in it."""
        if step.purpose not in self.situation.texts:
            return ReasonCode.TEMPLATE_ERROR
        if not self._has_address(step):
            return ReasonCode.MISSING_CONTACT
        is_over = max(self.now, found.at or self.now) > found.latest_at
        return ReasonCode.DEADLINE_PASSED if is_over else ReasonCode.QUIET_HOURS

    def _anchor(self, step: Step) -> tuple[datetime, bool] | WhyCode:
        situation = self.situation
        match step.anchor:
            case Anchor.KNOWN:
                return situation.known_at, False
            case Anchor.BEFORE_START:
                return situation.starts_at, False
            case Anchor.AFTER_END:
                return situation.ends_at, False
            case Anchor.AFTER_ANSWER:
                at = situation.answered_at if situation.answer != Answer.NEEDS_ACTION else None
                return (at, False) if at else WhyCode.WAITS_FOR_ANSWER
            case Anchor.AFTER_PROMISE:
                at = situation.result_promised_at
                return (at, False) if at else WhyCode.WAITS_FOR_PROMISE
            case _:
                return self._after_sending(INVITING if step.anchor == Anchor.AFTER_SENT else ASKING)

    def _after_sending(self, purposes: frozenset[Purpose]) -> tuple[datetime, bool] | WhyCode:
        found = [each for each in self.said if each.purpose in purposes and each.fate != Fate.LOST]
        if not any(each.purpose in INVITING for each in found):
            return WhyCode.WAITS_FOR_INVITATION
        return max(
            (each.left_at, False) if each.left_at else (max(each.due_at, self.now), True) for each in found
        )

    # --- the next moment

    def _go_on(self, timed: list[Timed]) -> None:
        moment = min(each.goes_at for each in timed)
        together = sorted((each for each in timed if each.goes_at == moment), key=lambda each: each.rank)
        gone: list[Timed] = []
        for each in together:
            item = self._decide(each, gone, timed)
            self._close(item)
            if item.verdict in {Verdict.DUE, Verdict.COMING} and not item.is_suggestion:
                gone.append(each)
                self._say(each)

    def _decide(self, timed: Timed, gone: list[Timed], others: list[Timed]) -> AgendaItem:
        blocked = self._blocked(timed)
        if blocked is not None:
            return blocked
        by = self._needless(timed, gone, others)
        if by is not None:
            item = self._skipped(timed.step, timed.goes_at, ReasonCode.OVERTAKEN)
            return replace(item, why=Why(WhyCode.OVERTAKEN, timed.due.planned_at, by))
        is_due = timed.goes_at <= self.now
        return AgendaItem(
            timed.step,
            Verdict.DUE if is_due else Verdict.COMING,
            timed.due.at if is_due else timed.goes_at,
            self._why(timed),
            timed.due.latest_at,
            is_suggestion=self._is_suggestion(timed.step),
            is_uncertain=timed.is_estimate,
        )

    def _blocked(self, timed: Timed) -> AgendaItem | None:
        """The item when the step cannot go at its moment: a condition, the invitation, an address or a text lacks."""
        step, is_now = timed.step, timed.goes_at <= self.now
        answers = wanted_answers(step)
        if self.situation.answer not in answers:
            if is_now or step.purpose in {Purpose.INVITATION, Purpose.NUDGE}:
                answered = answers == {Answer.NEEDS_ACTION}
                reason = ReasonCode.RECIPIENT_ALREADY_REPLIED if answered else ReasonCode.CONDITION_NOT_MET
                return replace(
                    self._skipped(step, timed.goes_at, reason), why=Why(WhyCode.SKIPPED, answers=answers)
                )
            return self._waiting(timed, WhyCode.WAITS_FOR_ANSWER, answers)
        if step.purpose in RECALLING and not self._is_invited():
            if is_now:
                return self._skipped(step, timed.goes_at, ReasonCode.NOT_INVITED)
            return self._waiting(timed, WhyCode.WAITS_FOR_INVITATION)
        if is_now and timed.is_estimate:
            return self._waiting(timed, WhyCode.WAITS_FOR_SENDING)
        lacking = self._lacking(step)
        return self._waiting(timed, lacking) if lacking else None

    def _lacking(self, step: Step) -> WhyCode | None:
        """What may still come: that they were there, our answer, an address, a text."""
        situation = self.situation
        if step.purpose == Purpose.SURVEY and situation.attendance != Attendance.ATTENDED:
            return WhyCode.WAITS_FOR_ATTENDANCE
        if step.purpose == Purpose.SURVEY and situation.awaits_our_answer:
            return WhyCode.WAITS_FOR_OUR_ANSWER
        if not self._has_address(step):
            return WhyCode.WAITS_FOR_CONTACT
        return None if step.purpose in situation.texts else WhyCode.WAITS_FOR_TEXT

    def _needless(self, timed: Timed, gone: list[Timed], others: list[Timed]) -> Purpose | None:
        """What makes it needless: an invitation just read, another one of the same moment, one that follows shortly."""
        if timed.step.purpose == Purpose.INVITATION:
            return Purpose.INVITATION if self._inviting() else None
        if timed.step.purpose not in RECALLING:
            return None
        for each in gone:
            if each.step.purpose in RECALLING and timed.meets(each):
                return each.step.purpose
        for said in self.said:
            if is_fresh(said, timed, self.situation, self.now):
                return said.purpose
        if timed.is_displaced:
            for each in others:
                if follows(each, timed, self.situation):
                    return each.step.purpose
        return None

    def _say(self, timed: Timed) -> None:
        """From here on the play goes as if it had left."""
        step = timed.step
        if step.purpose != Purpose.STAFF_REMINDER:
            self.said.append(Said(step.purpose, step.key, timed.goes_at, Fate.LEFT, timed.goes_at))
            self.was_told = self.was_told or step.purpose in INVITING

    # --- small questions

    def _inviting(self) -> Said | None:
        found = [each for each in self.said if each.purpose in INVITING and each.fate != Fate.LOST]
        return max(found, key=lambda each: each.due_at, default=None)

    def _is_invited(self) -> bool:
        """Told, or being told; or nobody needs to be: the plan invites nobody, or they have answered."""
        is_told = self.was_told or self._inviting() is not None
        return is_told or not self._has_invitation or self.situation.answer != Answer.NEEDS_ACTION

    def _has_address(self, step: Step) -> bool:
        """Somebody who takes up a suggestion may choose another channel than those that the step names."""
        if step.purpose == Purpose.STAFF_REMINDER:
            return True
        usable = self.situation.channels
        is_bound = step.pick in {Pick.LISTED, Pick.ALL} and not self._is_suggestion(step)
        return bool(usable & frozenset(step.channels) if is_bound else usable)

    def _is_suggestion(self, step: Step) -> bool:
        """Invitations wait for a person unless the plan sends them; one that was stopped or failed always does."""
        return step.purpose == Purpose.INVITATION and (not self.terms.is_automatic or self._is_lost)

    def _why(self, timed: Timed) -> Why:
        planned = timed.due.planned_at
        if timed.goes_at - (timed.due.at or timed.goes_at) > LATE:
            return Why(WhyCode.LATE, timed.due.at)
        match timed.due.shift:
            case Shift.AT_ONCE:
                return Why(WhyCode.AT_ONCE, planned)
            case Shift.QUIET_HOURS:
                return Why(WhyCode.MOVED_FROM_QUIET_HOURS, planned)
            case Shift.FREE_DAY:
                return Why(WhyCode.MOVED_FROM_FREE_DAY, planned)
            case Shift.OWN_HOUR:
                return Why(WhyCode.MOVED_TO_OWN_HOUR, planned)
        return Why(WhyCode.AS_PLANNED, planned)

    def _waiting(self, timed: Timed, code: WhyCode, answers: frozenset[Answer] = frozenset()) -> AgendaItem:
        why = Why(code, timed.due.planned_at, answers=answers)
        return AgendaItem(
            timed.step, Verdict.WAITING, timed.goes_at, why, timed.due.latest_at, is_uncertain=True
        )

    def _skipped(self, step: Step, at: datetime | None, reason: ReasonCode) -> AgendaItem:
        return AgendaItem(step, Verdict.SKIPPED, at, Why(WhyCode.SKIPPED), reason=reason)

    def _keep(self, item: AgendaItem) -> None:
        self.items.append(item)

    def _close(self, item: AgendaItem) -> None:
        self.items.append(item)
        self.open.remove(item.step)
