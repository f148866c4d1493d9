"""The states everything in Yuemian can be in, and the only moves between them that are allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from yuemian.domain.moves import can_move, declare


class InterviewState(StrEnum):
    """A reschedule is no state: it raises the interview's revision and re-opens the answer.

    A draft's time is not settled: the candidate is asked to choose one, at the latest by the start that it has now.
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Answer(StrEnum):
    """What the candidate said to one revision of an interview; changeable until the cut-off."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RESCHEDULE_REQUESTED = "reschedule_requested"


class Attendance(StrEnum):
    """Who came; never derived for a cancelled interview, and correctable by HR."""

    UNKNOWN = "unknown"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    EXCUSED = "excused"


class NotificationState(StrEnum):
    """What HR meant to tell one person."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class DeliveryState(StrEnum):
    """What one channel did with a notification.

    `sent` means the provider accepted it. `unknown` means we were cut off after handing it over: it may have
    arrived, so it is looked up, settled by a bounce or by a person, and never repeated blindly.
    """

    CREATED = "created"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class BatchState(StrEnum):
    """A mass send as the recruiter sees it."""

    DRAFT = "draft"
    VALIDATED = "validated"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    LIMIT_EXCEEDED = "limit_exceeded"


class Stage(StrEnum):
    """How far one application has come."""

    APPLIED = "applied"
    SCREENED = "screened"
    INVITED = "invited"
    INTERVIEWED = "interviewed"
    DECIDED = "decided"
    ONBOARDING = "onboarding"
    ONBOARDED = "onboarded"
    CLOSED = "closed"


class ConversationState(StrEnum):
    """Whose turn it is between a candidate and the company."""

    OPEN = "open"  # ours
    PENDING = "pending"  # the candidate's: we have answered, or asked
    SNOOZED = "snoozed"  # nobody's until a time, or until the candidate writes
    RESOLVED = "resolved"


class ConsultationState(StrEnum):
    """How far a question is that HR passed on to an interviewer."""

    ASKED = "asked"
    ANSWERED = "answered"  # waits for HR's release
    RELEASED = "released"  # the candidate has it
    WITHDRAWN = "withdrawn"


class ReasonCode(StrEnum):
    """Why a delivery or notification stands where it stands; every code has one sentence on the screen."""

    MISSING_CONTACT = "missing_contact"
    INVALID_CONTACT = "invalid_contact"
    MAILBOX_FULL = "mailbox_full"
    BLOCKED_BY_RECIPIENT = "blocked_by_recipient"
    NOT_FOLLOWING = "not_following"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    QUIET_HOURS = "quiet_hours"
    FREQUENCY_CAP = "frequency_cap"
    RATE_LIMITED = "rate_limited"
    CONTENT_REJECTED = "content_rejected"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
    TEMPLATE_ERROR = "template_error"
    QUOTA_EXHAUSTED = "quota_exhausted"
    NOT_CONFIGURED = "not_configured"
    CREDENTIALS_REFUSED = "credentials_refused"
    PROVIDER_ERROR = "provider_error"
    TIMEOUT = "timeout"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DEADLINE_PASSED = "deadline_passed"
    SUPERSEDED_BY_RESCHEDULE = "superseded_by_reschedule"
    INTERVIEW_CANCELLED = "interview_cancelled"
    INTERVIEW_OVER = "interview_over"
    RECIPIENT_ALREADY_REPLIED = "recipient_already_replied"
    REACHED_OTHERWISE = "reached_otherwise"
    STOPPED_BY_PERSON = "stopped_by_person"
    OVERTAKEN = "overtaken"  # another message says the same at nearly the same time
    CONDITION_NOT_MET = "condition_not_met"
    NOT_INVITED = "not_invited"
    DID_NOT_COME = "did_not_come"
    RESULT_DECIDED = "result_decided"
    RESULT_CHANGED = "result_changed"  # what was approved is not what holds now
    RESULT_RECALLED = "result_recalled"
    ONBOARDING_ENDED = "onboarding_ended"  # withdrawn, expired, or its pass does not stand
    ERASED = "erased"


class Purpose(StrEnum):
    """Why somebody is written to; a template belongs to exactly one purpose."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ANSWER = "answer"  # HR's reply to a candidate's question
    RESULT = "result"  # there is news behind the link; never what it is
    LETTER = "letter"  # the result in words, read on the candidate's page
    SURVEY = "survey"
    NUDGE = "nudge"  # nobody answered yet
    STILL_DECIDING = "still_deciding"  # a promised date has passed without a result
    STAFF_REMINDER = "staff_reminder"  # to an interviewer or recruiter
    STAFF_NEWS = "staff_news"  # a candidate is here, late or lost: to interviewers and recruiter
    ATTENDANCE = "attendance"  # asks the interviewer who came
    CONSULTATION = "consultation"  # to an interviewer: a candidate's question was passed on
    SCORECARD = "scorecard"  # asks an interviewer for the scorecard
    APPROVAL = "approval"  # to those who approve results: some wait
    ONBOARDING = "onboarding"  # asks a hired candidate for the form, or for a correction
    NEEDS = "needs"  # to recruiter and interviewers: a candidate said what they need there
    DIGEST = "digest"  # a recruiter's morning
    CODE = "code"  # proves that an address is the candidate's
    LINK = "link"  # a new way to the page, asked for by the candidate
    TEST = "test"  # a recruiter's copy to themselves


class Channel(StrEnum):
    """A medium; a provider carries it. Rehearsal is a provider of these channels, not a channel."""

    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"


class Mode(StrEnum):
    """How an interview takes place."""

    ONSITE = "onsite"
    VIDEO = "video"
    PHONE = "phone"


V, N, D, B = InterviewState, NotificationState, DeliveryState, BatchState

INTERVIEW_MOVES: Final[Mapping[InterviewState, frozenset[InterviewState]]] = {
    V.DRAFT: frozenset({V.SCHEDULED, V.CANCELLED}),
    # Back to a draft when the interviewer cannot come: the candidate chooses again.
    V.SCHEDULED: frozenset({V.DRAFT, V.COMPLETED, V.CANCELLED, V.NO_SHOW}),
    # Whoever ticked the wrong box on the day of the interview must be able to correct it.
    V.COMPLETED: frozenset({V.NO_SHOW}),
    V.NO_SHOW: frozenset({V.COMPLETED}),
    V.CANCELLED: frozenset(),
}

ANSWER_MOVES: Final[Mapping[Answer, frozenset[Answer]]] = {a: frozenset(Answer) - {a} for a in Answer}

ATTENDANCE_MOVES: Final[Mapping[Attendance, frozenset[Attendance]]] = {
    a: frozenset(Attendance) - {a} for a in Attendance
}

NOTIFICATION_MOVES: Final[Mapping[NotificationState, frozenset[NotificationState]]] = {
    N.DRAFT: frozenset({N.PENDING_APPROVAL, N.APPROVED, N.CANCELLED, N.EXPIRED}),
    N.PENDING_APPROVAL: frozenset({N.APPROVED, N.REJECTED, N.CANCELLED, N.EXPIRED}),
    N.REJECTED: frozenset({N.DRAFT, N.CANCELLED}),
    # A changed decision voids its approval, so the way back must exist until sending starts.
    N.APPROVED: frozenset({N.SCHEDULED, N.PENDING_APPROVAL, N.CANCELLED, N.EXPIRED}),
    N.SCHEDULED: frozenset({N.PROCESSING, N.PENDING_APPROVAL, N.CANCELLED, N.EXPIRED}),
    N.PROCESSING: frozenset({N.COMPLETED, N.CANCELLED, N.EXPIRED}),
    N.COMPLETED: frozenset(),
    N.CANCELLED: frozenset(),
    N.EXPIRED: frozenset(),
}

_CALLED_OFF = frozenset({D.CANCELLED, D.SKIPPED, D.EXPIRED})
_FAILED = frozenset({D.TEMPORARY_FAILURE, D.PERMANENT_FAILURE, D.TECHNICAL_FAILURE})
_REPORTED = frozenset({D.SENT, D.DELIVERED, D.PERMANENT_FAILURE})

DELIVERY_MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    D.CREATED: _CALLED_OFF | {D.HELD, D.QUEUED},
    # What waits to be repeated under the same key may have arrived: called off, it is of unknown fate, and a receipt
    # may say what became of it (`merge_receipt`).
    D.HELD: _CALLED_OFF | _REPORTED | {D.QUEUED, D.UNKNOWN},
    D.QUEUED: _CALLED_OFF | _REPORTED | {D.SENDING, D.HELD, D.UNKNOWN},
    # The truth is re-checked inside the claim, so `sending` can still be called off, held or given back;
    # a receipt may overtake our own bookkeeping, so `delivered` can follow at once.
    D.SENDING: _CALLED_OFF | _FAILED | {D.QUEUED, D.HELD, D.SENT, D.DELIVERED, D.UNKNOWN},
    D.SENT: frozenset({D.DELIVERED, D.TEMPORARY_FAILURE, D.PERMANENT_FAILURE}),
    # Back to `queued` only after a look-up by key proved that the provider never had it.
    D.UNKNOWN: _FAILED | {D.SENT, D.DELIVERED, D.QUEUED},
    # Bounces come after a first "delivered" from the next mail host.
    D.DELIVERED: frozenset({D.PERMANENT_FAILURE}),
    D.TEMPORARY_FAILURE: frozenset({D.QUEUED, D.DELIVERED, D.PERMANENT_FAILURE, D.CANCELLED, D.EXPIRED}),
    D.TECHNICAL_FAILURE: frozenset({D.QUEUED, D.CANCELLED, D.EXPIRED}),
    D.PERMANENT_FAILURE: frozenset(),
    D.CANCELLED: frozenset(),
    D.SKIPPED: frozenset(),
    D.EXPIRED: frozenset(),
}

BATCH_MOVES: Final[Mapping[BatchState, frozenset[BatchState]]] = {
    B.DRAFT: frozenset({B.VALIDATED, B.CANCELLED}),
    B.VALIDATED: frozenset({B.DRAFT, B.SCHEDULED, B.RUNNING, B.LIMIT_EXCEEDED, B.CANCELLED}),
    B.SCHEDULED: frozenset({B.RUNNING, B.LIMIT_EXCEEDED, B.CANCELLED}),
    B.RUNNING: frozenset({B.PAUSED, B.FINISHED, B.CANCELLED, B.LIMIT_EXCEEDED}),
    B.PAUSED: frozenset({B.RUNNING, B.CANCELLED}),
    B.LIMIT_EXCEEDED: frozenset({B.SCHEDULED, B.RUNNING, B.CANCELLED}),
    B.FINISHED: frozenset(),
    B.CANCELLED: frozenset(),
}

_UNTIL_DECIDED = frozenset({Stage.SCREENED, Stage.INVITED, Stage.INTERVIEWED, Stage.DECIDED, Stage.CLOSED})

STAGE_MOVES: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.APPLIED: _UNTIL_DECIDED,
    Stage.SCREENED: _UNTIL_DECIDED - {Stage.SCREENED},
    # The next round of the same application goes back to `invited`.
    Stage.INVITED: frozenset({Stage.SCREENED, Stage.INTERVIEWED, Stage.DECIDED, Stage.CLOSED}),
    Stage.INTERVIEWED: frozenset({Stage.INVITED, Stage.DECIDED, Stage.CLOSED}),
    # Back to `interviewed` when the notice is called back before it left.
    Stage.DECIDED: frozenset({Stage.INVITED, Stage.INTERVIEWED, Stage.ONBOARDING, Stage.CLOSED}),
    # Back to `interviewed` when its pass is called back, to `onboarding` when something is asked for again.
    Stage.ONBOARDING: frozenset({Stage.ONBOARDED, Stage.INTERVIEWED, Stage.CLOSED}),
    Stage.ONBOARDED: frozenset({Stage.ONBOARDING, Stage.INTERVIEWED, Stage.CLOSED}),
    Stage.CLOSED: frozenset(Stage) - {Stage.CLOSED, Stage.ONBOARDED},
}

# A person may put a conversation anywhere; what moves it by itself is in `domain.conversation`.
CONVERSATION_MOVES: Final[Mapping[ConversationState, frozenset[ConversationState]]] = {
    c: frozenset(ConversationState) - {c} for c in ConversationState
}

CONSULTATION_MOVES: Final[Mapping[ConsultationState, frozenset[ConsultationState]]] = {
    # Straight to `released` where the organization lets interviewers answer by themselves.
    ConsultationState.ASKED: frozenset(
        {ConsultationState.ANSWERED, ConsultationState.RELEASED, ConsultationState.WITHDRAWN}
    ),
    ConsultationState.ANSWERED: frozenset({ConsultationState.RELEASED, ConsultationState.WITHDRAWN}),
    ConsultationState.RELEASED: frozenset(),
    ConsultationState.WITHDRAWN: frozenset(),
}

declare(InterviewState, INTERVIEW_MOVES, "An interview")
declare(Answer, ANSWER_MOVES, "An answer")
declare(Attendance, ATTENDANCE_MOVES, "An attendance")
declare(NotificationState, NOTIFICATION_MOVES, "A notification")
declare(DeliveryState, DELIVERY_MOVES, "A delivery")
declare(BatchState, BATCH_MOVES, "A batch")
declare(Stage, STAGE_MOVES, "An application")
declare(ConversationState, CONVERSATION_MOVES, "A conversation")
declare(ConsultationState, CONSULTATION_MOVES, "A consultation")

# Groups of delivery states, so that no query spells its own list.
WAITING: Final = frozenset({D.CREATED, D.HELD, D.QUEUED})
IN_FLIGHT: Final = frozenset({D.SENDING})
TOLD: Final = frozenset({D.SENDING, D.SENT, D.DELIVERED, D.UNKNOWN})  # the person may have been told
FAILED: Final = _FAILED
CALLED_OFF: Final = _CALLED_OFF
NEEDING_ATTENTION: Final = _FAILED | {D.HELD, D.UNKNOWN, D.EXPIRED}  # may need a person
FINAL: Final = _FAILED | _CALLED_OFF | {D.DELIVERED}  # the engine does nothing more by itself
BATCH_FINAL: Final = frozenset({B.FINISHED, B.CANCELLED})
ANSWERED: Final = frozenset(Answer) - {Answer.NEEDS_ACTION}


def standing(meant: NotificationState, deliveries: Collection[DeliveryState]) -> NotificationState:
    """How far a notification is: what was meant until it is scheduled, then what its deliveries say."""
    if meant is not N.SCHEDULED or WAITING.issuperset(deliveries):
        return meant
    if not (WAITING | IN_FLIGHT).isdisjoint(deliveries):
        return N.PROCESSING
    if _CALLED_OFF.issuperset(deliveries):
        return N.EXPIRED if set(deliveries) == {D.EXPIRED} else N.CANCELLED
    return N.COMPLETED


_RECEIPT_RANK: Final[Mapping[DeliveryState, int]] = {
    D.UNKNOWN: 1,
    D.TEMPORARY_FAILURE: 2,
    D.SENT: 2,
    D.DELIVERED: 3,
    D.PERMANENT_FAILURE: 4,
}


def merge_receipt(old: DeliveryState, reported: DeliveryState, *, is_unclear: bool = False) -> DeliveryState:
    """The state after a receipt: late, doubled and reordered receipts never take a delivery backwards.

    What waits is waiting because it was not taken, whatever is reported; unless an attempt under the same key may have
    arrived (`is_unclear`): then the receipt says so, and saves the repeat.
    """
    if old in WAITING and not is_unclear:
        return old
    if not can_move(DeliveryState, old, reported):
        return old
    return reported if _RECEIPT_RANK.get(reported, 0) >= _RECEIPT_RANK.get(old, 0) else old
