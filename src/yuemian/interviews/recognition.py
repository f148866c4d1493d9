"""Who among the known candidates is meant by a name with its phone and email, and whose these are otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from yuemian.domain.names import comparable_name
from yuemian.domain.states import Channel
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.trust.keyring import keyring


@dataclass(frozen=True)
class Recognised:
    """`candidate_id` is the one known candidate of that name; `strangers` own a contact that is not theirs.

    `namesakes`: several of that name have the contacts, so that none of them can be taken for the one meant.
    """

    candidate_id: UUID | None = None
    strangers: tuple[str, ...] = ()
    namesakes: int = 0


def recognise(organization_id: UUID, name: str, contacts: Mapping[Channel, str]) -> Recognised:
    """Name and contact together are a person; every contact is looked at by itself, for one may be a slip."""
    owners = _owners(organization_id, contacts)
    everybody = {each.pk: each for found in owners for each in found}
    same = {pk for pk, each in everybody.items() if each.name_key == comparable_name(name)}
    if len(same) > 1:
        same = {pk for pk in same if all(pk in {each.pk for each in found} for found in owners)} or same
    if len(same) > 1:
        return Recognised(namesakes=len(same))
    foreign = [each for found in owners if not same & {each.pk for each in found} for each in found]
    return Recognised(next(iter(same), None), tuple(sorted({each.name for each in foreign})))


def _owners(organization_id: UUID, contacts: Mapping[Channel, str]) -> list[list[Candidate]]:
    """For each contact that anybody has: whose it is."""
    ring = keyring()
    indexes = [
        ring.blind_index(organization_id, str(channel), each) for channel, each in contacts.items() if each
    ]
    points = ContactPoint.objects.filter(organization_id=organization_id, blind_index__in=indexes)
    found: dict[bytes, list[Candidate]] = defaultdict(list)
    for point in points.exclude(state=ContactState.UNCONFIRMED).select_related("candidate"):
        found[bytes(point.blind_index)].append(point.candidate)
    return list(found.values())
