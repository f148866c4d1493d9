"""The deeds of the page itself: answer, and ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from yuemian.domain.states import Answer
from yuemian.interviews.actions.respond import LONGEST_NOTE
from yuemian.messaging.actions.conversation import LONGEST
from yuemian.portal import page
from yuemian.portal.actions import ANSWERS, QUESTION, REASON, send_answer, send_question
from yuemian.portal.deeds import Asked, Deed, Manner, Summary
from yuemian.portal.door import Opened
from yuemian.portal.views import show


def _read_answer(door: Opened, form: QueryDict) -> Asked | None:
    if door.standing not in {"open", "old_revision"}:
        return None
    if form.get("answer") == Answer.ACCEPTED and not door.interview.is_settled:
        return None  # to which time?
    answer, note = form.get("answer", ""), form.get("note", "").strip()[:LONGEST_NOTE]
    return Asked(answer, {"answer": answer, "note": note})


def _summarize_answer(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("You are about to answer:"),
        button=_("Yes, send my answer"),
        words=str(page.ANSWER_WORDS[asked.action]),
        quote=asked.fields["note"],
    )


def _answer(door: Opened, asked: Asked, manner: Manner) -> None:
    send_answer(door, Answer(asked.action), asked.fields["note"], was_confirmed=manner.was_confirmed)


def _read_question(door: Opened, form: QueryDict) -> Asked | None:  # noqa: ARG001
    text = form.get("text", "").strip()[:LONGEST]
    return Asked(QUESTION, {"text": text}, is_about_the_facts=False) if text else None


def _summarize_question(door: Opened, asked: Asked) -> Summary:  # noqa: ARG001
    return Summary(
        title=_("Send this question?"),
        button=_("Yes, send my question"),
        quote=asked.fields["text"],
        is_about_the_facts=False,
    )


def _ask(door: Opened, asked: Asked, manner: Manner) -> None:
    send_question(door, asked.fields["text"], manner.nonce)


def _ask_again(request: HttpRequest, door: Opened) -> HttpResponse | str:
    """With a reason in one's own words, which stands in the same form."""
    limits = {"text": LONGEST, "words": LONGEST_NOTE}
    kept = {name: request.POST.get(name, "").strip()[:longest] for name, longest in limits.items()}
    return show(request, door, kept=kept) if any(kept.values()) else ""


ANSWERING = Deed(
    name="answer",
    actions=frozenset(str(answer) for answer in ANSWERS),
    part="#answer",
    read=_read_answer,
    summarize=_summarize_answer,
    carry_out=_answer,
)
ASKING = Deed(
    name="ask",
    actions=frozenset({QUESTION}),
    part="#questions",
    read=_read_question,
    summarize=_summarize_question,
    carry_out=_ask,
    follows=frozenset({REASON}),
    again=_ask_again,
)
