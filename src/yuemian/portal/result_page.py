"""The page of a result: a greeting that tells nothing, a code, and then the letter as it was approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.richtext import to_html
from yuemian.domain.survey import LONGEST_WORDS
from yuemian.interviews.actions.surveys import result_survey_standing
from yuemian.interviews.surveys.asking import policy_of
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.plan import RESULT_LINK
from yuemian.portal import my_data, page
from yuemian.portal.browser import browser_of
from yuemian.portal.door import Opened, opened
from yuemian.portal.onboarding_link import form_address
from yuemian.portal.rendering import render
from yuemian.portal.showing import chosen_language, keys, lost, sealed
from yuemian.results.actions.news import note_altered
from yuemian.results.notices.content import Altered, LetterText, checked_text
from yuemian.trust.vault import Unreadable

log = structlog.get_logger("yuemian.portal")
#: What a code may be asked for here.
RESULT: Final = "result"
_FIVES, _TENS = range(1, 6), range(11)
_FIGURES: Final = {"impression": _FIVES, "recommend": _TENS, "notice": _FIVES}


@dataclass(frozen=True)
class Opinion:
    """How it was told, as it was typed beside the letter; it stays in its form until it could be sent."""

    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: QueryDict) -> Opinion:
        """Within its bounds."""
        given = {name: form.get(name, "").strip() for name in _FIGURES}
        fields = {name: value for name, value in given.items() if value in map(str, _FIGURES[name])}
        if words := form.get("badly", "").strip()[:LONGEST_WORDS]:
            fields["badly"] = words
        return cls(fields)

    @property
    def is_complete(self) -> bool:
        """Without the two main figures there is nothing to send."""
        return "impression" in self.fields and "recommend" in self.fields

    def figure(self, name: str) -> int | None:
        return int(self.fields[name]) if name in self.fields else None

    @property
    def words(self) -> str:
        return self.fields.get("badly", "")


NOTHING_TYPED: Final = Opinion()


@public
@gzip_page
@require_safe
def result_page(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, and counts as no visit; only that a letter is not as approved is written down."""
    with opened(token, now=timezone.now(), purposes=(RESULT_LINK,)) as door:
        return lost() if door is None else shown(request, door)


def shown(
    request: HttpRequest,
    door: Opened,
    status: int = 200,
    *,
    typed: Opinion = NOTHING_TYPED,
    browser: str = "",
    retry_after: int = 0,
    **more: Any,
) -> HttpResponse:
    """The page, with what went wrong when something did as `problem`.

    `typed` stands in its form, and waits beside the code until that opens; `browser` is one that has no cookie yet.
    """
    code = chosen_language(request, door)
    with translation.override(code):
        own = _contents(door, browser or browser_of(request), code) | _typed(typed)
        whole = page.context(door.data, code, now=door.now) | keys(door) | own | more
        response = sealed(HttpResponse(render("portal/result.html", whole, code), status=status))
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def _contents(door: Opened, browser: str, locale: str) -> dict[str, Any]:
    candidate, vault = my_data.candidate_of(door), door.data.vault()
    standing = step_up.stand(candidate, RESULT, browser, now=door.now)
    contents: dict[str, Any] = {
        "part": "result",
        "is_open": standing.is_open,
        "step": my_data.said_of(standing, vault, candidate),
    }
    conversation = page.thread(door.data, vault, locale, now=door.now)
    if not standing.is_open:
        # What was asked as the code lapsed has arrived all the same; what was said stays closed.
        return contents | {"has_just_asked": conversation["has_just_asked"]}
    text = _letter(door)
    if text is None:
        return contents | {"is_altered": True}
    assert door.notice is not None
    return (
        contents
        | conversation
        | {
            "subject": text.subject,
            "letter": _html(text),
            "letter_language": door.notice.locale,
            "form_address": form_address(door),
            "typed_form": "ask",
            "survey": result_survey_standing(door.interview, candidate.pk),
            "minimum": policy_of(door.interview.organization_id).minimum,
            "fives": list(_FIVES),
            "tens": list(_TENS),
        }
    )


def _typed(opinion: Opinion) -> dict[str, Any]:
    return {
        "waiting": list(opinion.fields.items()),
        "typed": {name: opinion.figure(name) for name in _FIGURES} | {"badly": opinion.words},
    }


def _letter(door: Opened) -> LetterText | None:
    """Compared with its approval once more; None when it is not what was approved, which a person must look at."""
    assert door.notice is not None
    try:
        return checked_text(door.notice, door.data.vault())
    except (Altered, Unreadable) as problem:
        log.error("result_letter_refused", notice=str(door.notice.pk), reason=type(problem).__name__)
        if isinstance(problem, Altered):
            note_altered([door.notice], now=door.now)
        return None


def _html(text: LetterText) -> SafeString:
    return mark_safe(to_html(text.body))  # noqa: S308  (richtext escapes everything it does not make itself)
