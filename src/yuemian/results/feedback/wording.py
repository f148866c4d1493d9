"""Words of the pages about feedback: ratings, findings, where a draft comes from, why a model's was not taken."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.feedback import Code, Length, Part, Tone
from yuemian.domain.results import Rating

Words = str | Promise

RATINGS: Final[dict[int, Words]] = {
    Rating.MISSING: word("rating", "Missing"),
    Rating.WEAK: word("rating", "Weak"),
    Rating.SOLID: word("rating", "Solid"),
    Rating.STRONG: word("rating", "Strong"),
    Rating.OUTSTANDING: word("rating", "Outstanding"),
}
LENGTHS: Final[dict[str, Words]] = {
    Length.SHORT: word("length", "Short"),
    Length.MEDIUM: word("length", "Medium"),
    Length.LONG: word("length", "Long"),
}
TONES: Final[dict[str, Words]] = {Tone.WARM: word("tone", "Warm"), Tone.PLAIN: word("tone", "Plain")}
PARTS: Final[dict[str, Words]] = {
    Part.OPENING: word("feedback", "Thanks"),
    Part.LEAD: word("feedback", "Bridge"),
    Part.STRENGTH: word("feedback", "Strength"),
    Part.REASON: word("feedback", "Reason"),
    Part.GROWTH: word("feedback", "To improve"),
    Part.TIP: word("feedback", "Suggestion"),
    Part.AGAIN: word("feedback", "Apply again"),
    Part.CLOSING: word("feedback", "Good wishes"),
}
FINDINGS: Final[dict[str, Words]] = {
    Code.UNFOUNDED: _("No scorecard says this."),
    Code.DETAIL: _("A figure, date, name or quotation that no note holds."),
    Code.POLARITY: _("The ratings say otherwise, or the interviewers differ."),
    Code.PROTECTED: _(
        "Speaks of something protected, such as age, sex, family, health, origin or school. Take it out."
    ),
    Code.INSULT: _("May hurt. Say what was seen instead."),
    Code.PROMISE: _("Promises something, or speaks of pay or law. Take it out."),
    Code.COMPARISON: _("Compares with other people."),
    Code.OPINION: _("Says what a certain colleague thinks."),
    Code.SCORE: _("Names a score. Candidates read words, never figures."),
    Code.CONTACT: _("Holds an address, a number or a link."),
    Code.OUTCOME: _("Speaks of another result than the decision."),
    Code.NAME: _("Names a colleague."),
    Code.LEAK: _("Holds words of a note that is not to be told."),
    Code.INSTRUCTION: _("Holds an instruction to a machine."),
    Code.BANNED: _("A phrase that says nothing and hurts."),
    Code.LONG: _("Longer than the length you chose."),
    Code.EMPTY: _("There is no text."),
    Code.LANGUAGE: _("Not in the candidate's language."),
}
#: Why a language model's draft was not taken: troubles of the connection, and what was wrong with an answer.
FALLBACKS: Final[dict[str, Words]] = {
    "settings": _("its settings do not work"),
    "refused": _("the service refuses the key"),
    "throttled": _("the service asks to slow down"),
    "unreachable": _("the service cannot be reached"),
    "timeout": _("the service did not answer in time"),
    "server": _("the service failed"),
    "unreadable": _("its answer could not be read"),
    "blank": _("its answer was empty"),
    "truncated": _("its answer was cut off"),
    "declined": _("it declined to answer"),
    "shape": _("its answer had another form than asked for"),
    "invented": _("it named evidence that does not exist"),
    "too_many": _("it wrote more than asked for"),
    "empty": _("it had nothing to say"),
    "long": _("a sentence was too long"),
    "no_facts": _("there is nothing it could write about"),
    "overtaken": _("the text was changed meanwhile"),
}
_RULE: Final = _("a sentence broke a rule: %(rule)s")


def fallback_text(reason: str) -> str:
    """For “The language model's draft was not taken: …”."""
    if reason in FALLBACKS:
        return str(FALLBACKS[reason])
    return str(_RULE) % {"rule": str(FINDINGS.get(reason, reason)).rstrip(".。")}
