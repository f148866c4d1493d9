"""The words of scorecards: ratings, overall words, and what is said beside a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.scorecard import FlagKind, Hint, HintKind, Thin

Text = str | Promise

RATINGS: Mapping[Rating, Text] = {
    Rating.MISSING: word("rating", "Missing"),
    Rating.WEAK: word("rating", "Weak"),
    Rating.SOLID: word("rating", "Solid"),
    Rating.STRONG: word("rating", "Strong"),
    Rating.OUTSTANDING: word("rating", "Superb"),
}
RECOMMENDATIONS: Mapping[Recommendation, Text] = {
    Recommendation.STRONG_YES: word("recommendation", "Strong yes"),
    Recommendation.YES: word("recommendation", "Yes"),
    Recommendation.NO: word("recommendation", "No"),
    Recommendation.STRONG_NO: word("recommendation", "Strong no"),
}
RECOMMENDATION_TONES: Mapping[Recommendation, str] = {
    Recommendation.STRONG_YES: "success",
    Recommendation.YES: "success",
    Recommendation.NO: "danger",
    Recommendation.STRONG_NO: "danger",
}
_THIN: Mapping[str, Text] = {
    Thin.ONLY_RATING: gettext_lazy("Say what you saw: one example is enough."),
    Thin.TOO_SHORT: gettext_lazy("A little more: what did they say or do?"),
    Thin.ONLY_ADJECTIVES: gettext_lazy("This judges. What did you see or hear that makes you say so?"),
}
_FLAGS: Mapping[str, Text] = {
    FlagKind.AGE: word("flag", "age"),
    FlagKind.SEX: word("flag", "sex"),
    FlagKind.MARRIAGE: word("flag", "marriage"),
    FlagKind.PREGNANCY: word("flag", "pregnancy"),
    FlagKind.CHILDREN: word("flag", "children"),
    FlagKind.ORIGIN: word("flag", "where somebody comes from"),
    FlagKind.ETHNICITY: word("flag", "ethnicity"),
    FlagKind.RELIGION: word("flag", "religion"),
    FlagKind.HEALTH: word("flag", "health"),
    FlagKind.LOOKS: word("flag", "looks"),
    FlagKind.POLITICS: word("flag", "politics"),
}
CLOSED: Mapping[str, Text] = {
    "submitted": gettext_lazy("You have submitted this scorecard."),
    "cancelled": gettext_lazy("This interview was cancelled; there is nothing to write."),
    "not_held": gettext_lazy("It is noted that the candidate did not come; there is nothing to write."),
    "early": gettext_lazy("The interview has not begun yet. The page opens with it."),
    "stranger": gettext_lazy("You are no longer an interviewer of this interview."),
    "erased": gettext_lazy("The candidate's data were erased; nothing can be written any more."),
    "late": gettext_lazy("A day has passed: ask HR to open it again."),
}


def hint_text(hint: Hint) -> str:
    if hint.kind == HintKind.THIN:
        return str(_THIN[hint.what])
    if hint.what == FlagKind.INSULT:
        return _("“%(words)s” insults. Say what you saw instead.") % {"words": hint.words}
    about = str(_FLAGS[hint.what])
    return _("“%(words)s” is about %(about)s, which must not count. Please leave it out.") % {
        "words": hint.words,
        "about": about,
    }


def hint_texts(said: Mapping[str, Sequence[Hint]]) -> dict[str, list[tuple[str, str]]]:
    """By place: kind and sentence of each."""
    return {key: [(str(hint.kind), hint_text(hint)) for hint in each] for key, each in said.items()}
