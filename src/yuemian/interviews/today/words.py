"""What candidates wrote, for the lines of those who wait: their last question, or the time they propose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from yuemian.interviews.models import ArrivalSignal, Interview, Response
from yuemian.interviews.timeline import readable
from yuemian.messaging.models import Message
from yuemian.trust.vault import Vault


def words_of(interviews: Sequence[Interview]) -> dict[UUID, str]:
    """By interview, in two statements; the interviews are of one organization."""
    if not interviews:
        return {}
    vault = Vault(interviews[0].organization_id)
    notes, questions = _notes(interviews), _questions(interviews)
    found: dict[UUID, str] = {}
    for interview in interviews:
        key = interview.application.candidate.key
        if question := questions.get(interview.application_id):
            found[interview.pk] = readable(vault, key, Message.PLACE, question.pk, question.body_sealed)
        elif (note := notes.get(interview.pk)) and note.note_sealed is not None:
            found[interview.pk] = readable(vault, key, Response.PLACE, note.pk, note.note_sealed)
    return found


def newest_words(interviews: Mapping[UUID, Interview]) -> dict[UUID, str]:
    """What each of them last wrote on the way and nobody has taken up."""
    found: dict[UUID, str] = {}
    said = ArrivalSignal.objects.filter(
        interview__in=list(interviews), settled_at=None, words_sealed__isnull=False
    )
    for signal in said.order_by("at"):
        interview = interviews[signal.interview_id]
        key, sealed = interview.application.candidate.key, signal.words_sealed
        if signal.revision == interview.revision and sealed is not None:
            vault = Vault(interview.organization_id)
            found[interview.pk] = readable(vault, key, ArrivalSignal.PLACE, signal.pk, sealed)
    return found


def _notes(interviews: Sequence[Interview]) -> dict[UUID, Response]:
    """The newest answer to the present revision, when it has a word with it."""
    revisions = {interview.pk: interview.revision for interview in interviews}
    newest = (
        Response.objects.filter(interview__in=list(revisions))
        .order_by("interview_id", "-at")
        .distinct("interview_id")
    )
    return {
        each.interview_id: each
        for each in newest
        if each.note_sealed is not None and each.revision == revisions[each.interview_id]
    }


def _questions(interviews: Sequence[Interview]) -> dict[UUID, Message]:
    """By application: the last thing a candidate who waits has asked."""
    asked = Message.objects.filter(
        conversation__application__in=[interview.application_id for interview in interviews],
        conversation__waiting_since__isnull=False,
        is_from_candidate=True,
    )
    newest = (
        asked.order_by("conversation_id", "-created_at")
        .distinct("conversation_id")
        .select_related("conversation")
    )
    return {each.conversation.application_id: each for each in newest}
