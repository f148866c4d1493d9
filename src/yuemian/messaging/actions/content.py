"""Find the text for a message: a template's newest published version and its variants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from yuemian.domain.languages import best_language
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.models import TemplateVariant, TemplateVersion


class NoTemplate(Exception):  # noqa: N818
    """There is no published template for this purpose; publish one under Templates."""


def version_for(organization_id: UUID, purpose: Purpose, round_name: str = "") -> TemplateVersion:
    """The version to use for a purpose: one for this round before one for any round. Raises NoTemplate."""
    versions = (
        TemplateVersion.objects.filter(
            organization_id=organization_id,
            template__purpose=purpose,
            template__is_archived=False,
            template__round__in={"", round_name},
            published_at__isnull=False,
        )
        .select_related("template")
        .order_by("-template__round", "-template__created_at", "-number")
    )
    found = versions.first()
    if found is None:
        raise NoTemplate(NoTemplate.__doc__)
    return found


def versions_by_round(
    organization_id: UUID, purpose: Purpose, rounds: Iterable[str]
) -> dict[str, TemplateVersion | None]:
    """For each round the version that `version_for` would choose, in two queries however many rounds there are."""
    versions = list(
        TemplateVersion.objects.filter(
            organization_id=organization_id,
            template__purpose=purpose,
            template__is_archived=False,
            published_at__isnull=False,
        )
        .select_related("template")
        .prefetch_related("variants")
        .order_by("-template__round", "-template__created_at", "-number")
    )
    return {
        name: next((each for each in versions if each.template.round in {"", name}), None)
        for name in dict.fromkeys(rounds)
    }


def texts_of(version: TemplateVersion) -> dict[str, dict[Channel, TemplateVariant]]:
    """Locale → channel → variant."""
    texts: dict[str, dict[Channel, TemplateVariant]] = {}
    for variant in version.variants.all():
        texts.setdefault(variant.locale, {})[Channel(variant.channel)] = variant
    return texts


def best_locale(texts: Mapping[str, Collection[Channel]], wanted: Iterable[str]) -> str | None:
    """The locale of the text for somebody: `wanted` is their own locale, then the company's."""
    own, *others = wanted
    return best_language(texts, own, others)
