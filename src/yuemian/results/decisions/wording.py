"""The words of decisions: outcomes, what stands in the way, how long somebody waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.results import NoticeState, Obstacle, Outcome, Recommendation, Silence, Verdicts
from yuemian.interviews.wording import Reason, Text
from yuemian.results.models import WaitState

OUTCOMES: Final[Mapping[str, Text]] = {
    Outcome.ADVANCE: word("outcome", "Advance"),
    Outcome.PASS: word("outcome", "Pass"),
    Outcome.REJECT: word("outcome", "Reject"),
    Outcome.HOLD: word("outcome", "Hold"),
}
OUTCOME_HINTS: Final[Mapping[str, Text]] = {
    Outcome.ADVANCE: _("Comes to the next round."),
    Outcome.PASS: _("Hired: the offer follows."),
    Outcome.REJECT: _("Is not taken on."),
    Outcome.HOLD: _("Stays open; nobody is told."),
}
#: Keys on the list and on the page of one person.
KEYS: Final[Mapping[str, str]] = {
    Outcome.ADVANCE: "a",
    Outcome.PASS: "p",
    Outcome.REJECT: "r",
    Outcome.HOLD: "h",
}
OBSTACLES: Final[Mapping[str, Reason]] = {
    Obstacle.CANCELLED: Reason(_("The interview was cancelled."), _("Schedule another one, or leave it.")),
    Obstacle.NO_SHOW: Reason(
        _("The candidate did not come."), _("Note that they came if that is wrong, or offer another time.")
    ),
    Obstacle.UNSETTLED: Reason(_("The interview has no time yet."), _("Wait until it has taken place.")),
    Obstacle.NOT_COMING: Reason(
        _("The candidate said that they do not come."), _("Note that they came if they did.")
    ),
    Obstacle.TO_COME: Reason(_("The interview is still to come."), _("Decide when it has taken place.")),
    Obstacle.ERASED: Reason(_("The candidate's data was erased.")),
}
WAITS: Final[Mapping[str, Text]] = {
    WaitState.OPEN: word("result", "To be decided"),
    WaitState.DECIDED: word("result", "Decided, not told"),
    WaitState.TOLD: word("result", "Told"),
    WaitState.MOVED: word("result", "In the next round"),
}
WAIT_TONES: Final[Mapping[str, str]] = {
    WaitState.OPEN: "warning",
    WaitState.DECIDED: "info",
    WaitState.TOLD: "success",
    WaitState.MOVED: "neutral",
}
RECOMMENDATIONS: Final[Mapping[str, tuple[Text, str]]] = {
    Recommendation.STRONG_YES: (word("recommendation", "Strong yes"), "success"),
    Recommendation.YES: (word("recommendation", "Yes"), "success"),
    Recommendation.NO: (word("recommendation", "No"), "danger"),
    Recommendation.STRONG_NO: (word("recommendation", "Strong no"), "danger"),
}
VERDICTS: Final[Mapping[str, tuple[Text, str]]] = {
    Verdicts.FOR: (word("verdicts", "All for it"), "success"),
    Verdicts.AGAINST: (word("verdicts", "All against"), "danger"),
    Verdicts.SPLIT: (word("verdicts", "Divided"), "warning"),
    Verdicts.NONE: (word("verdicts", "No scorecard"), "neutral"),
}
#: In place of what others said, for who held the interview and has not written.
OWN_FIRST: Final[tuple[Text, str]] = (word("verdicts", "Write yours first"), "info")
NOTICES: Final[Mapping[str, Text]] = {
    NoticeState.DRAFT: word("notice of a result", "Letter is written"),
    NoticeState.SUBMITTED: word("notice of a result", "Waits for approval"),
    NoticeState.APPROVED: word("notice of a result", "Approved"),
    NoticeState.RELEASED: word("notice of a result", "Released"),
    NoticeState.RETURNED: word("notice of a result", "Sent back"),
    NoticeState.EXCLUDED: word("notice of a result", "Taken out of its batch"),
    NoticeState.RECALLED: word("notice of a result", "Called back"),
}
#: In place of “Released”, for whom it was released in vain.
UNREACHED: Final[Text] = _("Did not get through")
SILENCE_TONES: Final[Mapping[str, str]] = {
    Silence.CALM: "neutral",
    Silence.SOON: "warning",
    Silence.LATE: "danger",
    Silence.FORGOTTEN: "danger",
}
RATINGS: Final[Mapping[int, Text]] = {
    1: word("rating", "Missing"),
    2: word("rating", "Weak"),
    3: word("rating", "Solid"),
    4: word("rating", "Strong"),
    5: word("rating", "Outstanding"),
}
