"""Renders the candidate page: what is the same for all candidates is settled once, the rest goes through minijinja.

Two thirds of the tags on the page are constants: words, drawings, addresses. They are written out once per language, as
the templates load. What remains (`if`, `for`, `block`, variables without filters) means the same to Django and to
minijinja, which renders it in a twentieth of the time.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from django.template import Context, engines
from django.utils import translation
from django.utils.safestring import SafeString
from minijinja import Environment

_CONSTANT = re.compile(r"""{%\s(?:translate|icon|static|url)(?:\s+(?:"[^"]*"|'[^']*'|\d+))+\s%}""")


def render(name: str, contents: dict[str, Any], language: str) -> str:
    """`language` is the active one."""
    return str(_environment(language).render_template(name, **contents))


@cache
def _environment(language: str) -> Environment:
    """Values are escaped by Django's rule: once, and not what is already safe."""

    def load(name: str) -> str:
        with translation.override(language):
            return _settled(name)

    return Environment(loader=load, finalizer=_escaped)


def _escaped(value: Any) -> SafeString:
    """Django's `conditional_escape`, without its detour for lazy words."""
    if value is None:
        return SafeString("")
    return SafeString(value.__html__() if hasattr(value, "__html__") else escape(str(value)))


def _settled(name: str) -> str:
    engine = engines["django"].engine  # type: ignore[attr-defined]
    source = engine.get_template(name).source
    return _CONSTANT.sub(lambda match: engine.from_string(match[0]).render(Context()), source)
