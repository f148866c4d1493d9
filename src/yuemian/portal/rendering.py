"""Renders the candidate page: what is the same for all candidates is settled once, the rest goes through minijinja.

Two thirds of the tags on the page are constants: words, drawings, addresses. They are written out once per language, as
the templates load. What remains (`if`, `for`, `block`, variables without filters) means the same to Django and to
minijinja, which renders it in a twentieth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from django.template import TemplateDoesNotExist, engines
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from minijinja import Environment

from yuemian.domain.languages import LANGUAGES
from yuemian.ui.templatetags.ui import icon

_TEMPLATES = Path(__file__).parent / "templates"
_ARGUMENT = r"""(?:"[^"]*"|'[^']*'|\d+)"""
#: Says the same in every language …
_DRAWN = re.compile(rf"{{%\s(icon|static|url)((?:\s+{_ARGUMENT})+)\s%}}")
#: … and in each its own.
_SAID = re.compile(rf"{{%\stranslate\s+({_ARGUMENT})\s%}}")
_ONE = re.compile(_ARGUMENT)
_SPECIAL = re.compile("[&<>\"']").search
_NOTHING = SafeString("")


def render(name: str, contents: dict[str, Any], language: str) -> str:
    """`language` is the active one."""
    return str(_environment(language).render_template(name, **contents))


@cache
def _environment(language: str) -> Environment:
    """Values are escaped by Django's rule: once, and not what is already safe."""

    return Environment(loader=lambda name: _settled(name, language), finalizer=_escaped)


def _escaped(value: Any) -> SafeString:
    """Django's `conditional_escape`, without its detour for lazy words; most values have nothing to escape."""
    if type(value) is not str:
        if value is None:
            return _NOTHING
        if hasattr(value, "__html__"):
            return SafeString(value.__html__())
        value = str(value)
    return SafeString(escape(value) if _SPECIAL(value) else value)


@cache
def _settled(name: str, language: str) -> str:
    """As Django's own tags would write it, without a template built for each of them."""
    with translation.override(language):
        return _SAID.sub(_say, _drawn(name))


def _say(tag: re.Match[str]) -> str:
    # Django doubles what Python's formatting would take for a placeholder.
    return gettext(tag[1][1:-1].replace("%", "%%")).replace("%%", "%")


@cache
def _drawn(name: str) -> str:
    return _DRAWN.sub(_draw, _source(name))


def _draw(tag: re.Match[str]) -> str:
    arguments = [int(each) if each.isdigit() else each[1:-1] for each in _ONE.findall(tag[2])]
    return _DRAWERS[tag[1]](*arguments)


_DRAWERS: dict[str, Callable[..., str]] = {
    "icon": icon,
    "static": lambda path: escape(static(path)),
    "url": lambda name: escape(reverse(name)),
}


def _source(name: str) -> str:
    """Raises TemplateDoesNotExist."""
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        for origin in loader.get_template_sources(name):
            with suppress(TemplateDoesNotExist):
                return str(loader.get_contents(origin))
    raise TemplateDoesNotExist(name)


def warm_up() -> None:
    """Writes out every language's constants, for which the first candidate to read it would otherwise wait."""
    names = sorted(str(path.relative_to(_TEMPLATES)) for path in _TEMPLATES.rglob("*.html"))
    for language in LANGUAGES:
        for name in names:
            _settled(name, language)
