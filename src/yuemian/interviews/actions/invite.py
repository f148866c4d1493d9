"""Choose interviews, see who would get what, and send: one decision, one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.routing import Route
from yuemian.domain.selection import Choice, LeftOut, channels_for, left_out
from yuemian.domain.states import TOLD, WAITING, Answer, BatchState, Channel, InterviewState, Purpose, Stage
from yuemian.hiring.models import Application
from yuemian.interviews.actions.route import StepRequest, routes_for
from yuemian.interviews.chosen import Chosen, read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.messaging.actions.content import best_locale, texts_of
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import Batch, Notification, TemplateVariant, TemplateVersion
from yuemian.trust import audit
from yuemian.trust.bulk import any_of
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce

#: Locale → channel → text, as `texts_of` gives them.
Texts = Mapping[str, Mapping[Channel, TemplateVariant]]
LINK_OUTLIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Item:
    """One chosen interview: on which channels its candidate hears, or why not."""

    interview: Chosen
    locale: str
    channels: Sequence[Channel]
    left_out: LeftOut | None
    route: Route | None = None


@dataclass(frozen=True)
class Summary:
    """What pressing “send” will do."""

    items: Sequence[Item]
    by_channel: Counter[Channel] = field(default_factory=Counter)
    by_reason: Counter[LeftOut] = field(default_factory=Counter)

    @cached_property
    def going(self) -> list[Item]:
        return [item for item in self.items if item.left_out is None]

    @cached_property
    def staying(self) -> list[Item]:
        return [item for item in self.items if item.left_out is not None]


def summarize(
    interviews: Iterable[Interview],
    version: TemplateVersion,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    resend: bool = False,
) -> Summary:
    """Decide for every interview: see `summarize_chosen`."""
    ids = [interview.pk for interview in interviews]
    return summarize_chosen(ids, version, purpose, wanted, now=now, resend=resend)


def summarize_chosen(
    interview_ids: Collection[UUID],
    version: TemplateVersion,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    resend: bool = False,
    is_routed: bool = False,
    due_at: datetime | None = None,
) -> Summary:
    """Decide for every interview of the version's organization, as the database has it now, in the order given.

    A constant number of queries, and no model is built, however many there are. `is_routed`: each person is written to
    on the best of the wanted channels, with the others behind it; otherwise on all of them.
    """
    chosen = read_chosen(version.organization_id, interview_ids)
    told = set() if resend else already_told({each.id: each.revision for each in chosen}, purpose)
    texts = texts_of(version)
    routes: Mapping[UUID, Route] = {}
    if is_routed:
        asked = StepRequest(purpose, texts, due_at=due_at)
        routes = routes_for(version.organization, chosen, asked, now)
    items = [
        _item(each, texts, purpose, wanted, was_told=each.id in told, route=routes.get(each.id), now=now)
        for each in chosen
    ]
    return Summary(
        items,
        Counter(channel for item in items if not item.left_out for channel in item.channels),
        Counter(item.left_out for item in items if item.left_out),
    )


def send(
    user: User,
    summary: Summary,
    version: TemplateVersion,
    purpose: Purpose,
    *,
    now: datetime,
    due_at: datetime | None = None,
    batch_id: UUID | None = None,
    **extra: Any,
) -> Batch:
    """Plan the whole batch: business rows, notifications and deliveries commit together.

    `batch_id` names a draft that now becomes this batch.
    """
    organization = user.organization
    with transaction.atomic():
        batch = Batch(
            id=batch_id or uuid7(),
            organization=organization,
            purpose=purpose,
            version=version,
            state=BatchState.RUNNING,
            created_by=user,
            created_at=now,
            due_at=due_at or now,
            total=len(summary.going),
            left_out={str(reason): count for reason, count in summary.by_reason.items()},
        )
        if not summary.going:
            batch.state, batch.finished_at = BatchState.FINISHED, now
        batch.save(force_insert=batch_id is None, force_update=batch_id is not None)
        occasion = Occasion(
            organization=organization,
            purpose=purpose,
            version=version,
            subject_kind=SUBJECT_KIND,
            due_at=due_at or now,
            now=now,
            actor=user,
            batch=batch,
        )
        plan_items(occasion, summary.going, **extra)
        if purpose == Purpose.INVITATION:
            applications = [item.interview.application_id for item in summary.going]
            waiting = Application.objects.filter(stage__in=[Stage.APPLIED, Stage.SCREENED])
            waiting.filter(pk__in=any_of(applications)).update(stage=Stage.INVITED)
        audit.record(
            organization.pk,
            user.actor,
            "batch.sent",
            at=now,
            subject=("batch", batch.pk),
            purpose=str(purpose),
            planned=batch.total,
            version=version.pk,
        )
        announce(organization.pk, "interviews")
    return batch


def plan_items(occasion: Occasion, items: Sequence[Item], **extra: Any) -> list[UUID]:
    """One notification per item. The occurrence counts up when this purpose was said before (explicit resend)."""
    said = _occurrences((item.interview for item in items), occasion.purpose)
    intents = (_intent(occasion, item, said.get(item.interview.id, 0) + 1, extra) for item in items)
    return plan_notifications(occasion, intents)


def _intent(occasion: Occasion, item: Item, occurrence: int, extra: Mapping[str, Any]) -> Intent:
    interview = item.interview
    return Intent(
        recipient=Recipient(candidate=interview.candidate, contact_points=interview.contact_points),
        subject_id=interview.id,
        subject_revision=interview.revision,
        locale=item.locale,
        context=context_of(interview.facts, occasion.organization, item.locale, **extra),
        channels=item.channels,
        deadline_at=interview.facts.starts_at,
        link_expires_at=interview.ends_at + LINK_OUTLIVES,
        occurrence=occurrence,
        route=item.route,
    )


def send_test(
    user: User,
    interview: Interview,
    version: TemplateVersion,
    *,
    locale: str,
    channels: Sequence[Channel],
    now: datetime,
) -> list[UUID]:
    """The message this candidate would get, sent to the recruiter alone; its link shows where it would lead."""
    organization: Organization = user.organization
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.TEST,
        version=version,
        subject_kind="test",
        due_at=now,
        now=now,
        actor=user,
    )
    with transaction.atomic():
        ids = plan_notifications(
            occasion,
            [
                Intent(
                    recipient=Recipient(user=user),
                    subject_id=uuid7(),
                    subject_revision=1,
                    locale=locale,
                    context=context_of(interview, organization, locale),
                    channels=channels,
                    deadline_at=now + timedelta(hours=1),
                    link_expires_at=now,
                )
            ],
        )
        audit.record(organization.pk, user.actor, "template.tested", at=now, subject=("version", version.pk))
    return ids


def weigh(
    choice: Choice,
    locales: Iterable[str],
    texts: Texts,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    route: Route | None = None,
) -> tuple[str, Sequence[Channel], LeftOut | None]:
    """The one decision about one person: language, channels, or why not. `choice.texts` is filled in here.

    A route replaces the wanted channels by those it begins with.
    """
    locale = best_locale(texts, locales) or "zh-hans"
    choice = replace(choice, texts=texts.get(locale, {}).keys())
    reason = left_out(choice, purpose, wanted, now=now)
    if route is None:
        return locale, channels_for(choice, wanted), reason
    return locale, route.first, reason or (None if route.channels else LeftOut.MISSING_CONTACT)


def _item(
    interview: Chosen,
    texts: Texts,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    was_told: bool,
    route: Route | None,
    now: datetime,
) -> Item:
    choice = Choice(
        state=InterviewState(interview.state),
        answer=Answer(interview.facts.answer),
        starts_at=interview.facts.starts_at,
        was_told=was_told,
        channels=interview.contact_points.keys(),
        texts=(),
    )
    decided = weigh(choice, interview.locales, texts, purpose, wanted, now=now, route=route)
    return Item(interview, *decided, route)


def already_told(revisions: Mapping[UUID, int], purpose: Purpose) -> set[UUID]:
    """Interviews whose candidate heard (or is about to hear) this purpose about the current revision."""
    rows = Notification.objects.filter(
        subject_kind=SUBJECT_KIND,
        subject_id__in=any_of(revisions),
        purpose=purpose,
        deliveries__state__in=[str(state) for state in TOLD | WAITING],
    ).values_list("subject_id", "subject_revision")
    return {subject_id for subject_id, revision in rows if revisions[subject_id] == revision}


def _occurrences(interviews: Iterable[Chosen], purpose: Purpose) -> dict[UUID, int]:
    revisions = {interview.id: interview.revision for interview in interviews}
    rows = Notification.objects.filter(
        subject_kind=SUBJECT_KIND, subject_id__in=any_of(revisions), purpose=purpose
    ).values_list("subject_id", "subject_revision", "occurrence")
    highest: dict[UUID, int] = {}
    for subject_id, revision, occurrence in rows:
        if revisions[subject_id] == revision:
            highest[subject_id] = max(highest.get(subject_id, 0), occurrence)
    return highest
