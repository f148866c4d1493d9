"""The words of the pages of letters: outcomes, what speaks against a letter and what helps, why it came back."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.results import LetterProblem, Outcome
from yuemian.domain.results.facts import Recommendation
from yuemian.results.actions.approvals import ALTERED, CHANGED, NOT_WAITING, OWN

Text = str | Promise
P = LetterProblem


class Problem(NamedTuple):
    """What is wrong, and what to do about it."""

    sentence: Text
    remedy: Text = ""


OUTCOMES: dict[str, Text] = {
    Outcome.ADVANCE: word("outcome", "Next round"),
    Outcome.PASS: word("outcome", "Passed"),
    Outcome.REJECT: word("outcome", "Rejected"),
    Outcome.HOLD: word("outcome", "On hold"),
}
RECOMMENDATIONS: dict[str, Text] = {
    Recommendation.STRONG_YES: word("recommendation", "Strong yes"),
    Recommendation.YES: word("recommendation", "Yes"),
    Recommendation.NO: word("recommendation", "No"),
    Recommendation.STRONG_NO: word("recommendation", "Strong no"),
}
_OVERTAKEN = _("A later round of this person is decided, too: the letter of that round is their word.")
PROBLEMS: dict[str, Problem] = {
    P.MISSING_PART: Problem(
        _("A part of the letter has nothing to say for this person: %(about)s."),
        _("Fill it in, or write the letter by hand."),
    ),
    P.NO_NAME: Problem(
        _("The letter does not say whom it is for."), _("Put the candidate's name into the text.")
    ),
    P.OTHER_NAME: Problem(
        _("The letter names another candidate: %(about)s."),
        _("Take the name out, or let it pass if it means something else."),
    ),
    P.SAME_NAME: Problem(
        _("Somebody else of this batch has the same name."),
        _("Compare job, round and contact; then let it pass."),
    ),
    P.SHARED_CONTACT: Problem(
        _("Mail address or number also belong to %(about)s."),
        _("Find out whose they are; let it pass only if this person reads them."),
    ),
    P.NO_CONTACT: Problem(
        _("There is no address in use for this person on a channel that is set up and has a text."),
        _("Add one, or call them; then write the letter anew."),
    ),
    P.WRONG_LANGUAGE: Problem(
        _("The letter is not in the candidate's language, or its feedback is in another one."),
        _("Add the language to the template or edit the text; or let it pass."),
    ),
    P.FOREIGN_PART: Problem(
        _("Feedback or reason are in English, the letter is in another language."),
        _("Translate that part in the text; or let it pass for somebody who reads English."),
    ),
    P.NO_REASON: Problem(
        _(
            "The decision has a reason to tell, but without words in the letter's language: the letter gives none."
        ),
        _("Add the words to the reason and write the letter anew, write it into the text, or let it pass."),
    ),
    P.NO_FEEDBACK: Problem(
        _("Your rules ask for reviewed feedback in a rejection, and there is none."),
        _("Review the feedback first."),
    ),
    P.TOLD_OTHERWISE: Problem(
        _("This person was already told another result for this job."),
        _("Say why; the letter then says that it corrects the former one."),
    ),
    P.TOLD_BEFORE: Problem(
        _("This person was already told this result."),
        _("Take the letter out, or say why it is told again."),
    ),
    P.OVERTAKEN: Problem(
        _OVERTAKEN,
        _("Take this letter out; change the later decision if it does not hold."),
    ),
    P.TO_COME: Problem(
        _("This person has a later interview that was not called off."),
        _("Cancel it first; let it pass if it is to take place all the same."),
    ),
    P.LETTER_CHANGED: Problem(_("The template has a newer version."), _("Write the letter anew.")),
}
LEFT_OUT: dict[str, Text] = {
    "changed": _("decided otherwise meanwhile, or on hold"),
    "has_notice": _("have a letter already"),
    "no_letter": _("no letter is published for this outcome: write and publish it under Templates"),
    "no_pointer": _("no message “there is news” is published: publish it under Templates"),
}
REFUSED: dict[str, Text] = {
    NOT_WAITING: _("do not wait for approval any more"),
    CHANGED: _("decided otherwise meanwhile"),
    OWN: _("you wrote or decided yourself: somebody else approves them"),
    ALTERED: _("are not stored as they were submitted; report this as a defect"),
}
CAME_BACK: dict[str, Text] = {
    "name": _("The candidate's name has changed since it was submitted."),
    "contacts": _("The candidate has an address that nobody saw when it was submitted."),
    "letter": _("Its template has changed since it was submitted."),
    "release": _("Something spoke against it when it was to be released."),
    P.OVERTAKEN: _OVERTAKEN,
    "unreached": _("Its person's last address went out of use before anything of it had left."),
}


def held_back(code: str) -> Text:
    """Why a letter was not released: a reason to come back, or a problem."""
    return CAME_BACK[code] if code in CAME_BACK else problem(code).sentence


def problem(code: str, about: str = "") -> Problem:
    """`about` stands for what follows the colon, in words."""
    found = PROBLEMS.get(code.partition(":")[0], Problem(code))
    return Problem(str(found.sentence) % {"about": about or "—"}, found.remedy)
