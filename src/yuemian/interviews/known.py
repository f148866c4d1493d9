"""What a candidate knows of an interview: not every change reaches them before the next one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max

from yuemian.domain.states import TOLD, Purpose
from yuemian.interviews.models import SUBJECT_KIND, ChangeKind, Interview
from yuemian.messaging.models import Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.trust.vault import Unreadable, Vault

#: Changes that move the time, or take it away.
MOVES: Final = frozenset({ChangeKind.RESCHEDULED, ChangeKind.UNSETTLED})


def former_facts(interview: Interview, start: datetime | None, place: str) -> tuple[datetime | None, str]:
    """Time and place of the newest earlier revision that the candidate knows; `start` and `place` were the last ones.

    Asked between the change of the interview and its entry among the changes.
    """
    known = _known_revision(interview)
    if known is None or known == interview.revision - 1:
        return start, place
    moved = interview.changes.filter(revision__gt=known, kind__in=MOVES).order_by("revision", "at").first()
    return moved.old_starts_at if moved else start, _place(interview, known, otherwise=place)


def _known_revision(interview: Interview) -> int | None:
    """Told of, or answered on a page that showed it; None: nothing is known of it. `read_candidate_page` asks the same.

    An answer to a question says nothing of the facts; what was accepted in their name, without a link, neither.
    """
    if interview.revision <= 2:
        return interview.revision - 1
    heard = Notification.objects.about(SUBJECT_KIND, interview.pk).filter(
        candidate=interview.application.candidate_id,
        subject_revision__lt=interview.revision,
        deliveries__state__in=[str(state) for state in TOLD],
    )
    told = heard.exclude(purpose=Purpose.ANSWER).aggregate(newest=Max("subject_revision"))["newest"]
    answered = interview.responses.filter(revision__lt=interview.revision, link__isnull=False)
    return max(
        (each for each in (told, answered.aggregate(newest=Max("revision"))["newest"]) if each), default=None
    )


def _place(interview: Interview, revision: int, *, otherwise: str) -> str:
    """As that revision's messages said it: nothing else remembers it."""
    said = Notification.objects.about(SUBJECT_KIND, interview.pk).filter(
        candidate=interview.application.candidate_id, subject_revision=revision
    )
    found = said.select_related("key", "shared__key").order_by("-created_at", "-pk").first()
    if found is None:
        return otherwise
    try:
        context = snapshot_of(found, Vault(interview.organization_id))["context"]
    except Unreadable:
        return otherwise
    return str(context.get("place_name", otherwise))
