"""What onboarding holds about a person: what they gave, their files, and what they agreed to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yuemian.domain.onboarding import CaseState, DocumentState, Section
from yuemian.domain.onboarding.answers import masked
from yuemian.domain.when import date_text
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.onboarding.asking import label_of
from yuemian.onboarding.models import Consent, Document, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.offer import offer_lines, terms_of
from yuemian.onboarding.reading import Given, name_of, read_case
from yuemian.onboarding.seen import DOCUMENTS, SECTIONS, in_words
from yuemian.trust.vault import Vault

#: In the place of what only its person reads.
_HIDDEN: Final = "***"


def _cases(candidate: Candidate) -> list[OnboardingCase]:
    return list(OnboardingCase.objects.with_people().filter(candidate=candidate).order_by("created_at"))


def _entries(candidate: Candidate, vault: Vault) -> list[Held]:
    """Whatever stands in a case, also what its branch asks no more."""
    held, locale = [], get_language() or "en"
    for case in _cases(candidate):
        read = read_case(case, vault)
        for given in (*read.fields, *read.unasked):
            held += _entry(given, locale)
        held += _arranged(case, vault, locale)
    return held


def _entry(given: Given, locale: str) -> list[Held]:
    """The answer, and what is to be corrected of it."""
    spec, held = given.spec, []
    label = label_of(spec, locale)
    if given.value:
        hidden = masked(spec, given.value) if spec.is_masked else _HIDDEN
        data = {"field": spec.key, "value": given.value}
        held.append(Held(f"{label}: {in_words(spec, given.value)}", data, masked=f"{label}: {hidden}"))
    if given.comment:
        asked = _("Please correct:")
        label = f"{asked} {label}"
        data = {"field": spec.key, "comment": given.comment}
        held.append(Held(f"{label}: {given.comment}", data, masked=f"{label}: {_HIDDEN}"))
    return held


def _arranged(case: OnboardingCase, vault: Vault, locale: str) -> list[Held]:
    """What the company entered: the first day and the pay."""
    held = []
    if case.starts_on:
        first = datetime.combine(case.starts_on, time(), ZoneInfo(case.branch.time_zone))
        label, day = _("Your first day:"), date_text(first, locale)
        held.append(Held(f"{label} {day}", {"first_day": case.starts_on}, masked=f"{label} {_HIDDEN}"))
    terms = terms_of(case, vault)
    if terms is not None:
        # Without rules it is the pay itself, and no estimate that changes with them.
        (line,) = offer_lines(terms, None, locale, today=case.created_at.date()).lines
        label, data = line.label, orjson.loads(terms.write())
        held.append(Held(f"{label}: {line.amount}", {"pay": data}, masked=f"{label}: {_HIDDEN}"))
    return held


def _files(candidate: Candidate, vault: Vault) -> list[Held]:
    """That a file is kept, and which; its bytes are on the form's own page."""
    held = []
    for case in _cases(candidate):
        for each in Document.objects.filter(case=case):
            state = str(DOCUMENTS[DocumentState(each.state)])
            when = moment(candidate, each.received_at)
            name = name_of(each, case, vault)
            data = {
                "field": each.key,
                "name": name,
                "kind": each.kind,
                "size": each.size,
                "at": each.received_at,
            }
            held.append(Held(f"{when} · {name} · {state}", data, masked=f"{when} · {state}"))
    return held


def _consents(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    held = []
    for each in Consent.objects.filter(case__candidate=candidate):
        title = str(SECTIONS[Section(each.section)])
        data = {
            "section": each.section,
            "given_at": each.given_at,
            "withdrawn_at": each.withdrawn_at,
            "text_sha256": bytes(each.text_hash).hex(),
        }
        held.append(Held(f"{moment(candidate, each.given_at)} · {title}", data))
    return held


def _forget_entries(candidate_ids: Collection[UUID], now: datetime) -> int:
    """What the key seals goes besides: nothing of a form is of use without its person."""
    cases = OnboardingCase.objects.filter(candidate__in=candidate_ids)
    running = cases.exclude(state=CaseState.WITHDRAWN)
    running.update(state=CaseState.WITHDRAWN, ended_at=now, delete_at=now)
    cases.update(deleted_at=now, offer_sealed=None)
    count: int = OnboardingAnswer.objects.filter(case__candidate__in=candidate_ids).delete()[0]
    return count


def _forget_files(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    found = Document.objects.filter(case__candidate__in=candidate_ids)
    count = found.count()
    found.delete()
    return count


#: What is still to come keeps its person as well: the deadline, the first day, and the day when what they gave goes.
_ACTIVITY: Final = """
SELECT c.candidate_id, greatest(c.created_at, c.submitted_at, c.ended_at, c.told_at,
    CASE WHEN c.state IN ('invited', 'filling', 'returned') THEN c.deadline_at END,
    CASE WHEN c.state <> 'withdrawn' THEN c.starts_on::timestamptz END,
    CASE WHEN c.deleted_at IS NULL THEN c.delete_at END)
FROM onboarding_onboardingcase c"""

HOLDINGS = (
    Holding(
        "onboarding",
        gettext_lazy("What you gave for your first day"),
        gettext_lazy("To prepare your employment, as far as you agreed."),
        _entries,
        _forget_entries,
        activity_sql=_ACTIVITY,
        waiting_sql="SELECT candidate_id FROM onboarding_onboardingcase WHERE state = 'submitted'",
    ),
    Holding(
        "onboarding_files",
        gettext_lazy("Your documents"),
        gettext_lazy("To prepare your employment, as far as you agreed."),
        _files,
        _forget_files,
    ),
    Holding(
        "consents",
        gettext_lazy("What you agreed to"),
        gettext_lazy("So that both sides can show it."),
        _consents,
    ),
)
