"""What onboarding holds about a person: what they gave, their files, and what they agreed to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy

from yuemian.domain.onboarding import CaseState, DocumentState, Section
from yuemian.domain.onboarding.answers import masked
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.onboarding.asking import label_of
from yuemian.onboarding.models import Consent, Document, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.reading import name_of, read_case
from yuemian.onboarding.seen import DOCUMENTS, SECTIONS
from yuemian.trust.vault import Vault


def _cases(candidate: Candidate) -> list[OnboardingCase]:
    return list(OnboardingCase.objects.with_people().filter(candidate=candidate).order_by("created_at"))


def _entries(candidate: Candidate, vault: Vault) -> list[Held]:
    held, locale = [], get_language() or "en"
    for case in _cases(candidate):
        for given in read_case(case, vault).fields:
            if given.value:
                label = label_of(given.spec, locale)
                hidden = masked(given.spec, given.value)
                hidden = hidden if given.spec.is_masked else "***"
                held.append(
                    Held(
                        f"{label}: {given.value}",
                        {"field": given.spec.key, "value": given.value},
                        masked=f"{label}: {hidden}",
                    )
                )
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


HOLDINGS = (
    Holding(
        "onboarding",
        gettext_lazy("What you gave for your first day"),
        gettext_lazy("To prepare your employment, as far as you agreed."),
        _entries,
        _forget_entries,
        activity_sql="""
            SELECT c.candidate_id, greatest(c.created_at, c.submitted_at, c.ended_at)
            FROM onboarding_onboardingcase c""",
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
