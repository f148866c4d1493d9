"""Say why one does not come; and keep the list of reasons that is offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.reasons import Onward, Option
from yuemian.interviews.actions.respond import LONGEST_NOTE, Refused, standing
from yuemian.interviews.models import Interview, ReasonOption, StatedReason
from yuemian.interviews.reasons.reading import ANSWERS, options_of
from yuemian.messaging.models import AccessLink
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault


def give_reason(link: AccessLink, code: str, words: str, *, now: datetime) -> Onward:
    """The candidate says why; again changes it. Returns where that leads. Raises Refused.

    An old link does it as well: the reason belongs to the answer that stands, and such a link can give that.
    Refused as well (`unknown`) for a reason that is not on offer, or without an answer that has one.
    """
    with transaction.atomic():
        Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=link.subject_id)
        interview = Interview.objects.with_people().get(pk=link.subject_id)
        why = standing(link, interview, now=now)
        if why not in {"open", "old_revision"}:
            raise Refused(why)
        option = _on_offer(interview, code)
        text = words.strip()[:LONGEST_NOTE]
        row = StatedReason.objects.filter(interview=interview, revision=interview.revision).first()
        row = row or StatedReason(
            id=uuid7(),
            organization_id=link.organization_id,
            interview=interview,
            revision=interview.revision,
        )
        if _is_same(row, interview, code) and not text:
            return option.leads_to
        key = interview.application.candidate.key
        row.code, row.answer, row.at = code, interview.answer, now
        row.words_sealed = Vault(link.organization_id).seal(key, row.PLACE, row.pk, text) if text else None
        row.save()
        audit.record(
            link.organization_id,
            Actor("candidate", link.candidate_id),
            "interview.reason_given",
            at=now,
            subject=("interview", interview.pk),
            reason=code,
        )
        announce(link.organization_id, "interviews", interview=interview.pk)
    return option.leads_to


def _on_offer(interview: Interview, code: str) -> Option:
    found = next((each for each in options_of(interview.organization_id) if each.code == code), None)
    is_moving = interview.answer == ANSWERS[1]
    if interview.answer not in ANSWERS or found is None or (is_moving and not found.is_for_moving):
        raise Refused("unknown")
    return found


def _is_same(row: StatedReason, interview: Interview, code: str) -> bool:
    return row.at is not None and row.code == code and row.answer == interview.answer


def save_reasons(user: User, options: Sequence[Option], archived: Sequence[Option], *, now: datetime) -> None:
    """Put a list in place, in its order. What is left out entirely is archived, never deleted."""
    with transaction.atomic():
        wanted = [(option, False) for option in options] + [(option, True) for option in archived]
        for position, (option, is_archived) in enumerate(wanted):
            ReasonOption.objects.update_or_create(
                organization_id=user.organization_id,
                code=option.code,
                defaults={
                    "label": option.label,
                    "label_en": option.label_en,
                    "leads_to": option.leads_to,
                    "is_for_moving": option.is_for_moving,
                    "position": position,
                    "is_archived": is_archived,
                },
            )
        codes = [option.code for option, _ in wanted]
        ReasonOption.objects.filter(organization_id=user.organization_id).exclude(code__in=codes).update(
            is_archived=True
        )
        offered = [option.code for option in options]
        audit.record(user.organization_id, user.actor, "reasons.saved", at=now, reasons=offered)
