"""What every page's frame needs: language, theme, navigation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "system")


@dataclass(frozen=True)
class NavigationEntry:
    path: str
    label: str | Promise
    icon: str
    roles: frozenset[str]
    #: Other pages that belong to it.
    holds: tuple[str, ...] = ()

    def is_for(self, role: str) -> bool:
        return not role or role in self.roles


#: Auditors see no candidates.
_HIRING = frozenset({"administrator", "recruiter", "hiring_lead", "interviewer"})
_HR = frozenset({"administrator", "recruiter", "hiring_lead"})

_SENDING = frozenset({"administrator", "recruiter"})

NAVIGATION = (
    NavigationEntry("/today", word("page", "Today"), "calendar-check", _HIRING),
    NavigationEntry(
        "/interviews",
        _("Interviews"),
        "calendar",
        _HIRING,
        holds=("/send", "/batches", "/candidates", "/jobs", "/surveys", "/slots", "/onboarding"),
    ),
    NavigationEntry("/results", word("page", "Results"), "check-circle", _HR),
    NavigationEntry("/inbox", _("Inbox"), "message", _HR),
    NavigationEntry("/asked", word("navigation", "Questions"), "message", frozenset({"interviewer"})),
    NavigationEntry("/deliveries", _("Attention"), "alert", _SENDING),
    NavigationEntry("/imports", _("Imports"), "upload", _SENDING),
    NavigationEntry("/templates", _("Templates"), "file", _HR, holds=("/blocks", "/plans")),
    NavigationEntry("/lab", _("Phone lab"), "phone", _HR),
    NavigationEntry("/privacy", word("page", "Privacy"), "eye", frozenset({"privacy_officer"})),
    NavigationEntry(
        "/settings",
        _("Settings"),
        "settings",
        frozenset({"administrator", "recruiter", "privacy_officer", "auditor"}),
    ),
)


#: Path of an entry → the dotted name of what counts the things that wait there for a user.
COUNTERS: dict[str, str] = {}


def register_counter(path: str, count: str) -> None:
    """Called from an app's `ready()`: the dotted name of `count(user) -> int`, which may stop at a hundred.

    Every page that shows the navigation asks it, and `path`/attention; the name is resolved then, not before.
    """
    COUNTERS[path] = count


def waiting_at(path: str, request: HttpRequest) -> str:
    """The figure beside an entry of the navigation: empty when nothing waits, `99+` when much does."""
    user = getattr(request, "user", None)
    number = 0
    if path in COUNTERS and callable(getattr(user, "may", None)):
        number = import_string(COUNTERS[path])(user)
    return "99+" if number > 99 else str(number or "")


def chosen_theme(request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "system"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame.language`, `.languages`, `.direction`, `.theme`, `.navigation`, `.here`."""
    code = get_language() or settings.LANGUAGE_CODE
    return {
        "frame": {
            "language": code,
            "direction": "rtl" if get_language_info(code)["bidi"] else "ltr",
            "languages": [
                {"code": each, "name": name, "current": each == code}
                for each, name in settings.CONSOLE_LANGUAGES
            ],
            "theme": chosen_theme(request),
            "navigation": list(_navigation(request)),
            "rendered_at": int(time.time() * 1000),
            "here": request.get_full_path() if request.method == "GET" else "/",
        }
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    role = str(getattr(getattr(request, "user", None), "role", "") or "")
    return [
        {
            "path": entry.path,
            "label": entry.label,
            "icon": entry.icon,
            "is_counted": entry.path in COUNTERS,
            "current": any(_is_under(request.path, path) for path in (entry.path, *entry.holds)),
        }
        for entry in NAVIGATION
        if entry.is_for(role)
    ]


def _is_under(path: str, section: str) -> bool:
    return path == section or path.startswith(f"{section}/")
