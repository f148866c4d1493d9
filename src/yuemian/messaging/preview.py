"""A template's text as a person would read it, with what comes from the interview marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from yuemian.domain.placeholder import PLACEHOLDERS, Kind
from yuemian.domain.richtext import to_html
from yuemian.domain.segments import Segments, count_segments
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import RenderProblem, TemplateProblem, compile_template, render
from yuemian.domain.template_language import Problem
from yuemian.messaging.actions.library import Text
from yuemian.messaging.wording import explain

#: Around a fact inside the rendered text; private characters that escaping leaves alone.
OPEN, CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Mistake:
    """A problem as the editor shows it."""

    field: str
    line: int
    sentence: str
    name: str = ""
    near: Sequence[str] = ()


@dataclass(frozen=True)
class Preview:
    """Either mistakes, or the subject and text as safe HTML, and for a text message its length."""

    subject: SafeString = mark_safe("")  # noqa: RUF009
    body: SafeString = mark_safe("")  # noqa: RUF009
    mistakes: Sequence[Mistake] = ()
    segments: Segments | None = None


def preview(text: Text, purpose: str, channel: Channel, context: Mapping[str, Any]) -> Preview:
    """Compile and render; never raises for what a person may have typed."""
    subject, body = (_without_marks(each) for each in (text.subject, text.body))
    try:
        compiled = compile_template(subject, body, Purpose(purpose))
        plain = render(compiled, context)
        # A comparison such as `round_name == "…"` must see the bare value.
        is_compared = "==" in body or "!=" in body
        shown = plain if is_compared else render(compiled, marked(context))
    except TemplateProblem as wrong:
        return Preview(mistakes=[mistake(each) for each in wrong.problems])
    except RenderProblem as wrong:
        return Preview(mistakes=[_cannot_render(wrong)])
    html = to_html(shown.text) if channel == Channel.EMAIL else escape(shown.text).replace("\n", "<br>")
    return Preview(
        subject=with_marks(escape(shown.subject)),
        body=with_marks(html),
        segments=count_segments(plain.text) if channel == Channel.SMS else None,
    )


def mistake(problem: Problem) -> Mistake:
    return Mistake(problem.field, problem.line, explain(problem), problem.name, problem.near)


def _cannot_render(wrong: RenderProblem) -> Mistake:
    if not wrong.name:
        return Mistake("body", 1, str(wrong))
    sentence = _(
        "“%(name)s” has no value for this person. Fill it in, or write {%% if %(name)s %%} around it."
    )
    return Mistake("body", 1, sentence % {"name": wrong.name}, wrong.name)


def marked(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _mark(name, value) for name, value in context.items()}


def _mark(name: str, value: Any) -> Any:
    kind = PLACEHOLDERS[name].kind if name in PLACEHOLDERS else Kind.FLAG
    if kind in {Kind.NAME, Kind.TEXT} and isinstance(value, str):
        return "\n".join(f"{OPEN}{line}{CLOSE}" if line.strip() else line for line in value.split("\n"))
    if kind is Kind.LIST and isinstance(value, list):
        return [f"{OPEN}{line}{CLOSE}" for line in value]
    return value


def _without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def with_marks(html: str) -> SafeString:
    marked = html.replace(OPEN, '<mark class="fact">').replace(CLOSE, "</mark>")
    return mark_safe(marked)  # noqa: S308  (escaped above; the marks are ours)
