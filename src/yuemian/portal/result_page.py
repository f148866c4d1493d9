"""The page of a result: a greeting that tells nothing, a code, and then the letter as it was approved."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.domain.richtext import to_html
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


@public
@gzip_page
@require_safe
def result_page(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, and counts as no visit; only that a letter is not as approved is written down."""
    with opened(token, now=timezone.now(), purposes=(RESULT_LINK,)) as door:
        return lost() if door is None else shown(request, door)


def shown(
    request: HttpRequest, door: Opened, status: int = 200, *, retry_after: int = 0, **more: Any
) -> HttpResponse:
    """The page, with what went wrong when something did as `problem`."""
    code = chosen_language(request, door)
    with translation.override(code):
        own = _contents(door, browser_of(request), code)
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
    if not standing.is_open:
        return contents
    text = _letter(door)
    if text is None:
        return contents | {"is_altered": True}
    assert door.notice is not None
    return (
        contents
        | page.thread(door.data, vault, locale, now=door.now)
        | {
            "subject": text.subject,
            "letter": _html(text),
            "letter_language": door.notice.locale,
            "form_address": form_address(door),
            "survey": result_survey_standing(door.interview, candidate.pk),
            "minimum": policy_of(door.interview.organization_id).minimum,
            "fives": list(range(1, 6)),
            "tens": list(range(11)),
        }
    )


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
