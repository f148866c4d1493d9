"""What a letter says to one person alone: what comes next for them, and what a pass offers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.utils.module_loading import import_string

from yuemian.accounts.models import User
from yuemian.results.models import ResultNotice
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Personal:
    """`offer` as the room that knows pay stores it; empty: none."""

    next_step: str = ""
    offer: str = ""


class OfferDesk(NamedTuple):
    """Dotted names, as no room below knows of pay.

    `form`: (data, user, stored) → a form whose `stored` is what to keep. `text`: (organization_id, stored, locale, day)
    → what a letter says of it.
    """

    form: str
    text: str


_DESKS: list[OfferDesk] = []


def register_offers(desk: OfferDesk) -> None:
    """Called from an app's `ready()`."""
    _DESKS[:] = [desk]


def offer_form(data: Any, user: User, stored: str) -> forms.Form | None:
    return import_string(_DESKS[0].form)(data, user, stored) if _DESKS else None


def offer_text(organization_id: UUID, stored: str, locale: str, day: date) -> str:
    if not stored or not _DESKS:
        return ""
    say: Callable[[UUID, str, str, date], str] = import_string(_DESKS[0].text)
    return say(organization_id, stored, locale, day)


def personal_of(notice: ResultNotice, vault: Vault) -> Personal:
    """`notice` comes with `candidate__key`. Nothing of somebody who was erased."""
    if notice.personal_sealed is None:
        return Personal()
    try:
        text = vault.open(notice.candidate.key, ResultNotice.PERSONAL, notice.pk, notice.personal_sealed)
    except Unreadable:
        return Personal()
    return Personal(**json.loads(text))


def put_personal(notice: ResultNotice, personal: Personal, vault: Vault) -> None:
    """The caller saves."""
    text = json.dumps(personal.__dict__, ensure_ascii=False)
    has_any = bool(personal.next_step or personal.offer)
    key = notice.candidate.key
    notice.personal_sealed = vault.seal(key, ResultNotice.PERSONAL, notice.pk, text) if has_any else None
