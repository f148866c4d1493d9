"""What a candidate may do on their pages. Each deed is a form: one press for a person, two for what may be a machine.

A deed reads its form, says in words what would happen, and does it. Everything about who pressed stands here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import translation

from yuemian.domain.person_or_machine import read_report
from yuemian.interviews.actions.respond import Refused
from yuemian.messaging.actions.plan import ANSWER_LINK
from yuemian.portal import page
from yuemian.portal.actions import is_confirmed, is_surely_a_person, summary_nonce
from yuemian.portal.door import Opened
from yuemian.portal.rendering import render
from yuemian.portal.showing import (
    Beforehand,
    agent_of,
    back,
    chosen_language,
    in_language,
    keys,
    nobody_asked,
    posted,
    sealed,
)


@dataclass(frozen=True)
class Asked:
    """What one press asks for. `fields` are bounded, and travel through the summary unchanged."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    #: A press that fits only what the page shows now: on an old link it is always confirmed.
    is_about_the_facts: bool = True


@dataclass(eq=False)
class NotSaid(Exception):  # noqa: N818
    """The form cannot be read; `part` is where the page says what is wrong with it."""

    part: str


@dataclass(eq=False)
class Mistyped(Exception):  # noqa: N818
    """What a person can mend where they typed it: `shown` is the page with everything that was typed, and what is
    wrong with it."""

    shown: Callable[[HttpRequest, Opened], HttpResponse]


@dataclass(frozen=True)
class Summary:
    """“You are about to …”: `words` stand out, `quote` is what the candidate wrote."""

    title: str
    button: str
    words: str = ""
    quote: str = ""
    is_about_the_facts: bool = True


@dataclass(frozen=True)
class Manner:
    """How it was pressed: `nonce` is the page's own, of which one deed comes at most."""

    was_confirmed: bool
    nonce: str
    request: HttpRequest


@dataclass(frozen=True)
class Deed:
    """One form. `read` answers None for what makes no sense here, and the page is shown again; what a person can mend
    it refuses with NotSaid, or with Mistyped where something was typed that would be lost.

    `carry_out` raises Refused when the facts changed between reading and pressing; it may answer with the part of the
    page to go back to, else that is `part`, or with a whole answer of its own.
    """

    name: str
    actions: frozenset[str]
    part: str
    read: Callable[[Opened, QueryDict], Asked | None]
    summarize: Callable[[Opened, Asked], Summary]
    carry_out: Callable[[Opened, Asked, Manner], HttpResponse | str | None]
    #: Actions after which this one is natural: pressed soon after these it is no machine's that tries every button.
    follows: frozenset[str] = frozenset()
    beforehand: Beforehand = nobody_asked

    #: Which links may do it.
    purpose: str = ANSWER_LINK
    #: Where on the page its form stands, `#correct`: a page answered to the press opens there.
    anchor: str = ""
    #: Of a form for words, when another language is pressed and no script keeps them: its page with what was typed, or
    #: the part to go back to where that is nothing.
    again: Callable[[HttpRequest, Opened], HttpResponse | str] | None = None

    @property
    def address(self) -> str:
        return f"candidate-{self.name}"

    def view(self) -> Callable[[HttpRequest], HttpResponse]:
        return posted(self._handle, (self.purpose,), self.beforehand)

    def _handle(self, request: HttpRequest, door: Opened) -> HttpResponse:
        if self.again is not None and "language" in request.POST:
            return in_language(request, door, self._show_again)
        try:
            asked = self.read(door, request.POST)
        except NotSaid as problem:
            return back(door, problem.part)
        except Mistyped as problem:
            return problem.shown(request, door)
        if asked is None or asked.action not in self.actions:
            return back(door, self.part)
        given = request.POST.get("confirm", "")
        was_confirmed = is_confirmed(door, asked.action, given)
        if not was_confirmed:
            if not self._is_person(request, door, asked):
                return self._ask_once_more(request, door, asked)
            given = request.POST.get("nonce", "")
        done: HttpResponse | str | None = None
        with suppress(Refused):  # the page says what holds now
            done = self.carry_out(door, asked, Manner(was_confirmed, given, request))
        return done if isinstance(done, HttpResponse) else back(door, done or self.part)

    def _show_again(self, request: HttpRequest, door: Opened) -> HttpResponse:
        """Nothing is decided."""
        assert self.again is not None
        shown = self.again(request, door)
        return shown if isinstance(shown, HttpResponse) else back(door, shown)

    def _is_person(self, request: HttpRequest, door: Opened, asked: Asked) -> bool:
        # An old link never takes the new time for granted: what it shows must be confirmed.
        is_current = not asked.is_about_the_facts or door.standing != "old_revision"
        is_person = is_surely_a_person(
            door,
            asked.action,
            request.POST.get("nonce", ""),
            agent=agent_of(request),
            report=read_report(request.POST.get("report", "")),
            follows=self.follows,
        )
        return is_person and is_current

    def _ask_once_more(self, request: HttpRequest, door: Opened, asked: Asked) -> HttpResponse:
        """Shown instead of counting, until a second press says so."""
        code = chosen_language(request, door)
        with translation.override(code):
            summary = self.summarize(door, asked)
            is_old = summary.is_about_the_facts and door.standing == "old_revision"
            contents = page.context(door.data, code, now=door.now) | keys(door)
            contents |= {
                "summary": summary,
                "action_address": reverse(self.address) + self.anchor,
                "fields": list(asked.fields.items()),
                "back_address": contents["page_address"] + (self.part if self.part.startswith("/") else ""),
                "confirm": summary_nonce(door, asked.action),
                "old_when": page.old_start(door.data, door.link, code) if is_old else None,
            }
            return sealed(HttpResponse(render("portal/summary.html", contents, code)))
