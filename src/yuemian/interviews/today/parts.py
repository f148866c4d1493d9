"""Which interviews stand in each part of a day, ids only: a bounded walk along an index for every part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from yuemian.accounts.models import User
from yuemian.domain.reasons import Onward
from yuemian.domain.states import (
    TOLD,
    Answer,
    Attendance,
    DeliveryState,
    InterviewState,
)
from yuemian.interviews.board import CAP, NOT_NEWS
from yuemian.interviews.models import (
    SUBJECT_KIND,
    InterviewQuerySet,
)
from yuemian.interviews.reasons.reading import options_of
from yuemian.interviews.today.scope import Scope
from yuemian.messaging.models import Conversation, Delivery, Message
from yuemian.trust.bulk import any_of

#: Nobody reads further; beyond it a part says "500+" and the board has the rest. One press invites at most so many, and
#: says so; reminding takes all.
COUNTED: Final = 500
#: How far ahead somebody's silence is worth a look.
SOON: Final = timedelta(days=14)
#: How far back it is still asked who came.
BACK: Final = timedelta(days=7)
#: What was said on the way longer ago helps nobody any more.
STALE: Final = timedelta(hours=12)
SCHEDULED: Final = str(InterviewState.SCHEDULED)


class Part(StrEnum):
    """The parts of a day, in the order they are shown."""

    ARRIVING = "arriving"
    WAITING = "waiting"
    INVITE = "invite"
    TODAY = "today"
    TOMORROW = "tomorrow"
    CAME = "came"
    RESULTS = "results"  # a room above reads it
    UNANSWERED = "unanswered"
    TROUBLE = "trouble"
    INCOMPLETE = "incomplete"


class Pick(NamedTuple):
    """An interview of a part; `since` is when it began to need somebody, `why` what is wrong with it."""

    id: UUID
    since: datetime | None = None
    why: str = ""


def _texts(states: Iterable[object]) -> list[str]:
    return sorted(str(state) for state in states)


def _deliveries(*, states: Iterable[DeliveryState] = ()) -> QuerySet[Delivery]:
    """News to the candidate about the present revision of the outer interview."""
    found = Delivery.objects.filter(
        notification__subject_kind=SUBJECT_KIND,
        notification__subject_id=OuterRef("pk"),
        notification__subject_revision=OuterRef("revision"),
        notification__candidate__isnull=False,
    ).exclude(notification__purpose__in=_texts(NOT_NEWS))
    return found.filter(state__in=_texts(states)) if states else found


def _open(rows: InterviewQuerySet, now: datetime) -> InterviewQuerySet:
    """Ahead, and nobody has answered."""
    ahead = [SCHEDULED, str(InterviewState.DRAFT)]
    return rows.filter(state__in=ahead, answer=str(Answer.NEEDS_ACTION), starts_at__gt=now).order_by(
        "starts_at", "id"
    )


def unanswered(rows: InterviewQuerySet, now: datetime) -> list[Pick]:
    """Told, and silent, within two weeks; those who come soonest first."""
    return _picks(all_unanswered(rows, now))


def all_unanswered(rows: InterviewQuerySet, now: datetime) -> InterviewQuerySet:
    """The same beyond what is counted."""
    near = _open(rows, now).filter(starts_at__lte=now + SOON)
    return near.filter(Exists(_deliveries(states=TOLD)))


def waiting(user: User, rows: InterviewQuerySet, now: datetime) -> list[Pick]:
    """Wants another time, or asked something: longest waiting first, one line per application."""
    moved = rows.filter(
        state=SCHEDULED, answer=str(Answer.RESCHEDULE_REQUESTED), starts_at__gt=now - BACK
    ).values_list("pk", "answered_at", "application_id")
    # From the conversations to their interviews: the other way round reads all interviews there ever were.
    since = dict(
        Conversation.objects.filter(organization_id=user.organization_id, waiting_since__isnull=False)
        .order_by("waiting_since")
        .values_list("application_id", "waiting_since")[:CAP]
    )
    unchosen = rows.filter(state=str(InterviewState.DRAFT), starts_at__lte=now, starts_at__gt=now - BACK)
    asked = (
        # The next interview of the application, else its last one.
        rows.filter(application__in=any_of(since))
        .order_by("application_id", "-starts_at")
        .distinct("application_id")
        .values_list("pk", "application_id")
    )
    found = {
        application: Pick(pk, since[application], "question") for pk, application in asked[: COUNTED + 1]
    }
    for pk, at, application, why in beside_answers(user, rows, now):
        found.setdefault(application, Pick(pk, at, why))
    for pk, answered_at, application in moved.order_by("answered_at")[: COUNTED + 1]:
        found.setdefault(application, Pick(pk, answered_at, "reschedule"))
    for pk, since_when, application in unchosen.values_list("pk", "starts_at", "application_id")[
        : COUNTED + 1
    ]:
        found.setdefault(application, Pick(pk, since_when, "unchosen"))
    return sorted(found.values(), key=lambda pick: (pick.since or now, pick.id))


def beside_answers(
    user: User, rows: InterviewQuerySet, now: datetime
) -> Iterator[tuple[UUID, datetime, UUID, str]]:
    """What they need and nobody has arranged; and who would come if they knew more, as long as nobody has answered."""
    ahead = rows.filter(state=SCHEDULED, starts_at__gt=now)
    needs = ahead.filter(need__arranged_at=None, need__content_sealed__isnull=False)
    for pk, at, application in needs.values_list("pk", "need__said_at", "application_id")[: COUNTED + 1]:
        yield pk, at, application, "needs"
    codes = [each.code for each in options_of(user.organization_id) if each.leads_to == Onward.QUESTION]
    lacking = ahead.filter(
        answer=str(Answer.DECLINED),
        reasons__code__in=codes,
        reasons__answer=str(Answer.DECLINED),
        reasons__revision=F("revision"),
    ).exclude(
        Exists(
            Message.objects.filter(
                conversation__application=OuterRef("application"),
                is_from_candidate=False,
                created_at__gt=OuterRef("reasons__at"),
            )
        )
    )
    for pk, at, application in lacking.values_list("pk", "reasons__at", "application_id")[: COUNTED + 1]:
        yield pk, at, application, "information"


def arrivals(rows: InterviewQuerySet, since: datetime, until: datetime) -> list[Pick]:
    """Everybody of a day who was not cancelled, by hour; `why` is the answer, or who came as soon as that is known."""
    found = rows.filter(starts_at__gte=since, starts_at__lt=until).exclude(
        state__in=[str(InterviewState.CANCELLED), str(InterviewState.DRAFT)]
    )
    answers = found.order_by("starts_at", "id").values_list("pk", "answer", "attendance")
    unknown = str(Attendance.UNKNOWN)
    return [
        Pick(pk, None, answer if came == unknown else came) for pk, answer, came in answers[: COUNTED + 1]
    ]


def arriving(rows: InterviewQuerySet, now: datetime) -> list[Pick]:
    """Said on the way that they are late or lost, or wrote, and nobody looks after it yet; first said first."""
    found = rows.filter(
        state=SCHEDULED,
        attendance=str(Attendance.UNKNOWN),
        arrival_signals__settled_at=None,
        arrival_signals__at__gt=now - STALE,
        arrival_signals__at__lte=now,
        arrival_signals__revision=F("revision"),
    ).order_by("arrival_signals__at")
    said = found.values_list("pk", "arrival_signals__at", "arrival_signals__kind")
    return [Pick(*each) for each in said[: COUNTED + 1]]


def who_came(rows: InterviewQuerySet, until: datetime) -> list[Pick]:
    """Began before then, and nobody has said who came; newest first."""
    found = rows.filter(
        state=SCHEDULED,
        attendance=str(Attendance.UNKNOWN),
        starts_at__gte=until - BACK,
        starts_at__lt=until,
    ).exclude(answer=str(Answer.DECLINED))
    return _picks(found.order_by("-starts_at", "-id"))


#: The states are spelled out, and what a person has dealt with is left out, as in the index `delivery_attention`: any
#: other form would not use it.
_TROUBLE: LiteralString = """
SELECT id, since, why FROM (
    SELECT DISTINCT ON (i.id)
        i.id, i.starts_at, coalesce(d.settled_at, d.created_at) AS since,
        coalesce(nullif(d.reason, ''), 'outcome_unknown') AS why
    FROM messaging_delivery d
    JOIN messaging_notification n ON n.id = d.notification_id AND n.organization_id = d.organization_id
    JOIN interviews_interview i
        ON i.id = n.subject_id AND i.revision = n.subject_revision AND i.organization_id = d.organization_id
    WHERE d.organization_id = %(organization)s AND d.deadline_at > %(now)s
      AND d.state IN ('held', 'permanent_failure', 'technical_failure', 'temporary_failure', 'unknown')
      AND NOT d.is_closed
      AND n.subject_kind = 'interview' AND n.candidate_id IS NOT NULL AND i.starts_at > %(now)s
      AND (%(recruiter)s::uuid IS NULL OR i.recruiter_id = %(recruiter)s)
      AND (%(branch)s::uuid IS NULL OR i.branch_id = %(branch)s)
      AND NOT EXISTS (
        SELECT 1 FROM messaging_notification same
        JOIN messaging_delivery by_another ON by_another.notification_id = same.id
        WHERE same.subject_kind = n.subject_kind AND same.subject_id = n.subject_id
          AND same.subject_revision = n.subject_revision AND same.purpose = n.purpose
          AND by_another.state IN ('sending', 'sent', 'delivered')
          AND (same.id = n.id OR by_another.created_at > d.created_at))
    ORDER BY i.id, d.created_at DESC
) AS stuck
ORDER BY starts_at, id
LIMIT %(limit)s
"""


def trouble(user: User, scope: Scope, now: datetime) -> list[Pick]:
    """Ahead, a message failed, is held or unclear, and nothing beside it or after it has carried the news.

    What went through before was another reminder, or is what the new message was to say again.
    """
    return [Pick(*row) for row in _rows(_TROUBLE, user, scope, now)]


def _rows(statement: LiteralString, user: User, scope: Scope, now: datetime) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "organization": user.organization_id,
        "now": now,
        "recruiter": user.pk if scope.is_mine else None,
        "branch": scope.branch,
        "limit": COUNTED + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _picks(rows: InterviewQuerySet, why: str = "") -> list[Pick]:
    """One more than is counted tells that there are more."""
    return [Pick(pk, None, why) for pk in rows.values_list("pk", flat=True)[: COUNTED + 1]]
