"""Ask how it was, take the answer so that it cannot be traced, and mix answers until they may be read."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from yuemian.accounts.models import Organization, User
from yuemian.domain.states import Attendance, Purpose
from yuemian.domain.survey import LONGEST_WORDS, OPEN_FOR, Surroundings, SurveyKind, Waiting, mix
from yuemian.interviews.actions.respond import Refused
from yuemian.interviews.chosen import Chosen, read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import (
    SUBJECT_KIND,
    Interview,
    SurveyAnswer,
    SurveyDrop,
    SurveyInvitation,
    SurveyPolicy,
    SurveyQuestion,
    SurveySigned,
    SurveyStop,
)
from yuemian.interviews.surveys.asking import policy_of, questions_for, read_survey_facts
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import (
    SURVEY_LINK,
    Intent,
    Occasion,
    Recipient,
    plan_notifications,
)
from yuemian.messaging.models import AccessLink, Notification
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.vault import Vault, organization_key

#: The step of a survey after a result: no plan has it, and the link is known by it.
RESULT_STEP: Final = "survey_result"
#: Later than this after the result's notice it is not asked any more.
WELCOME: Final = timedelta(days=3)
_CHANCE: Final = random.SystemRandom()


@dataclass(frozen=True)
class Given:
    """One filled-in survey, within its bounds. `extras`: question id → rating or place of the choice; `words` too."""

    impression: int
    recommend: int
    notice: int | None = None
    extras: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    may_contact: bool = False


def note_asked(
    organization: Organization, chosen: Collection[Chosen], kind: SurveyKind, now: datetime
) -> None:
    """That they are being asked, so that they are not again; one per interview and kind, by constraint."""
    SurveyInvitation.objects.bulk_create(
        [
            SurveyInvitation(
                organization=organization,
                interview_id=each.id,
                candidate_id=each.candidate.candidate_id,
                kind=kind,
                at=now,
            )
            for each in chosen
        ],
        ignore_conflicts=True,
    )


def ask_after_result(organization: Organization, told_ids: Collection[UUID], *, now: datetime) -> int:
    """Ask how the result of these interviews was told, whoever may be asked; returns how many.

    Whoever tells results says whose notice has left, as often as they like. Nobody is asked twice about one
    interview, within 30 days of another survey, after a stop, or while they wait for an answer of ours.
    """
    with transaction.atomic():
        told = set(told_ids)
        told -= set(
            SurveyInvitation.objects.filter(interview__in=told, kind=SurveyKind.RESULT).values_list(
                "interview_id", flat=True
            )
        )
        chosen = [each for each in read_chosen(organization.pk, sorted(told)) if each.state != "cancelled"]
        facts = read_survey_facts(organization.pk, {each.candidate.candidate_id for each in chosen}, now=now)
        willing: dict[UUID, Chosen] = {}
        for each in chosen:
            person = each.candidate.candidate_id
            if facts.why_not(person) is None and person not in facts.waiting:
                willing.setdefault(person, each)
        going = _write(organization, list(willing.values()), now)
        note_asked(organization, going, SurveyKind.RESULT, now)
    return len(going)


def _write(organization: Organization, chosen: Sequence[Chosen], now: datetime) -> list[Chosen]:
    """The messages; without a text, or a way to reach somebody, there is none."""
    try:
        version = version_for(organization.pk, Purpose.SURVEY)
    except NoTemplate:
        return []
    texts, channels = texts_of(version), available_channels(organization)
    intents, going = [], []
    for each in chosen:
        locale = best_locale(texts, each.locales) or "zh-hans"
        ways = [way for way in channels if way in each.contact_points and way in texts.get(locale, {})]
        if not ways:
            continue
        going.append(each)
        intents.append(
            Intent(
                recipient=Recipient(candidate=each.candidate, contact_points=each.contact_points),
                subject_id=each.id,
                subject_revision=each.revision,
                locale=locale,
                context=context_of(each.facts, organization, locale),
                channels=ways,
                at_once=1,
                deadline_at=now + WELCOME,
                link_expires_at=now + OPEN_FOR,
            )
        )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.SURVEY,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
        step_key=RESULT_STEP,
    )
    plan_notifications(occasion, intents)
    return going


def kind_of(link: AccessLink) -> SurveyKind:
    """Which survey a link opens."""
    if link.notification_id is None:
        return SurveyKind.INTERVIEW
    step = Notification.objects.filter(pk=link.notification_id).values_list("step_key", flat=True).first()
    return SurveyKind.RESULT if step == RESULT_STEP else SurveyKind.INTERVIEW


def standing_of(link: AccessLink, interview: Interview) -> str:
    """`open`, `spent`, or `closed` when there is nothing to ask: the interview did not take place, say."""
    asked = SurveyInvitation.objects.filter(interview=interview, kind=kind_of(link)).first()
    is_closed = interview.state == "cancelled" or interview.attendance in {
        Attendance.NO_SHOW,
        Attendance.EXCUSED,
    }
    if link.purpose != SURVEY_LINK or asked is None or is_closed:
        return "closed"
    return "spent" if asked.is_spent else "open"


def answer_survey(link: AccessLink, given: Given, *, now: datetime) -> None:
    """Once per link. Raises Refused (`spent`, `closed`).

    Unless its author wants to be contacted, nothing leads from the link to the answer: no id, no hour, no audit entry.
    """
    with transaction.atomic():
        kind = kind_of(link)
        SurveyInvitation.objects.select_for_update().filter(interview_id=link.subject_id, kind=kind).first()
        interview = Interview.objects.with_people().get(pk=link.subject_id)
        standing = standing_of(link, interview)
        if standing != "open":
            raise Refused(standing)
        SurveyInvitation.objects.filter(interview=interview, kind=kind).update(is_spent=True)
        values = _values(interview, kind) | _checked(interview, kind, given)
        if given.may_contact:
            _sign(link, interview, values, given, now)
        else:
            _drop(interview, values, given, now)


def result_survey_standing(interview: Interview, candidate_id: UUID) -> str:
    """Beside a letter: `open`, `spent`, or `off` where nobody is asked."""
    if not policy_of(interview.organization_id).is_on:
        return "off"
    if SurveyStop.objects.filter(candidate_id=candidate_id).exists():
        return "off"
    asked = SurveyInvitation.objects.filter(interview=interview, kind=SurveyKind.RESULT).first()
    return "spent" if asked is not None and asked.is_spent else "open"


def answer_beside_letter(interview: Interview, candidate_id: UUID, given: Given, *, now: datetime) -> None:
    """What somebody says who has just read their result; once, and untraceable like every survey. Raises Refused."""
    with transaction.atomic():
        fresh = Interview.objects.with_people().get(pk=interview.pk)
        if result_survey_standing(fresh, candidate_id) != "open":
            raise Refused("spent")
        mine = {"interview": fresh, "kind": SurveyKind.RESULT}
        SurveyInvitation.objects.get_or_create(
            **mine,
            defaults={
                "id": uuid7(),
                "organization_id": fresh.organization_id,
                "candidate_id": candidate_id,
                "at": now,
            },
        )
        if not SurveyInvitation.objects.filter(**mine, is_spent=False).update(is_spent=True):
            raise Refused("spent")
        _drop(
            fresh,
            _values(fresh, SurveyKind.RESULT) | _checked(fresh, SurveyKind.RESULT, given),
            given,
            now,
        )


def stop_surveys(link: AccessLink, *, now: datetime) -> None:
    """The candidate wants no more of them; what is asked already may still be answered."""
    with transaction.atomic():
        _, is_new = SurveyStop.objects.get_or_create(
            organization_id=link.organization_id,
            candidate_id=link.candidate_id,
            defaults={"id": uuid7(), "at": now},
        )
        if is_new:
            actor = Actor("candidate", link.candidate_id)
            audit.record(link.organization_id, actor, "survey.stopped", at=now)


def mix_answers(organization_id: UUID, now: datetime) -> int:
    """Rewrite what is complete, in random order and under new ids, where it may be read. Returns how many."""
    with transaction.atomic():
        waiting = {each.pk: each for each in SurveyDrop.objects.select_for_update().all()}
        blocks = mix([_waiting(each) for each in waiting.values()], now.date())
        if not blocks:
            return 0
        vault, key = Vault(organization_id), organization_key(organization_id)
        answers = [
            _mixed(waiting[pk], block.surroundings, vault, key) for block in blocks for pk in block.keys
        ]
        _CHANCE.shuffle(answers)
        SurveyAnswer.objects.bulk_create(answers)
        SurveyDrop.objects.filter(pk__in=[pk for block in blocks for pk in block.keys]).delete()
        audit.record(
            organization_id, audit.SYSTEM, "survey.mixed", at=now, blocks=len(blocks), answers=len(answers)
        )
    return len(answers)


def save_policy(user: User, *, is_on: bool, minimum: int, now: datetime) -> None:
    with transaction.atomic():
        SurveyPolicy.objects.update_or_create(
            organization_id=user.organization_id, defaults={"is_on": is_on, "minimum": minimum}
        )
        audit.record(
            user.organization_id, user.actor, "survey.policy_saved", at=now, is_on=is_on, minimum=minimum
        )


def save_question(user: User, question: SurveyQuestion, *, now: datetime) -> SurveyQuestion:
    """A new question, or a new wording of one: the former stays for its answers."""
    with transaction.atomic():
        former = SurveyQuestion.objects.visible_to(user).filter(code=question.code, is_current=True).first()
        if former is not None:
            SurveyQuestion.objects.filter(pk=former.pk).update(is_current=False)
        question.pk = question.id = uuid7()
        question.organization_id = user.organization_id
        question.number = former.number + 1 if former else 1
        question.is_current = True
        question.save(force_insert=True)
        subject = ("survey_question", question.pk)
        audit.record(user.organization_id, user.actor, "survey.question_saved", at=now, subject=subject)
    return question


def archive_question(user: User, question: SurveyQuestion, *, now: datetime) -> None:
    with transaction.atomic():
        SurveyQuestion.objects.visible_to(user).filter(pk=question.pk).update(is_current=False)
        subject = ("survey_question", question.pk)
        audit.record(user.organization_id, user.actor, "survey.question_archived", at=now, subject=subject)


def note_contacted(user: User, signed: SurveySigned, *, now: datetime) -> None:
    with transaction.atomic():
        SurveySigned.objects.filter(pk=signed.pk, organization_id=user.organization_id).update(
            contacted_at=now
        )
        subject = ("interview", signed.interview_id)
        audit.record(user.organization_id, user.actor, "survey.author_contacted", at=now, subject=subject)


def _values(interview: Interview, kind: SurveyKind) -> dict[str, Any]:
    application = interview.application
    return {
        "organization_id": interview.organization_id,
        "kind": kind,
        "month": interview.starts_at.astimezone(interview.zone).date().replace(day=1),
        "job_id": application.job_id,
        "family_id": application.job.family_id,
        "branch_id": interview.branch_id,
        "round": interview.round,
    }


def _checked(interview: Interview, kind: SurveyKind, given: Given) -> dict[str, Any]:
    asked = {
        str(each.pk): each
        for each in questions_for(interview.organization_id, kind, interview.application.job.family_id)
    }
    extras = {key: value for key, value in given.extras.items() if key in asked}
    return {
        "impression": given.impression,
        "recommend": given.recommend,
        "notice": given.notice,
        "extras": extras,
    }


def _words(given: Given) -> str:
    kept = {key: text.strip()[:LONGEST_WORDS] for key, text in given.words.items() if text.strip()}
    return json.dumps(kept) if kept else ""


def _sign(
    link: AccessLink, interview: Interview, values: dict[str, Any], given: Given, now: datetime
) -> None:
    row = SurveySigned(id=uuid7(), interview=interview, at=now, **values)
    if words := _words(given):
        key = interview.application.candidate.key
        row.words_sealed = Vault(interview.organization_id).seal(key, row.PLACE, row.pk, words)
    row.save(force_insert=True)
    subject = ("interview", interview.pk)
    actor = Actor("candidate", link.candidate_id)
    audit.record(link.organization_id, actor, "survey.signed", at=now, subject=subject)


def _drop(interview: Interview, values: dict[str, Any], given: Given, now: datetime) -> None:
    organization_id = interview.organization_id
    promised = policy_of(organization_id).minimum
    row = SurveyDrop(id=uuid4(), promised=promised, day=now.date(), **values)
    if words := _words(given):
        vault, key = Vault(organization_id), organization_key(organization_id)
        row.words_sealed = vault.seal(key, row.PLACE, row.pk, words)
    row.save(force_insert=True)


def _waiting(drop: SurveyDrop) -> Waiting:
    where = Surroundings(drop.kind, drop.month, drop.job_id, drop.family_id, drop.branch_id, drop.round)
    return Waiting(drop.pk, where, drop.promised, drop.day)


def _mixed(drop: SurveyDrop, where: Surroundings, vault: Vault, key: Any) -> SurveyAnswer:
    row = SurveyAnswer(
        id=uuid4(),
        organization_id=drop.organization_id,
        kind=where.kind,
        month=where.month,
        job_id=where.job,
        family_id=where.family,
        branch_id=where.branch,
        round=where.round,
        impression=drop.impression,
        recommend=drop.recommend,
        notice=drop.notice,
        extras=drop.extras,
    )
    if drop.words_sealed is not None:
        words = vault.open(key, SurveyDrop.PLACE, drop.pk, drop.words_sealed)
        row.words_sealed = vault.seal(key, row.PLACE, row.pk, words)
    return row
