"""The shipped template library, one folder a template and one file a language, and its way into an organization."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from yuemian.accounts.models import Organization
from yuemian.domain.languages import LANGUAGES
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions.library import Text, create_published, publish_shipped
from yuemian.messaging.models import Template

HEAD = "template.toml"
PIECES = "pieces"


@dataclass(frozen=True)
class ShippedTemplate:
    """One folder of the library: a template with its texts per channel and locale."""

    name: str
    purpose: Purpose
    round: str
    texts: Mapping[tuple[Channel, str], Text]
    #: Of a letter: the only outcome that it may tell.
    outcome: str = ""


@cache
def shipped_templates() -> tuple[ShippedTemplate, ...]:
    """The whole library, in the order of its names, with shared pieces put in their places."""
    folder = files("yuemian.messaging").joinpath("library")
    names = sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name != PIECES)
    return tuple(_read(folder, name) for name in names)


def install_defaults(organization: Organization, now: datetime) -> int:
    """Publish the shipped templates the organization lacks, by name. Returns how many were added."""
    return sum(_install(organization, shipped, now) for shipped in shipped_templates())


def install_new_purposes(organization: Organization, now: datetime) -> int:
    """After an upgrade: publish the shipped templates of purposes the organization has no template for at all."""
    had = set(Template.objects.filter(organization=organization).values_list("purpose", flat=True))
    return sum(
        _install(organization, shipped, now) for shipped in shipped_templates() if shipped.purpose not in had
    )


def refresh_unchanged(organization: Organization, now: datetime) -> int:
    """After an upgrade: what the library says now, where a template still says what the library said before.

    Whoever has ever published a version of their own, or is about to, keeps their words. Returns how many were renewed.
    """
    shipped = {each.name: each for each in shipped_templates()}
    templates = Template.objects.filter(organization=organization, is_archived=False, name__in=shipped)
    return sum(
        publish_shipped(template, shipped[template.name].texts, now=now)
        for template in templates
        if template.purpose == shipped[template.name].purpose
    )


def _install(organization: Organization, shipped: ShippedTemplate, now: datetime) -> bool:
    made = create_published(
        organization.pk,
        name=shipped.name,
        purpose=shipped.purpose,
        round_name=shipped.round,
        texts=shipped.texts,
        now=now,
        outcome=shipped.outcome,
    )
    return made is not None


def _read(folder: Traversable, name: str) -> ShippedTemplate:
    head = _toml(folder.joinpath(name, HEAD))
    found = {locale: _texts(folder, name, locale) for locale in LANGUAGES}
    if "like" in head:
        # What such a template does not say itself, it says as the other does.
        said = found
        found = {
            locale: {**_texts(folder, head["like"], locale), **own} for locale, own in said.items() if own
        }
    texts = {
        (channel, locale): text for locale, of_locale in found.items() for channel, text in of_locale.items()
    }
    return ShippedTemplate(
        head["name"], Purpose(head["purpose"]), head["round"], texts, head.get("outcome", "")
    )


def _texts(folder: Traversable, name: str, locale: str) -> dict[Channel, Text]:
    path = folder.joinpath(name, f"{locale}.toml")
    if not path.is_file():
        return {}
    pieces = _toml(folder.joinpath(PIECES, path.name))
    return {
        Channel(channel): Text(text["subject"], _assembled(text["body"], pieces))
        for channel, text in _toml(path).items()
    }


def _toml(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _assembled(body: str, pieces: Mapping[str, str]) -> str:
    lines = body.strip("\n").split("\n")
    return "\n".join(pieces[line[1:]].rstrip("\n") if line.startswith("@") else line for line in lines)
