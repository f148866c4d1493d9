"""What HR does with a case: accept, send back, complete, set times and pay, look at what is hidden, end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.onboarding import CaseState, DocumentState, Review
from yuemian.domain.states import Stage
from yuemian.onboarding.actions.locking import Closed, locked, move, move_stage, note
from yuemian.onboarding.actions.tell import INVITE, RETURN, tell
from yuemian.onboarding.actions.wipe import set_deletion, wipe
from yuemian.onboarding.asking import policy_of
from yuemian.onboarding.models import Document, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.offer import OfferTerms
from yuemian.onboarding.reading import CaseRead, read_case
from yuemian.trust import limits
from yuemian.trust.identifiers import uuid7
from yuemian.trust.limits import Limit
from yuemian.trust.vault import Vault

#: What one person may look at in clear on one day; more is asked of a colleague.
UNMASKED_A_DAY: Final = Limit("onboarding-unmask", 200, timedelta(days=1))
#: Wrong passwords when exporting.
PASSWORD_TRIES: Final = Limit("onboarding-password", 10, timedelta(minutes=15))
LONGEST_COMMENT: Final = 300


class NotReady(Exception):  # noqa: N818
    """Something required is missing or waits for the scanner."""


class TooMuch(Exception):  # noqa: N818
    """So much was looked at today that no more is shown."""


def accept(user: User, case_id: UUID, key: str, *, now: datetime) -> None:
    """One entry is right. Raises Closed unless the form was handed in."""
    with transaction.atomic():
        case = _handed_in(user, case_id)
        _review(case, key, Review.ACCEPTED, "", now)
        note(case, user.actor, "accepted", at=now, field=key)


def send_back(user: User, case_id: UUID, comments: Mapping[str, str], *, now: datetime) -> bool:
    """Each key with what is to be corrected; the candidate is told once. Whether a message could be planned.

    Raises Closed, NotHired.
    """
    with transaction.atomic():
        case = _handed_in(user, case_id)
        for key, comment in comments.items():
            _review(case, key, Review.RETURNED, comment.strip()[:LONGEST_COMMENT], now)
        case.revision += 1
        case.messages = 0
        policy = policy_of(case.organization_id)
        deadline = max(case.deadline_at, now + timedelta(days=policy.deadline_days))
        case.save(update_fields=["revision", "messages"])
        move(case, CaseState.RETURNED, told_at=now, deadline_at=deadline, submitted_at=None)
        move_stage(case, Stage.ONBOARDING)
        is_told = tell(case, RETURN, due_at=now, now=now, actor=user)
        note(case, user.actor, "returned", at=now, fields=sorted(comments), told=is_told)
    return is_told


def complete(user: User, case_id: UUID, *, now: datetime) -> None:
    """Everything required is there and was seen by the scanner. Raises Closed, NotReady."""
    with transaction.atomic():
        case = _handed_in(user, case_id)
        read = read_case(case, Vault(case.organization_id))
        is_waiting = Document.objects.filter(case=case, state=DocumentState.CHECKING).exists()
        if read.missing or is_waiting:
            raise NotReady(NotReady.__doc__)
        move(case, CaseState.COMPLETE, ended_at=now)
        set_deletion(case, now=now)
        move_stage(case, Stage.ONBOARDED)
        note(case, user.actor, "completed", at=now)


def reopen(user: User, case_id: UUID, *, until: datetime, now: datetime) -> bool:
    """An expired form gets another deadline, and its person a new link. Raises Closed, NotHired."""
    with transaction.atomic():
        case = _visible(user, case_id)
        if case.state != CaseState.EXPIRED:
            raise Closed(Closed.__doc__)
        case.revision += 1
        case.messages = 0
        case.save(update_fields=["revision", "messages"])
        move(case, CaseState.FILLING, told_at=now, deadline_at=until)
        is_told = tell(case, INVITE, due_at=now, now=now, actor=user)
        note(case, user.actor, "reopened", at=now, told=is_told)
    return is_told


def end(user: User, case_id: UUID, *, now: datetime) -> int:
    """Nobody is hired after all, or the person asked by phone: everything given goes at once. Returns how much."""
    with transaction.atomic():
        case = _visible(user, case_id)
        if case.state == CaseState.WITHDRAWN:
            return 0
        move(case, CaseState.WITHDRAWN, ended_at=now, delete_at=now)
        move_stage(case, Stage.CLOSED)
        count = wipe(case, now=now)
        note(case, user.actor, "ended", at=now, deleted=count)
    return count


def set_first_day(user: User, case_id: UUID, day: date | None, *, now: datetime) -> None:
    with transaction.atomic():
        case = _visible(user, case_id)
        case.starts_on = day
        case.save(update_fields=["starts_on"])
        if case.deleted_at is None and (case.ended_at is not None or case.state == CaseState.SUBMITTED):
            set_deletion(case, now=now)
        note(case, user.actor, "first_day_set", at=now)


def set_offer(user: User, case_id: UUID, terms: OfferTerms | None, *, now: datetime) -> None:
    """Pay is sealed like everything else about a person; the candidate sees the estimate on their form."""
    with transaction.atomic():
        case = _visible(user, case_id)
        key = case.application.candidate.key
        sealed = (
            Vault(case.organization_id).seal(key, OnboardingCase.OFFER, case.pk, terms.write())
            if terms
            else None
        )
        case.offer_sealed = sealed
        case.save(update_fields=["offer_sealed"])
        note(case, user.actor, "offer_set", at=now, is_given=terms is not None)


def unmask(user: User, case_id: UUID, reason: str, *, now: datetime) -> CaseRead:
    """Everything in clear, once, for a reason that is written down. Raises TooMuch."""
    with transaction.atomic():
        case = _visible(user, case_id)
        _count_look(user, now)
        # The reason is one of a list: free words could name people, and the audit keeps no names.
        note(case, user.actor, "unmasked", at=now, reason=reason)
        return read_case(case, Vault(case.organization_id))


def look_at(user: User, document_id: UUID, *, now: datetime) -> Document:
    """Every view of a file is written down. Raises TooMuch; Document.DoesNotExist for what nobody may see."""
    with transaction.atomic():
        found = Document.objects.select_related("case").filter(
            organization_id=user.organization_id, state=DocumentState.READY
        )
        document = found.get(pk=document_id)
        _visible(user, document.case_id)
        _count_look(user, now)
        note(document.case, user.actor, "file_viewed", at=now, document=document.pk, field=document.key)
    return document


def _count_look(user: User, now: datetime) -> None:
    if limits.hit(UNMASKED_A_DAY, str(user.pk), now=now) is not None:
        raise TooMuch(TooMuch.__doc__)


def _visible(user: User, case_id: UUID) -> OnboardingCase:
    OnboardingCase.objects.visible_to(user).only("pk").get(pk=case_id)
    return locked(case_id)


def _handed_in(user: User, case_id: UUID) -> OnboardingCase:
    case = _visible(user, case_id)
    if case.state not in {CaseState.SUBMITTED, CaseState.COMPLETE}:
        raise Closed(Closed.__doc__)
    return case


def _review(case: OnboardingCase, key: str, review: Review, comment: str, now: datetime) -> None:
    spec = next(
        (each.spec for each in read_case(case, Vault(case.organization_id)).fields if each.spec.key == key),
        None,
    )
    if spec is None:
        return
    row, _is_new = OnboardingAnswer.objects.get_or_create(
        case=case,
        key=key,
        defaults={
            "id": uuid7(),
            "organization_id": case.organization_id,
            "section": spec.section,
            "changed_at": now,
        },
    )
    row.review, row.comment_sealed = review, None
    if comment:
        vault = Vault(case.organization_id)
        row.comment_sealed = vault.seal(case.application.candidate.key, row.COMMENT, row.pk, comment)
    row.save(update_fields=["review", "comment_sealed"])
