"""By which channels the message that there is news can get to the people of some letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from yuemian.accounts.models import Organization
from yuemian.domain.states import Channel
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.messaging.actions.content import best_locale, texts_of
from yuemian.messaging.models import TemplateVersion
from yuemian.results.models import ResultNotice


class Way(NamedTuple):
    """How one person hears that there is news: the best channel first, and the address of each."""

    locale: str
    channels: Sequence[Channel]
    points: Mapping[Channel, UUID]


def ways_to(
    notices: Collection[ResultNotice], organization: Organization, channels: Sequence[Channel]
) -> dict[UUID, Way]:
    """Notice → its way. Who has no address in use on one of these channels, or none there that the message has a text
    for, is missing; an address counts when the notice is bound to it.
    """
    points = _points_in_use({each.candidate_id for each in notices})
    versions = TemplateVersion.objects.prefetch_related("variants").in_bulk(
        {each.pointer_id for each in notices}
    )
    texts = {pk: texts_of(version) for pk, version in versions.items()}
    found = {}
    for notice in notices:
        seen = set(notice.contacts)
        own = {channel: pk for channel, index, pk in points[notice.candidate_id] if index in seen}
        said = texts[notice.pointer_id]
        locale = best_locale(said, (notice.locale, organization.locale)) or "zh-hans"
        reaching = [each for each in channels if each in own and each in said.get(locale, {})]
        if reaching:
            found[notice.pk] = Way(locale, reaching, own)
    return found


def _points_in_use(candidate_ids: Collection[UUID]) -> dict[UUID, list[tuple[Channel, str, UUID]]]:
    """Candidate → channel, blind index and id of each address in use, the newest last."""
    rows = ContactPoint.objects.filter(candidate__in=candidate_ids, state=ContactState.ACTIVE)
    points: dict[UUID, list[tuple[Channel, str, UUID]]] = defaultdict(list)
    for point in rows.order_by("created_at", "pk"):
        points[point.candidate_id].append((Channel(point.channel), bytes(point.blind_index).hex(), point.pk))
    return points
