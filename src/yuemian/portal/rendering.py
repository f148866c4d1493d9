"""Renders the portal's templates with everything that is the same for all candidates settled when they load.

Two thirds of the tags on the candidate page are constants: words, drawings, addresses. Each language has an engine
of its own whose loader writes them out once, so that a page renders only what differs between two candidates.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.template.loaders.app_directories import Loader as AppDirectories
from django.utils import translation

_CONSTANT = re.compile(r"""{%\s(?:translate|icon|static|url)(?:\s+(?:"[^"]*"|'[^']*'|\d+))+\s%}""")
_INCLUDE = re.compile(r"""{% include ["']([^"']+)["'] %}""")


class Settled(AppDirectories):
    """Includes become part of the template that includes them, constant tags become their text."""

    def get_contents(self, origin: Any) -> str:
        source = _INCLUDE.sub(self._included, super().get_contents(origin))
        return _CONSTANT.sub(self._constant, source)

    def _included(self, match: re.Match[str]) -> str:
        for origin in self.get_template_sources(match[1]):
            with suppress(TemplateDoesNotExist):
                return self.get_contents(origin).rstrip("\n")
        raise TemplateDoesNotExist(match[1])

    def _constant(self, match: re.Match[str]) -> str:
        return str(Template(match[0], engine=self.engine).render(Context()))


def render(name: str, contents: dict[str, Any], language: str) -> str:
    """`language` is the active one."""
    return str(_template(name, language).render(Context(contents)))


@cache
def _template(name: str, language: str) -> Template:
    with translation.override(language):
        return _engine(language).get_template(name)


@cache
def _engine(language: str) -> Engine:  # noqa: ARG001  (one for each)
    own = ("django.template.loaders.cached.Loader", ["yuemian.portal.rendering.Settled"])
    return Engine(builtins=settings.TEMPLATES[0]["OPTIONS"]["builtins"], loaders=[own])
