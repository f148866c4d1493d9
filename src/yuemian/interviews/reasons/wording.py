"""The words of the shipped reasons, and of what can be needed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.reasons import SHIPPED, Onward, Option
from yuemian.interviews.reasons.offered import NEEDS, REASONS
from yuemian.interviews.wording import Text

__all__ = ["NEEDS", "ONWARD", "REASONS", "STATED", "given", "offered", "stated"]

#: The same, as the recruiter reads it.
STATED: Mapping[str, Text] = {
    "too_far": word("stated reason", "too far away"),
    "pay": word("stated reason", "the pay"),
    "other_offer": word("stated reason", "took another offer"),
    "clash": word("stated reason", "time does not suit"),
    "information": word("stated reason", "needs to know more"),
    "other": word("stated reason", "something else"),
}
ONWARD: Mapping[str, Text] = {
    Onward.NOWHERE: word("onward", "Nowhere"),
    Onward.TIMES: word("onward", "To other times"),
    Onward.QUESTION: word("onward", "To a question to you"),
}


def offered(option: Option, locale: str) -> str:
    """What its button says."""
    return option.words_in(locale) or str(REASONS.get(option.code, option.code))


def given(code: str, options: Mapping[str, Option], locale: str) -> str:
    """The candidate's own words for what they pressed, whether or not it is still on offer."""
    return offered(options.get(code) or Option(code), locale)


def stated(code: str, options: Mapping[str, Option]) -> str:
    """What the recruiter reads, in the active language."""
    option = options.get(code) or next((each for each in SHIPPED if each.code == code), None)
    own = option.words_in(get_language() or "en") if option else ""
    return own or str(STATED.get(code, code))
