"""Every address is closed unless it is listed here, and says how it may be called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import Cast, sign_in_client

#: Addresses that need no sign-in, and why.
PUBLIC = {
    "sign-in": "the way in",
    "choose_language": "sets a cookie",
    "choose_theme": "sets a cookie",
    "healthz": "says that the process runs",
    "readyz": "says whether it can serve",
    "metrics": "asks for a token of its own, or for loopback",
    "calendar-feed": "an interviewer's subscription: a secret in the address, stored hashed, GET alone",
    "verify": "whether a notice is genuine: asks for its code",
    "scorecard-link": "an interviewer's scorecard: a secret in the address, stored hashed, bound to one browser",
    "hook": "gateways' callbacks: a secret in the address, a signature, POST alone",
}
#: The candidate's pages are opened by a token instead.
BY_TOKEN = ("portal-", "candidate", "logo")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def is_public(view: Any) -> bool:
    return bool(getattr(view, "is_public", False))


def test_exactly_the_listed_views_are_public() -> None:
    found = {pattern.name or path for path, pattern in routes() if is_public(pattern.callback)}
    by_token = {name for name in found if name.startswith(BY_TOKEN)}
    assert found - by_token == {name for name in PUBLIC if name != "home"} & found
    assert found - by_token <= PUBLIC.keys()


def test_every_address_has_a_name_of_its_own() -> None:
    names = [pattern.name for _, pattern in routes()]
    assert None not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "path", [p for p, pattern in routes() if "<" not in p and not is_public(pattern.callback)]
)
def test_a_visitor_is_sent_to_sign_in(db: None, path: str) -> None:
    answer = Client().get(f"/{path}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_an_auditor_opens_nothing_with_candidates(cast: Cast) -> None:
    client = sign_in_client(cast.auditor)
    opened = [
        path
        for path, pattern in routes()
        if "<" not in path and not is_public(pattern.callback) and client.get(f"/{path}").status_code == 200
    ]
    assert set(opened) <= {"settings", "settings/account", "settings/audit", "ui/gallery"}
