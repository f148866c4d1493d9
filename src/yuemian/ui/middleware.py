"""The language of a request: what the person chose, else what the browser prefers, else Chinese."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers


class ChosenLanguage:
    """Cookie, then Accept-Language, then `LANGUAGE_CODE`; the answer says which in Content-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
        vary_by_language(response)
        return response


def vary_by_language(response: HttpResponse) -> None:
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
