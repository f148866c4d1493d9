"""Submit letters, look at them with other eyes, agree or not; and the rules of who must (docs/security.md, R3)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse

from yuemian.accounts.models import Permission, User
from yuemian.domain.results import (
    ApprovalPolicy,
    NoticeState,
    Outcome,
    Verdict,
    approvals_needed,
    may_approve,
)
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.results.actions.news import note_altered, tell_returned
from yuemian.results.actions.notices import back_to_draft, locked, rebind, record
from yuemian.results.models import Approval, ApprovalRule, ResultBatch, ResultNotice
from yuemian.results.notices.content import hash_of, readable, rule_of
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault

N = NoticeState
#: What `messaging` calls the thing that a call for approval is about; nobody is asked whether it is still true.
SUBJECT: Final = "result_batch"
PATIENCE: Final = timedelta(days=2)
#: Why an approval is refused, letter by letter.
NOT_WAITING, CHANGED, OWN, ALTERED = "not_waiting", "changed", "own", "altered"


@dataclass(frozen=True)
class Submitted:
    """How many others look at now, and what holds the rest back, by problem."""

    count: int
    held: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Approved:
    """How many got this person's word, how many are approved by it, and why some did not get it."""

    agreed: int
    approved: int
    refused: Counter[str] = field(default_factory=Counter)


def submit_batch(user: User, batch_id: UUID, *, now: datetime) -> Submitted:
    """Everything of the batch that has no problem goes to those who approve; the rest stays, with its reason.

    How many must agree follows from the whole batch, however few of it are submitted at a time.
    """
    with transaction.atomic():
        batch = ResultBatch.objects.visible_to(user).select_for_update(no_key=True).get(pk=batch_id)
        mine = ResultNotice.objects.live().filter(batch=batch)
        size = mine.count()
        writable = mine.filter(state__in=[N.DRAFT, N.RETURNED]).values_list("pk", flat=True)
        notices = locked(user, list(writable))
        if not notices:
            return Submitted(0)
        back_to_draft([each for each in notices if each.state == N.RETURNED])
        rebind(user, notices)
        going = [each for each in notices if not each.problems]
        held = Counter(each.partition(":")[0] for notice in notices for each in notice.problems)
        policy = rule_of(user.organization_id).policy
        for outcome in {each.outcome for each in going}:
            ids = [each.pk for each in going if each.outcome == outcome]
            is_free = policy.is_single_free and size == 1 and outcome != Outcome.PASS
            ResultNotice.objects.filter(pk__in=ids).update(
                state=N.SUBMITTED,
                submission=F("submission") + 1,
                submitted_by=user,
                submitted_at=now,
                came_back="",
                is_single_free=is_free,
                approvals_needed=approvals_needed(policy, Outcome(outcome), size),
            )
        if going:
            ResultBatch.objects.filter(pk=batch.pk).update(submitted_at=now)
            record(user, "result.submitted", now, batch=batch, notices=going)
            _call_approvers(user, batch, len(going), now=now)
    return Submitted(len(going), held)


def take_back(user: User, notice_ids: Collection[UUID], *, now: datetime) -> int:
    """Its author wants to write on: what others said of it no longer counts. Raises ForbiddenMove."""
    with transaction.atomic():
        notices = locked(user, notice_ids)
        back_to_draft([each for each in notices if each.state != N.DRAFT])
        record(user, "result.taken_back", now, notices=notices)
    return len(notices)


def seen_digest(notices: Iterable[ResultNotice]) -> str:
    """What a page has shown: which letters, in which submission, with which content."""
    seen = sorted(f"{each.pk}:{each.submission}:{bytes(each.content_hash).hex()}" for each in notices)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


class NotAsSeen(Exception):  # noqa: N818
    """Some of these letters have changed since the page was shown: look at them again."""


def approve(user: User, notice_ids: Collection[UUID], seen: str, *, now: datetime) -> Approved:
    """This person's word on exactly what the page has shown. Raises NotAsSeen when that is not what stands there now.

    Who decided, wrote or submitted a letter has no word on it; the database counts once more.
    """
    with transaction.atomic():
        notices = locked(user, notice_ids)
        if seen_digest(notices) != seen:
            raise NotAsSeen(NotAsSeen.__doc__)
        sizes, policy = _sizes(notices), rule_of(user.organization_id).policy
        texts = readable(notices, Vault(user.organization_id))
        refused: Counter[str] = Counter()
        agreed, altered = [], []
        for notice in notices:
            why_not = _why_not(user, notice, sizes[notice.batch_id], policy)
            if why_not is None and (
                notice.pk not in texts or hash_of(notice, texts[notice.pk]) != bytes(notice.content_hash)
            ):
                why_not = ALTERED
                altered.append(notice)
            if why_not is not None:
                refused[why_not] += 1
            else:
                agreed.append(notice)
        _vote(user, agreed, Verdict.APPROVE, "", now=now)
        done = _approved_now(agreed)
        ResultNotice.objects.filter(pk__in=done).update(state=N.APPROVED, approved_at=now)
        record(user, "result.approved", now, notices=agreed, approved=len(done))
        note_altered(altered, now=now)
    return Approved(len(agreed), len(done), refused)


def return_notices(user: User, notice_ids: Collection[UUID], comment: str, *, now: datetime) -> int:
    """Back to the author, with what is to be mended. Returns how many."""
    return _send_away(user, notice_ids, Verdict.RETURN, comment, now=now)


def exclude_notices(user: User, notice_ids: Collection[UUID], comment: str, *, now: datetime) -> int:
    """Out of the batch, so that the others need not wait for these. Returns how many."""
    return _send_away(user, notice_ids, Verdict.EXCLUDE, comment, now=now)


def put_back(user: User, notice_ids: Collection[UUID], *, now: datetime) -> int:
    """What was taken out of its batch, or recalled, becomes a draft of it again. Returns how many."""
    with transaction.atomic():
        notices = [
            each for each in locked(user, notice_ids) if each.state in {N.EXCLUDED, N.RETURNED, N.RECALLED}
        ]
        back_to_draft(notices)
        record(user, "result.put_back", now, notices=notices)
    return len(notices)


def save_rule(user: User, rule: ApprovalRule, *, now: datetime) -> None:
    """How the organization approves from here on; what is submitted already keeps its own rule."""
    values: dict[str, Any] = {
        "approvals": rule.approvals,
        "is_single_free": rule.is_single_free,
        "hold_minutes": rule.hold_minutes,
        "wants_feedback": rule.wants_feedback,
        "apply_again_months": rule.apply_again_months,
    }
    with transaction.atomic():
        ApprovalRule.objects.update_or_create(organization_id=user.organization_id, defaults=values)
        audit.record(user.organization_id, user.actor, "result.rule_saved", at=now, **values)


def _why_not(user: User, notice: ResultNotice, size: int, policy: ApprovalPolicy) -> str | None:
    if notice.state != N.SUBMITTED:
        return NOT_WAITING
    if not notice.decision.is_current:
        return CHANGED
    if notice.is_single_free:
        return None
    outcome, authors = Outcome(notice.outcome), notice.authors
    is_other = may_approve(policy, outcome, max(size, 2), approver=user.pk, authors=authors)
    return None if is_other else OWN


def _send_away(
    user: User, notice_ids: Collection[UUID], verdict: Verdict, comment: str, *, now: datetime
) -> int:
    state = N.RETURNED if verdict is Verdict.RETURN else N.EXCLUDED
    with transaction.atomic():
        notices = [each for each in locked(user, notice_ids) if each.state in {N.SUBMITTED, N.APPROVED}]
        _vote(user, notices, verdict, comment, now=now)
        ResultNotice.objects.filter(pk__in=[each.pk for each in notices]).update(state=state)
        record(user, f"result.{state}", now, notices=notices)
        tell_returned(user, notices, state, now=now)
    return len(notices)


def _vote(
    user: User, notices: Sequence[ResultNotice], verdict: Verdict, comment: str, *, now: datetime
) -> None:
    vault, votes = Vault(user.organization_id), []
    for notice in notices:
        vote = Approval(
            id=uuid7(),
            organization_id=user.organization_id,
            notice=notice,
            submission=notice.submission,
            approver=user,
            verdict=verdict,
            content_hash=bytes(notice.content_hash),
            at=now,
        )
        if comment.strip():
            text = comment.strip()[:1000]
            vote.comment_sealed = vault.seal(notice.candidate.key, Approval.PLACE, vote.pk, text)
        votes.append(vote)
    Approval.objects.bulk_create(votes, batch_size=500, ignore_conflicts=True)


def _approved_now(notices: Sequence[ResultNotice]) -> list[UUID]:
    """Those with as many words of others as they need: counted here, and once more by the database."""
    votes = (
        Approval.objects.filter(
            notice__in=[each.pk for each in notices],
            verdict=Verdict.APPROVE,
            submission=F("notice__submission"),
            content_hash=F("notice__content_hash"),
        )
        .values("notice")
        .annotate(count=Count("approver", distinct=True))
    )
    counts = dict(votes.values_list("notice", "count"))
    return [each.pk for each in notices if counts.get(each.pk, 0) >= each.approvals_needed]


def _sizes(notices: Sequence[ResultNotice]) -> dict[UUID | None, int]:
    batches = ResultNotice.objects.live().filter(batch__in={each.batch_id for each in notices})
    found: dict[UUID | None, int] = dict(batches.values_list("batch").annotate(Count("pk")).order_by())
    return {None: 1, **found}


def approvers(user: User) -> list[User]:
    """Who of the organization may approve, and is not the one who asks."""
    mine = User.objects.visible_to(user).who_may(Permission.APPROVE_RESULTS)
    return list(mine.exclude(pk=user.pk).order_by("name", "pk"))


def _call_approvers(user: User, batch: ResultBatch, count: int, *, now: datetime) -> None:
    """A mail that says how many wait, and nothing of whom; without a text for it they see it on their page."""
    organization = user.organization
    try:
        version = version_for(organization.pk, Purpose.APPROVAL)
    except NoTemplate:
        return
    texts, page = texts_of(version), f"{settings.PUBLIC_URL}{reverse('result-batch', args=[batch.pk])}"
    intents = []
    for person in approvers(user):
        locale = best_locale(texts, [person.locale]) or "zh-hans"
        context = {
            "organization_name": organization.name_in(locale),
            "staff_name": person.name,
            "asked_by": user.name,
            "result_count": str(count),
            "results_link": page,
        }
        intents.append(
            Intent(
                recipient=Recipient(user=person),
                subject_id=batch.pk,
                subject_revision=1,
                locale=locale,
                context=context,
                channels=[Channel.EMAIL],
                deadline_at=now + PATIENCE,
                link_expires_at=now,
            )
        )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.APPROVAL,
        version=version,
        subject_kind=SUBJECT,
        due_at=now,
        now=now,
        actor=user,
    )
    plan_notifications(occasion, intents)
