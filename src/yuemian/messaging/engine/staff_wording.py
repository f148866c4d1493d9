"""The engine's own words in a mail to colleagues, in the console's languages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext, override


@dataclass(frozen=True)
class StaffWords:
    open_today: str
    digest_why: str


@cache
def staff_words(locale: str) -> StaffWords:
    """`digest_why` holds {organization} and {host}."""
    with override(locale):
        return StaffWords(
            open_today=gettext("Open Today"),
            digest_why=gettext(
                "You get this because you work on interviews at {organization}. Its links open {host}, where you "
                "sign in. Change the hour or stop it under My account, in the menu with your name."
            ),
        )
