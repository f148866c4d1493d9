"""What an offer comes to, for letters and pages: always marked as an estimate, with the year of its rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from babel import Locale
from babel.numbers import format_currency
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.languages import is_chinese
from yuemian.domain.pay import Estimate, Offer, Rules, estimate
from yuemian.onboarding.asking import rules_of
from yuemian.onboarding.models import OnboardingCase
from yuemian.trust.vault import Unreadable, Vault

LINES: Final[dict[str, str | Promise]] = {
    "pension": word("pay", "Pension insurance"),
    "medical": word("pay", "Medical insurance"),
    "unemployment": word("pay", "Unemployment insurance"),
    "housing_fund": word("pay", "Housing fund"),
}


@dataclass(frozen=True)
class OfferTerms:
    """As they are sealed in a case. `rules` names the place; empty: nothing is estimated."""

    monthly: Decimal
    rules: str = ""
    currency: str = "CNY"
    housing_share: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> OfferTerms | None:
        try:
            data = json.loads(text)
            share = data.get("housing_share")
            return cls(
                Decimal(data["monthly"]), data["rules"], data["currency"], Decimal(share) if share else None
            )
        except (ValueError, KeyError, TypeError, InvalidOperation):
            return None

    def write(self) -> str:
        share = str(self.housing_share) if self.housing_share is not None else None
        return json.dumps(
            {
                "monthly": str(self.monthly),
                "rules": self.rules,
                "currency": self.currency,
                "housing_share": share,
            }
        )


@dataclass(frozen=True)
class OfferLine:
    """One line to show; `is_total` stands out."""

    label: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True)
class OfferBlock:
    """`note` says that it is an estimate, by which rules, and whether these may be out of date."""

    lines: list[OfferLine]
    note: str


def terms_of(case: OnboardingCase, vault: Vault) -> OfferTerms | None:
    if case.offer_sealed is None:
        return None
    try:
        text = vault.open(case.application.candidate.key, OnboardingCase.OFFER, case.pk, case.offer_sealed)
    except Unreadable:
        return None
    return OfferTerms.read(text)


def offer_lines(terms: OfferTerms, rules: Rules | None, locale: str, *, today: date) -> OfferBlock:
    """In the words and numbers of `locale`, which need not be the active one."""
    with override(locale):
        money = _Money(rules.currency if rules else terms.currency)
        gross = OfferLine(_("Monthly salary before deductions"), money(terms.monthly), is_total=rules is None)
        if rules is None:
            return OfferBlock([gross], "")
        shares = (("housing_fund", terms.housing_share),) if terms.housing_share is not None else ()
        found = estimate(rules, Offer(terms.monthly, shares))
        return OfferBlock([gross, *_deductions(found, money)], _note(rules, locale, today))


def block_of(case: OnboardingCase, vault: Vault, locale: str, *, today: date) -> OfferBlock | None:
    """The estimate of a case, or None where HR entered no pay."""
    terms = terms_of(case, vault)
    if terms is None:
        return None
    rules = rules_of(case.organization_id).get(terms.rules)
    return offer_lines(terms, rules, locale, today=today)


def _deductions(found: Estimate, money: _Money) -> list[OfferLine]:
    lines = [OfferLine(str(LINES.get(line.key, line.key)), money(-line.employee)) for line in found.lines]
    lines.append(OfferLine(_("Income tax, first month"), money(-found.tax[0])))
    lines.append(OfferLine(_("Left in the first month"), money(found.first_month), is_total=True))
    lines.append(OfferLine(_("Left on average over twelve months"), money(found.average)))
    return lines


def _note(rules: Rules, locale: str, today: date) -> str:
    place = rules.name if locale.startswith("zh") else rules.name_en
    said = _(
        "An estimate by the rules of %(place)s, %(year)s, without special deductions; your pay slip is what counts."
    ) % {"place": place, "year": rules.year}
    if rules.is_current(today):
        return said
    newer = _("Newer rules may hold by now.")
    return f"{said}{newer}" if is_chinese(locale) else f"{said} {newer}"


class _Money:
    """Amounts in one currency, as the active language writes them; digits are Latin everywhere."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._locale = Locale.parse((get_language() or "en").replace("-", "_"), sep="_")

    def __call__(self, amount: Decimal) -> str:
        return format_currency(amount, self._currency, locale=self._locale, numbering_system="latn")
