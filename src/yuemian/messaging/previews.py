"""The port to the rooms above for previews: real people whose facts a template can be tried with.

Messaging knows no interview. The room that owns the subjects names a source with `subjects.register_previews`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from yuemian.accounts.models import User
from yuemian.domain.placeholder import samples
from yuemian.domain.round_name import round_in
from yuemian.domain.states import Purpose
from yuemian.messaging.models import Template
from yuemian.messaging.subjects import PREVIEW_SOURCES


@dataclass(frozen=True)
class Person:
    """Somebody a template can be previewed with: the subject's id and a label that tells people apart."""

    id: UUID
    label: str


@dataclass(frozen=True)
class PreviewSource:
    """`people(user, name)` finds a handful, the soonest first; `context(user, id, locale)` is None when unknown."""

    people: Callable[[User, str], Sequence[Person]]
    context: Callable[[User, UUID, str], Mapping[str, Any] | None]


def _sources() -> list[PreviewSource]:
    return [import_string(name) for name in PREVIEW_SOURCES]


def people(user: User, name: str = "") -> list[Person]:
    return [person for source in _sources() for person in source.people(user, name)]


def preview_context(user: User, template: Template, locale: str, person: UUID | None) -> dict[str, Any]:
    """What the template would be rendered with: an invented person, or a real one's facts.

    What only arises when something is sent (the link, a question, the old time) stays invented for both.
    """
    context: dict[str, Any] = {
        **samples(locale, Purpose(template.purpose)),
        "organization_name": user.organization.name_in(locale),
        "contact_name": user.name,
        "contact_email": user.email,
        "contact_phone": user.phone,
        "answer_link": f"{settings.PUBLIC_URL}/c/{'x' * 12}",
    }
    if template.round:
        context["round_name"] = round_in(template.round, locale)
    if person is not None:
        for source in _sources():
            facts = source.context(user, person, locale)
            if facts is not None:
                return context | dict(facts)
    return context
