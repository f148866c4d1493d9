"""What tests of results begin with: a decision, letters, a notice on its way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from tests.factories import Cast, create_template
from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState, Outcome, Verdict
from yuemian.domain.results.truth import as_contacts
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Template, TemplateVariant, TemplateVersion
from yuemian.results.models import Approval, Decision, ResultNotice
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault


def create_letter(cast: Cast, outcome: Outcome, *, now: datetime) -> TemplateVersion:
    """A published letter of one class."""
    template = Template.objects.create(
        organization=cast.organization, purpose=Purpose.LETTER, name=f"{outcome} 信", outcome=outcome
    )
    version = TemplateVersion.objects.create(
        organization=cast.organization, template=template, number=1, published_at=now
    )
    for locale in ("zh-hans", "en"):
        TemplateVariant.objects.create(
            organization=cast.organization,
            version=version,
            channel=Channel.EMAIL,
            locale=locale,
            subject="{{ job_title }}",
            body="{{ candidate_name }}",
        )
    return version


def create_decision(
    interview: Interview, by: User, outcome: Outcome, *, now: datetime, **fields: Any
) -> Decision:
    number = Decision.objects.filter(interview=interview).count() + 1
    Decision.objects.filter(interview=interview).update(is_current=False)
    return Decision.objects.create(
        organization_id=by.organization_id,
        application_id=interview.application_id,
        interview=interview,
        number=number,
        outcome=outcome,
        decided_by=by,
        decided_at=now,
        **fields,
    )


def create_notice(
    cast: Cast, decision: Decision, author: User, *, now: datetime, **fields: Any
) -> ResultNotice:
    """A draft, below every action: for what the database itself must refuse."""
    candidate = decision.interview.application.candidate
    id_, outcome = uuid7(), fields.pop("outcome", decision.outcome)
    text = json.dumps({"subject": "结果", "body": "正文"})
    values: dict[str, Any] = {
        "decision": decision,
        "number": decision.number,
        "application_id": decision.application_id,
        "candidate": candidate,
        "outcome": outcome,
        "pointer": fields.get("pointer") or create_template(cast.organization, Purpose.RESULT, now=now),
        "locale": "zh-hans",
        "text_sealed": Vault(cast.organization.pk).seal(candidate.key, ResultNotice.PLACE, id_, text),
        "content_hash": b"\1" * 32,
        "candidate_name": candidate.name,
        "contacts": as_contacts(candidate.contact_points.values_list("blind_index", flat=True)),
        "author": author,
        "created_at": now,
    }
    values |= fields
    if "letter" not in values:
        values["letter"] = create_letter(cast, Outcome(outcome), now=now)
    return ResultNotice.objects.create(id=id_, organization=cast.organization, **values)


def approve(notice: ResultNotice, by: User, *, now: datetime, **fields: Any) -> None:
    Approval.objects.create(
        organization_id=notice.organization_id,
        notice=notice,
        submission=fields.get("submission", notice.submission),
        approver=by,
        verdict=fields.get("verdict", Verdict.APPROVE),
        content_hash=fields.get("content_hash", notice.content_hash),
        at=now,
    )


def bring_to(notice: ResultNotice, state: NoticeState, approver: User, *, now: datetime) -> ResultNotice:
    """Along the allowed way, approved on it."""
    for step in (NoticeState.SUBMITTED, NoticeState.APPROVED, NoticeState.RELEASED):
        if step is NoticeState.APPROVED:
            approve(notice, approver, now=now)
        if step is NoticeState.RELEASED:
            notice.released_at, notice.leaves_at = now, now + timedelta(minutes=10)
        notice.state = step
        notice.save()
        if step is state:
            break
    return notice
