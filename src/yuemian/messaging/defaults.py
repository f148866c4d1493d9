"""The shipped template library, read from `library/*.toml`, and its installation into an organization."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from yuemian.accounts.models import Locale, Organization
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions.library import Text, create_published
from yuemian.messaging.models import Template

PIECES = "pieces.toml"


@dataclass(frozen=True)
class ShippedTemplate:
    """One file of the library: a template with its texts per channel and locale."""

    name: str
    purpose: Purpose
    round: str
    texts: Mapping[tuple[Channel, str], Text]


@cache
def shipped_templates() -> tuple[ShippedTemplate, ...]:
    """The whole library, in the order of its file names, with shared pieces put in their places."""
    folder = files("yuemian.messaging").joinpath("library")
    pieces = tomllib.loads(folder.joinpath(PIECES).read_text("utf-8"))
    names = sorted(
        each.name for each in folder.iterdir() if each.name.endswith(".toml") and each.name != PIECES
    )
    return tuple(_read(tomllib.loads(folder.joinpath(name).read_text("utf-8")), pieces) for name in names)


def install_defaults(organization: Organization, now: datetime) -> int:
    """Publish the shipped templates the organization lacks, by name. Returns how many were added."""
    return sum(_install(organization, shipped, now) for shipped in shipped_templates())


def install_new_purposes(organization: Organization, now: datetime) -> int:
    """After an upgrade: publish the shipped templates of purposes the organization has no template for at all."""
    had = set(Template.objects.filter(organization=organization).values_list("purpose", flat=True))
    return sum(
        _install(organization, shipped, now) for shipped in shipped_templates() if shipped.purpose not in had
    )


def _install(organization: Organization, shipped: ShippedTemplate, now: datetime) -> bool:
    made = create_published(
        organization.pk,
        name=shipped.name,
        purpose=shipped.purpose,
        round_name=shipped.round,
        texts=shipped.texts,
        now=now,
    )
    return made is not None


def _read(data: Mapping[str, Any], pieces: Mapping[str, Any]) -> ShippedTemplate:
    texts = {
        (Channel(channel), str(locale)): Text(text["subject"], _assembled(text["body"], pieces[locale]))
        for locale in Locale.values
        for channel, text in data[locale].items()
    }
    return ShippedTemplate(data["name"], Purpose(data["purpose"]), data["round"], texts)


def _assembled(body: str, pieces: Mapping[str, str]) -> str:
    lines = body.strip("\n").split("\n")
    return "\n".join(pieces[line[1:]].rstrip("\n") if line.startswith("@") else line for line in lines)
