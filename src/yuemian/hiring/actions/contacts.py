"""Addresses in and out of use: by people of the company, and by the candidate, whose word is the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.states import Channel
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.hiring.signals import contacts_added, contacts_changed
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.bulk import any_of
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.live import announce
from yuemian.trust.vault import Unreadable, Vault


class NotOurs(Exception):  # noqa: N818
    """The candidate opted out; only the candidate takes that back."""


def set_contact_use(user: User, point_id: UUID, *, is_in_use: bool, now: datetime) -> None:
    """Take an address out of use, or put one back that failed or was stopped. Raises NotOurs after an opt-out."""
    with transaction.atomic():
        mine = ContactPoint.objects.filter(organization_id=user.organization_id)
        point = mine.select_for_update().get(pk=point_id)
        if point.state == ContactState.OPTED_OUT:
            raise NotOurs(NotOurs.__doc__)
        state = ContactState.ACTIVE if is_in_use else ContactState.SUPPRESSED
        if point.state == state:
            return
        point.state = state
        point.save(update_fields=["state"])
        contacts_changed.send(ContactPoint, point=point, is_in_use=is_in_use, at=now)
        action = "contact.reactivated" if is_in_use else "contact.suppressed"
        audit.record(
            user.organization_id,
            user.actor,
            action,
            at=now,
            subject=("candidate", point.candidate_id),
            contact_point=point.pk,
        )
        announce(user.organization_id, "interviews")


def add_missing(points: Iterable[ContactPoint]) -> list[ContactPoint]:
    """Insert those that their people do not have yet, however many. Returns them; `tell_of_added` tells of them."""
    by_id = {point.pk: point for point in points}
    if not by_id:
        return []
    ContactPoint.objects.bulk_create(by_id.values(), batch_size=2000, ignore_conflicts=True)
    came = ContactPoint.objects.filter(pk__in=any_of(by_id)).order_by("pk")
    return [by_id[pk] for pk in came.values_list("pk", flat=True)]


def tell_of_added(points: Sequence[ContactPoint], *, now: datetime) -> None:
    """In the transaction that adds them. Who locks interviews of these people does so before, or leaves it to this."""
    if points:
        contacts_added.send(ContactPoint, points=points, at=now)


class NotInRehearsal(Exception):  # noqa: N818
    """In live work only the person can subscribe, by opening the page in WeChat."""


def subscribe_in_rehearsal(user: User, candidates: Iterable[Candidate], *, now: datetime) -> int:
    """Let candidates of a rehearsal have WeChat, as if they had opened the page there and subscribed.

    Returns how many had none before. Raises NotInRehearsal.
    """
    if not user.organization.is_rehearsal:
        raise NotInRehearsal(NotInRehearsal.__doc__)
    with transaction.atomic():
        ids = [candidate.pk for candidate in candidates]
        without = (
            Candidate.objects.visible_to(user)
            .filter(pk__in=ids)
            .exclude(contact_points__channel=Channel.WECHAT)
        )
        vault, points = Vault(user.organization_id), []
        for candidate in without.select_related("key").order_by("pk"):
            point = ContactPoint(
                id=uuid7(), organization_id=user.organization_id, candidate=candidate, channel=Channel.WECHAT
            )
            value = f"rehearsal-{candidate.pk.hex}"
            point.blind_index = keyring().blind_index(user.organization_id, str(Channel.WECHAT), value)
            try:
                point.value_sealed = vault.seal(candidate.key, ContactPoint.PLACE, point.pk, value)
            except Unreadable:
                continue  # erased meanwhile
            points.append(point)
        added = add_missing(points)
        tell_of_added(added, now=now)
        if added:
            audit.record(user.organization_id, user.actor, "rehearsal.subscribed", at=now, count=len(added))
    return len(added)


def choose_channel(candidate: Candidate, channel: Channel, *, is_wanted: bool, now: datetime) -> int:
    """The candidate's own word about a channel: all its addresses, at once. Returns how many changed.

    Wanting it again puts back only what the candidate had opted out of.
    """
    with transaction.atomic():
        mine = ContactPoint.objects.filter(candidate=candidate, channel=channel).exclude(
            state=ContactState.UNCONFIRMED
        )
        points = list(mine.select_for_update().order_by("pk"))
        state = ContactState.ACTIVE if is_wanted else ContactState.OPTED_OUT
        changed = [each for each in points if (each.state == ContactState.OPTED_OUT) == is_wanted]
        if not changed:
            return 0
        for point in changed:
            point.state = state
            point.save(update_fields=["state"])
            contacts_changed.send(ContactPoint, point=point, is_in_use=is_wanted, at=now)
        audit.record(
            candidate.organization_id,
            Actor("candidate", candidate.pk),
            "contact.opted_in" if is_wanted else "contact.opted_out",
            at=now,
            subject=("candidate", candidate.pk),
            channel=str(channel),
            contact_points=[each.pk for each in changed],
        )
        announce(candidate.organization_id, "interviews")
    return len(changed)
