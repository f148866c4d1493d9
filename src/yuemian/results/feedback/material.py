"""Everything a draft of one decision needs, read for many of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from yuemian.domain.feedback import (
    Draft,
    Finding,
    Ground,
    Length,
    Options,
    Part,
    Sentence,
    Tone,
    check,
    compose,
)
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Outcome
from yuemian.domain.round_name import round_in
from yuemian.interviews.models import Interview
from yuemian.results.feedback.facts import Seen, seen_of
from yuemian.results.models import ANY_LENGTH, Decision, DecisionReason, FeedbackRules, Phrase
from yuemian.results.notices.content import rule_of
from yuemian.trust.vault import Vault

#: Of a draft that read no scorecard: any that comes later makes it stale.
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Material:
    """`decision` with application, candidate, job and family. `facts_at`: see `Feedback.facts_at`."""

    decision: Decision
    locale: str
    facts: tuple[Fact, ...]
    facts_at: datetime
    told: tuple[str, ...]
    interviewers: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.decision.outcome)


@dataclass(frozen=True)
class House:
    """How the organization writes: its rules and phrases. `again_after` is the letters' own, for both say one date."""

    rules: FeedbackRules
    phrases: Sequence[Phrase]
    again_after: int | None


def house_of(organization_id: UUID) -> House:
    rules = FeedbackRules.objects.filter(organization_id=organization_id).first()
    phrases = list(Phrase.objects.filter(organization_id=organization_id))
    months = rule_of(organization_id).apply_again_months
    return House(rules or FeedbackRules(organization_id=organization_id), phrases, months)


def letters_locale(locale: str) -> str:
    """Feedback is written in Chinese or in English."""
    return "zh-hans" if is_chinese(locale) else "en"


def materials(decisions: Iterable[Decision], vault: Vault) -> list[Material]:
    """In the same order; a handful of queries whatever their number."""
    rows = list(decisions)
    reasons = _reasons(rows)
    interviewers, rounds = _interviews({row.application_id for row in rows})
    seen: dict[UUID, Seen] = {}
    for locale in ("zh-hans", "en"):
        mine = [r.application_id for r in rows if letters_locale(r.application.candidate.locale) == locale]
        seen |= seen_of(mine, vault, locale) if mine else {}
    nothing = Seen((), None)
    found = []
    for row in rows:
        locale = letters_locale(row.application.candidate.locale)
        of_row = seen.get(row.application_id, nothing)
        told = (reasons[id_].told_in(locale) for id_ in row.reasons if id_ in reasons)
        job, named = row.application.job, rounds.get(row.application_id, ())
        company = row.application.candidate.organization
        allowed = (job.title, job.title_en, company.name, company.name_en, *named)
        found.append(
            Material(
                decision=row,
                locale=locale,
                facts=of_row.facts,
                facts_at=of_row.until or NEVER,
                told=tuple(each for each in told if each),
                interviewers=tuple(interviewers.get(row.application_id, ())),
                allowed=tuple(each for each in (*allowed, *(round_in(n, locale) for n in named)) if each),
            )
        )
    return found


def draft(material: Material, house: House, length: Length, tone: Tone) -> Draft:
    """By rules alone."""
    return compose(
        material.facts,
        material.told,
        Options(
            locale=material.locale,
            outcome=material.outcome,
            seed=str(material.decision.pk),
            length=length,
            tone=tone,
            family=material.decision.application.job.family.name,
            again_after=house.again_after,
            own=own_phrases(material, house.phrases, length),
            names=material.interviewers,
        ),
    )


def ground(material: Material, house: House, length: Length) -> Ground:
    """What its text may rest on."""
    return Ground(
        facts=material.facts,
        locale=material.locale,
        outcome=material.outcome,
        length=length,
        told=material.told,
        known=tuple(own_phrases(material, house.phrases, length).values()),
        names=material.interviewers,
        allowed=material.allowed,
        again_after=house.again_after,
    )


def checked(text: str, material: Material, house: House, length: Length) -> list[Finding]:
    return check(text, ground(material, house, length))


def own_phrases(material: Material, phrases: Sequence[Phrase], length: Length) -> dict[tuple[str, int], str]:
    """The organization's wordings for this letter: family and round before family, before round, before all; one for
    this length before one for any."""
    job, round_name = material.decision.application.job, material.decision.interview.round

    def nearness(phrase: Phrase) -> tuple[bool, bool, bool]:
        return phrase.family_id is not None, bool(phrase.round), phrase.length != ANY_LENGTH

    fitting = [
        phrase
        for phrase in phrases
        if letters_locale(phrase.locale) == material.locale
        and phrase.length in (ANY_LENGTH, length)
        and phrase.family_id in (None, job.family_id)
        and phrase.round in ("", round_name)
    ]
    return {(each.competency, each.rating): each.text for each in sorted(fitting, key=nearness)}


def as_stored(written: Draft) -> list[dict[str, object]]:
    return [each._asdict() for each in written.sentences]


def from_stored(rows: Iterable[dict[str, object]], locale: str) -> Draft:
    sentences = tuple(
        Sentence(
            Part(str(row["part"])),
            str(row["text"]),
            tuple(map(str, row["evidence"])),  # type: ignore[call-overload]
            int(str(row["paragraph"])),
        )
        for row in rows
    )
    return Draft(sentences, locale)


def _reasons(rows: Collection[Decision]) -> dict[UUID, DecisionReason]:
    wanted = {id_ for row in rows for id_ in row.reasons}
    return DecisionReason.objects.in_bulk(wanted) if wanted else {}


def _interviews(applications: Collection[UUID]) -> tuple[dict[UUID, list[str]], dict[UUID, list[str]]]:
    """Names of everybody who interviewed or recruits, and the rounds, by application."""
    names: dict[UUID, list[str]] = {}
    rounds: dict[UUID, list[str]] = {}
    people = Interview.objects.filter(application__in=applications).select_related("recruiter")
    for interview in people.prefetch_related("interviewers").order_by("starts_at"):
        here = names.setdefault(interview.application_id, [])
        for person in (*interview.interviewers.all(), interview.recruiter):
            if person is not None and person.name not in here:
                here.append(person.name)
        rounds.setdefault(interview.application_id, []).append(interview.round)
    return names, rounds
