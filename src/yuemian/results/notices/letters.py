"""Write letters: the template of the decision's class, filled with what may be told of this one person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from yuemian.accounts.models import Organization
from yuemian.domain.feedback import Part, said_once
from yuemian.domain.languages import is_chinese
from yuemian.domain.placeholder import available
from yuemian.domain.results import ApprovalPolicy, LetterProblem, Outcome
from yuemian.domain.results.policy import months_after
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import Compiled, RenderProblem, compile_template, render
from yuemian.domain.when import date_text
from yuemian.interviews.facts import context_of
from yuemian.messaging.actions.content import best_locale, texts_of, versions_by_round
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.preview import CLOSE, OPEN, marked
from yuemian.results.feedback.reading import Reviewed
from yuemian.results.models import Decision
from yuemian.results.notices.content import LetterText
from yuemian.results.notices.people import Surroundings
from yuemian.results.notices.personal import Personal, offer_text

#: What a letter may say, and nothing else of what is known.
_TOLD = frozenset(available(Purpose.LETTER))


@dataclass(frozen=True)
class Shelf:
    """The letters of an organization by class and round, and the messages that point at them."""

    letters: Mapping[tuple[str, str], TemplateVersion]
    pointers: Mapping[str, TemplateVersion | None]

    def letter(self, outcome: str, round_name: str) -> TemplateVersion | None:
        return self.letters.get((outcome, round_name)) or self.letters.get((outcome, ""))


@dataclass(frozen=True)
class Written:
    """A letter in one language, or an empty one with the reason."""

    locale: str
    text: LetterText
    problems: list[str]


def shelf_of(organization_id: UUID, rounds: Collection[str]) -> Shelf:
    versions = (
        TemplateVersion.objects.filter(
            organization_id=organization_id,
            template__purpose=Purpose.LETTER,
            template__is_archived=False,
            published_at__isnull=False,
        )
        .select_related("template")
        .prefetch_related("variants")
        .order_by("template__created_at", "template_id", "number")
    )
    # The newest template of a class and round, in its newest version: later ones take the place of earlier ones.
    letters = {(each.outcome, each.template.round): each for each in versions}
    return Shelf(letters, versions_by_round(organization_id, Purpose.RESULT, rounds))


def newest_letters(version_ids: Collection[UUID]) -> set[UUID]:
    """Those of these versions that are still what their template says."""
    templates = TemplateVersion.objects.filter(pk__in=version_ids).values("template")
    newest = (
        TemplateVersion.objects.filter(
            template__in=templates, template__is_archived=False, published_at__isnull=False
        )
        .order_by("template_id", "-number")
        .distinct("template_id")
    )
    return set(newest.values_list("pk", flat=True)) & set(version_ids)


class Writer:
    """Writes for one organization; each text is compiled once."""

    def __init__(self, organization: Organization, policy: ApprovalPolicy) -> None:
        self._organization, self._policy = organization, policy
        self._compiled: dict[tuple[UUID, str], Compiled] = {}

    def write(
        self,
        decision: Decision,
        version: TemplateVersion,
        around: Surroundings,
        *,
        feedback: Reviewed | None,
        personal: Personal,
        is_correction: bool = False,
    ) -> Written:
        """In the candidate's language, or the nearest there is. A missing part is a problem, never a blank."""
        candidate, texts = decision.application.candidate, texts_of(version)
        wanted = (candidate.locale, decision.interview.branch.locale, self._organization.locale)
        locale = best_locale(texts, wanted) or "zh-hans"
        context = self._context(decision, locale, around) | {
            "next_step": personal.next_step,
            "offer": self._offer(decision, personal, locale),
            "is_correction": is_correction,
        }
        try:
            compiled = self._compile(version, locale)
            context["feedback"] = _once(feedback, compiled, context) if feedback else ""
            said = render(compiled, context)
            shown = render(compiled, marked(context))
        except RenderProblem as wrong:
            return Written(locale, LetterText("", ""), [f"{LetterProblem.MISSING_PART}:{wrong.name}"])
        text = LetterText(said.subject, said.text, said.subject, said.text, shown.text)
        plain = shown.text.replace(OPEN, "").replace(CLOSE, "")
        return Written(locale, text if plain == said.text else replace(text, marked=""), [])

    def _offer(self, decision: Decision, personal: Personal, locale: str) -> str:
        """By the rules as they were known on the day of the decision: written anew it says the same."""
        if decision.outcome != Outcome.PASS:
            return ""
        day = decision.decided_at.astimezone(decision.interview.zone).date()
        return offer_text(self._organization.pk, personal.offer, locale, day)

    def _compile(self, version: TemplateVersion, locale: str) -> Compiled:
        if (version.pk, locale) not in self._compiled:
            variant = texts_of(version)[locale][Channel.EMAIL]
            compiled = compile_template(variant.subject, variant.body, Purpose.LETTER)
            self._compiled[version.pk, locale] = compiled
        return self._compiled[version.pk, locale]

    def _context(self, decision: Decision, locale: str, around: Surroundings) -> dict[str, Any]:
        interview = decision.interview
        # One object, so that the name in the letter is the one the notice is bound to.
        interview.application = decision.application
        facts = context_of(interview, self._organization, locale)
        context = {name: value for name, value in facts.items() if name in _TOLD}
        context |= {"reasons": reasons_told(decision, locale, around), "may_apply_again": False}
        months = self._policy.apply_again_months
        if decision.outcome == Outcome.REJECT and months is not None:
            again = months_after(decision.decided_at.astimezone(interview.zone), months)
            context |= {"may_apply_again": True, "apply_again_from": date_text(again, locale)}
        return context


def reasons_told(decision: Decision, locale: str, around: Surroundings) -> list[str]:
    """As a letter in this language says them: in Chinese, or in English for every other one."""
    reasons = [around.reasons[each] for each in decision.reasons if each in around.reasons]
    told = [each.told if is_chinese(locale) else each.told_en for each in reasons]
    return [each for each in told if each]


def _once(feedback: Reviewed, compiled: Compiled, context: Mapping[str, Any]) -> str:
    """Without what this letter says by itself: thanks always, reasons and the date where its template prints them."""
    said = {Part.OPENING}
    if context["reasons"] and _prints(compiled, "reasons"):
        said.add(Part.REASON)
    if context["may_apply_again"] and _prints(compiled, "apply_again_from"):
        said.add(Part.AGAIN)
    return said_once(feedback.text, feedback.draft, said)


def _prints(compiled: Compiled, name: str) -> bool:
    """To ask `if reasons` is to print none."""
    return name in compiled.used and bool(re.search(rf"\{{\{{-?\s*{name}\b|\bin\s+{name}\b", compiled.body))
