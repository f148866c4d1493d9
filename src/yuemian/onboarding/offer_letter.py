"""What the letter of a pass says of pay: asked for beside the letter, told in its words."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.languages import is_chinese
from yuemian.onboarding.asking import rules_of
from yuemian.onboarding.forms import OfferForm
from yuemian.onboarding.offer import OfferTerms, offer_lines


def offer_form(data: Any, user: User, stored: str) -> OfferForm:
    terms = OfferTerms.read(stored)
    return OfferForm(data, user=user, initial=OfferForm.initial_of(terms))


def offer_text(organization_id: UUID, stored: str, locale: str, day: date) -> str:
    """A line for each amount, and that it is an estimate; "" for what is no offer."""
    terms = OfferTerms.read(stored)
    if terms is None:
        return ""
    block = offer_lines(terms, rules_of(organization_id).get(terms.rules), locale, today=day)
    between = "：" if is_chinese(locale) else ": "
    lines = "\n".join(f"{line.label}{between}{line.amount}" for line in block.lines)
    return f"{lines}\n\n{block.note}" if block.note else lines
