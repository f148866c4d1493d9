"""Sends the code that proves who asks, on “My data” and before a letter, or says why none was sent."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.hiring.models import ContactPoint
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.content import NoTemplate
from yuemian.messaging.actions.step_up import TooManyCodes
from yuemian.portal import my_data
from yuemian.portal.door import Opened
from yuemian.portal.showing import chosen_language

NO_WAY = gettext_lazy(
    "We have no address to which we could send you a code. Please write to us, or call your contact."
)


class NotSent(Exception):  # noqa: N818
    """No code is on its way; `words` say why, in the language of the page."""

    def __init__(self, words: str, *, status: int = 409, seconds: int = 0) -> None:
        super().__init__(words)
        self.words, self.status, self.seconds = words, status, seconds


def send(request: HttpRequest, door: Opened, point: ContactPoint, purpose: str, browser: str) -> None:
    """Raises NotSent."""
    candidate = my_data.candidate_of(door)
    try:
        step_up.send_code(candidate, purpose, browser, to=point, locale=door.locale, now=door.now)
    except TooManyCodes as refusal:
        with translation.override(chosen_language(request, door)):
            raise _too_many(refusal.wait) from refusal
    except NoTemplate as refusal:
        with translation.override(chosen_language(request, door)):
            raise NotSent(str(NO_WAY)) from refusal


def _too_many(wait: timedelta) -> NotSent:
    minutes = int(wait.total_seconds() // 60) + 1
    words = _(
        "Too many codes were asked for. The next one can be sent in %(minutes)d minutes; "
        "a code that you have already received may still work."
    )
    return NotSent(words % {"minutes": minutes}, status=429, seconds=minutes * 60)
