"""What the shipped library says beside an organization's own words, and where it was written anew since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yuemian.messaging import shelf
from yuemian.messaging.actions.library import Place, Text, texts_in
from yuemian.messaging.defaults import ShippedTemplate, shipped_templates
from yuemian.messaging.models import Template, TemplateVersion

_NOTHING = Text("", "")


@dataclass(frozen=True)
class Comparison:
    """One text that reads otherwise: from the organization's to the shipped one."""

    place: Place
    difference: shelf.VariantDiff
    #: The shipped one is another than when theirs was made of it.
    is_newer: bool

    @property
    def key(self) -> str:
        return f"{self.place[0]}/{self.place[1]}"


def shipped_for(template: Template) -> ShippedTemplate | None:
    """By name; one that was renamed by what it is for, where only one is for that."""
    alike = [
        each
        for each in shipped_templates()
        if (each.purpose, each.outcome) == (template.purpose, template.outcome)
    ]
    named = [each for each in alike if each.name == template.name]
    fitting = named or [each for each in alike if each.round == template.round]
    return fitting[0] if len(fitting) == 1 else None


def comparisons(template: Template, versions: Sequence[TemplateVersion]) -> list[Comparison]:
    """Of its versions, the newest first: every text that differs from the shipped one, those changed since first."""
    found = [
        Comparison(each.place, difference, each.is_newer)
        for each in _otherwise(template, versions)
        for difference in shelf.differences(
            {each.place: each.mine}, {each.place: each.theirs}, template.purpose
        )
    ]
    return sorted(found, key=lambda each: not each.is_newer)


def has_newer(template: Template, versions: Sequence[TemplateVersion]) -> bool:
    """Whether one of its texts was written anew in the library since it came from there."""
    return any(each.is_newer for each in _otherwise(template, versions))


class _Pair(NamedTuple):
    place: Place
    mine: Text
    theirs: Text
    is_newer: bool


def _otherwise(template: Template, versions: Sequence[TemplateVersion]) -> Iterator[_Pair]:
    shipped = shipped_for(template)
    if shipped is None or not versions:
        return
    ours, came = texts_in(versions[0]), _as_it_came(versions)
    for place in shelf.places(template.purpose):
        mine = ours.get(place, _NOTHING)
        theirs = shipped.texts.get(place, _NOTHING).stripped()
        if theirs not in {_NOTHING, mine}:
            yield _Pair(place, mine, theirs, came is not None and came.get(place) != theirs)


def _as_it_came(versions: Sequence[TemplateVersion]) -> dict[Place, Text] | None:
    """The texts that no person wrote; None where there never were any, or where upgrades still renew them."""
    if all(each.author_id is None for each in versions):
        return None
    return next((texts_in(each) for each in versions if each.author_id is None and each.published_at), None)
