"""Renders the candidate page: what is the same for all candidates is settled once, the rest goes through minijinja.

Two thirds of the tags on the page are constants: words, drawings, addresses. They are written out once per language, as
the templates load. What remains (`if`, `for`, `block`, variables without filters) means the same to Django and to
minijinja, which renders it in a twentieth of the time.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from django.template import Context, engines
from django.utils import translation
from django.utils.safestring import SafeString
from minijinja import Environment

from yuemian.domain.languages import LANGUAGES

_TEMPLATES = Path(__file__).parent / "templates"
_CONSTANT = re.compile(r"""{%\s(?:translate|icon|static|url)(?:\s+(?:"[^"]*"|'[^']*'|\d+))+\s%}""")


def render(name: str, contents: dict[str, Any], language: str) -> str:
    """`language` is the active one."""
    return str(_environment(language).render_template(name, **contents))


@cache
def _environment(language: str) -> Environment:
    """Values are escaped by Django's rule: once, and not what is already safe."""

    return Environment(loader=lambda name: _settled(name, language), finalizer=_escaped)


def _escaped(value: Any) -> SafeString:
    """Django's `conditional_escape`, without its detour for lazy words."""
    if value is None:
        return SafeString("")
    return SafeString(value.__html__() if hasattr(value, "__html__") else escape(str(value)))


@cache
def _settled(name: str, language: str) -> str:
    engine = engines["django"].engine  # type: ignore[attr-defined]
    source = engine.get_template(name).source
    with translation.override(language):
        return _CONSTANT.sub(lambda match: engine.from_string(match[0]).render(Context()), source)


def warm_up() -> None:
    """Writes out every language's constants, for which the first candidate to read it would otherwise wait."""
    names = sorted(str(path.relative_to(_TEMPLATES)) for path in _TEMPLATES.rglob("*.html"))
    for language in LANGUAGES:
        for name in names:
            _settled(name, language)
