"""The language of a request: what the person chose, else what the browser prefers, else Chinese."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from yuemian.domain.languages import LANGUAGES

#: Pages for candidates speak more languages than the console; what stands in its cookie is not theirs.
_FOR_CANDIDATES = ("/c/", "/verify", "/arrive/")
#: What was chosen on a page that no link leads to.
READER_COOKIE = "reader"
_TAIWAN = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")


class ChosenLanguage:
    """Cookie, then Accept-Language, then `LANGUAGE_CODE`; the answer says which in Content-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
        vary_by_language(response)
        return response


def chosen_language(request: HttpRequest) -> str:
    """One of the console's languages, never another; on a candidate's page any that there is."""
    if request.path.startswith(_FOR_CANDIDATES):
        known, cookie = LANGUAGES, READER_COOKIE
    else:
        known, cookie = dict(settings.CONSOLE_LANGUAGES), settings.LANGUAGE_COOKIE_NAME
    chosen = request.COOKIES.get(cookie, "")
    return chosen if chosen in known else preferred_language(request, known)


def preferred_language(request: HttpRequest, known: Collection[str]) -> str:
    """The first of the browser's languages that is known, or whose variety is: `pt` and `pt-pt` read `pt-br`."""
    for code, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        found = _known(code, known)
        if found:
            return found
    return settings.LANGUAGE_CODE


def _known(code: str, known: Collection[str]) -> str | None:
    if code in known:
        return code
    if code.startswith("zh"):
        wanted = "zh-hant" if code.startswith(_TAIWAN) else "zh-hans"
        return wanted if wanted in known else "zh-hans"
    language = code.partition("-")[0]
    return next((each for each in known if each.partition("-")[0] == language), None)


def vary_by_language(response: HttpResponse) -> None:
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
