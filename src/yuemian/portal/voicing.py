"""The deeds beside the answer: why one does not come, and what one needs there."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.reasons import OTHER, NeedKind, Onward
from yuemian.domain.states import Answer
from yuemian.interviews.actions.needs import Needed, say_needs
from yuemian.interviews.actions.reasons import give_reason
from yuemian.interviews.actions.respond import LONGEST_NOTE
from yuemian.interviews.reasons.wording import NEEDS as NEED_WORDS
from yuemian.interviews.reasons.wording import offered
from yuemian.portal import subpages
from yuemian.portal.actions import ANSWERS, NEEDS, REASON
from yuemian.portal.beside import offered_for
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.needs_page import FIELD, needs_contents
from yuemian.portal.showing import show_subpage

#: Behind an old link, too: what is said here belongs to the answer that stands, whichever link gave it.
_STANDS = frozenset({"open", "old_revision"})


def _read_reason(door: Opened, form: QueryDict) -> Asked | None:
    code, words = form.get("reason", ""), form.get("words", "").strip()[:LONGEST_NOTE]
    known = {option.code for option in offered_for(door.data)}
    if door.standing not in _STANDS or code not in known or (code == OTHER and not words):
        return None
    return Asked(REASON, {"reason": code, "words": words}, is_about_the_facts=False)


def _summarize_reason(door: Opened, asked: Asked) -> Summary:
    option = next(each for each in offered_for(door.data) if each.code == asked.fields["reason"])
    return Summary(
        title=_("You are about to give this reason:"),
        button=_("Yes, send the reason"),
        words=offered(option, door.locale),
        quote=asked.fields["words"],
        is_about_the_facts=False,
    )


def _give_reason(door: Opened, asked: Asked, manner: Manner) -> str:  # noqa: ARG001
    onward = give_reason(door.link, asked.fields["reason"], asked.fields["words"], now=door.now)
    if onward == Onward.TIMES and "times" in subpages.SUBPAGES:
        return "/times"
    return "#questions" if onward == Onward.QUESTION else "#answer"


def _read_needs(door: Opened, form: QueryDict) -> Asked | None:
    if door.standing not in _STANDS:
        return None
    fields = {FIELD + kind: "1" for kind in NeedKind if form.get(FIELD + kind)}
    if words := form.get("words", "").strip()[:LONGEST_NOTE]:
        fields["words"] = words
    if form.get("nothing"):
        fields = {"nothing": "1"}
    return Asked(NEEDS, fields, is_about_the_facts=False) if fields else None


def _need_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    form = request.POST
    kinds = [kind for kind in NeedKind if form.get(FIELD + kind)]
    typed = Needed(kinds, form.get("words", "").strip()[:LONGEST_NOTE])
    return show_subpage(request, door, "portal/needs.html", partial(needs_contents, typed=typed))


def _summarize_needs(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    kinds = [str(NEED_WORDS[kind]) for kind in NeedKind if FIELD + kind in asked.fields]
    nothing = "nothing" in asked.fields
    return Summary(
        title=_("You are about to tell us:"),
        button=_("Yes, send it"),
        words=_("I need nothing in particular") if nothing else _(", ").join(kinds),
        quote=asked.fields.get("words", ""),
        is_about_the_facts=False,
    )


def _say_needs(door: Opened, asked: Asked, manner: Manner) -> None:  # noqa: ARG001
    kinds = [kind for kind in NeedKind if FIELD + kind in asked.fields]
    say_needs(door.link, Needed(kinds, asked.fields.get("words", "")), now=door.now)


_AFTER_ANSWERS = frozenset(str(answer) for answer in ANSWERS)
REASONING = Deed(
    name=REASON,
    actions=frozenset({REASON}),
    part="#answer",
    read=_read_reason,
    summarize=_summarize_reason,
    carry_out=_give_reason,
    follows=_AFTER_ANSWERS - {str(Answer.ACCEPTED)},
)
NEEDING = Deed(
    name="need",
    actions=frozenset({NEEDS}),
    part="/needs",
    read=_read_needs,
    summarize=_summarize_needs,
    carry_out=_say_needs,
    follows=_AFTER_ANSWERS,
    again=_need_again,
)
