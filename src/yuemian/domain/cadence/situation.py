"""What an agenda is decided from: the plan's terms, the interview as it is now, and what was said and done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from yuemian.domain.cadence.step import Step
from yuemian.domain.quiet import QuietRule
from yuemian.domain.states import Answer, Attendance, Channel, InterviewState, Mode, Purpose, ReasonCode


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan as the agenda needs it."""

    steps: tuple[Step, ...]
    is_automatic: bool = False
    #: Since when it holds for the interview, where another plan did before: a reminder due earlier is not sent late.
    since: datetime | None = None
    #: Since when each step is in the plan as it is, by its key: likewise.
    steps_since: Mapping[str, datetime] = field(default_factory=dict)
    #: What it says is kept back for a person, so that quiet hours put off nothing that is overdue.
    is_held: bool = False

    def since_of(self, step: Step) -> datetime | None:
        """From when on the step counts; None: it always did."""
        moments = (self.since, self.steps_since.get(step.key))
        return max((moment for moment in moments if moment), default=None)


class Fate(StrEnum):
    """How far a message has come."""

    LEFT = "left"
    WAITING = "waiting"
    LOST = "lost"  # stopped, or failed on every channel


@dataclass(frozen=True, slots=True)
class Said:
    """A message about the interview's current revision: to the candidate, or to one of the staff."""

    purpose: Purpose
    step_key: str
    due_at: datetime
    fate: Fate
    left_at: datetime | None = None


class Done(StrEnum):
    """What became of a step: the same words as `interviews.StepOutcome`."""

    PLANNED = "planned"
    SUGGESTED = "suggested"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Record:
    """A step that was done for the current revision."""

    outcome: Done
    due_at: datetime
    at: datetime
    reason: ReasonCode | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """One interview, its candidate and the rules of its branch, as plain values."""

    state: InterviewState
    answer: Answer
    answered_at: datetime | None
    attendance: Attendance
    mode: Mode
    starts_at: datetime
    duration: timedelta
    #: The interview's zone: days and hours of steps are counted in it.
    zone: ZoneInfo
    #: The candidate's own: quiet hours are on their clock.
    own_zone: ZoneInfo
    quiet: QuietRule
    #: Since when the appointment stands as it is.
    known_at: datetime
    #: The full hour of their own day at which the candidate wants to be written to.
    preferred_hour: int | None = None
    missed: int = 0
    is_first: bool = True
    result_promised_at: datetime | None = None
    is_decided: bool = False
    #: Whether anything about this interview, whatever the revision, has left.
    was_told: bool = False
    said: tuple[Said, ...] = ()
    #: On which the candidate can be written to.
    channels: frozenset[Channel] = frozenset(Channel)
    #: Why this person is not to be asked how it was; None: they may be.
    no_survey: ReasonCode | None = None
    #: They have asked something, and wait for our answer.
    awaits_our_answer: bool = False
    #: Purposes for which a published text fits.
    texts: frozenset[Purpose] = frozenset(Purpose)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.duration
