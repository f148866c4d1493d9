"""What a candidate changes about themselves: at once where it is only theirs, else as a request to the company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.names import comparable_name, read_name
from yuemian.domain.states import Channel
from yuemian.hiring.models import Candidate, ContactPoint, ContactState, Correction, CorrectionState
from yuemian.hiring.signals import contacts_changed, person_changed
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

#: A candidate keeps the company busy with so many requests at once.
MOST_OPEN = 5
LONGEST = 500
_OWN = frozenset({"locale", "time_zone", "preferred_channel", "preferred_hour"})


class TooMany(Exception):  # noqa: N818
    """So many requests wait already; the company answers these first."""


class OptedOut(Exception):  # noqa: N818
    """The candidate stopped messages to this address, or complained of one; wanting them again is a word of its own."""


class Decided(Exception):  # noqa: N818
    """Somebody else decided this request; look at the list again."""


def prefer(candidate: Candidate, wishes: Mapping[str, Any], *, is_discreet: bool, now: datetime) -> None:
    """Language, zone, channel, hour and discretion, as checked by the caller: they hold for the next message."""
    with transaction.atomic():
        fresh = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
        changed = [name for name in sorted(_OWN & wishes.keys()) if getattr(fresh, name) != wishes[name]]
        for name in changed:
            setattr(fresh, name, wishes[name])
        if changed:
            fresh.save(update_fields=changed)
        points = ContactPoint.objects.filter(candidate=fresh).exclude(is_discreet=is_discreet)
        if points.update(is_discreet=is_discreet):
            changed.append("is_discreet")
        if changed:
            person_changed.send(Candidate, candidate=fresh, at=now)
            _record(fresh, Actor("candidate", fresh.pk), "candidate.preferred", now, fields=changed)
            announce(fresh.organization_id, "interviews")


def ask_correction(candidate: Candidate, field: str, value: str, *, now: datetime) -> Correction:
    """A request that a person of the company accepts or declines. Raises TooMany."""
    with transaction.atomic():
        Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
        if candidate.corrections.filter(state=CorrectionState.OPEN).count() >= MOST_OPEN:
            raise TooMany(TooMany.__doc__)
        asked = Correction(
            id=uuid7(),
            organization_id=candidate.organization_id,
            candidate=candidate,
            field=field,
            created_at=now,
        )
        vault = Vault(candidate.organization_id)
        asked.value_sealed = vault.seal(candidate.key, Correction.PLACE, asked.pk, value.strip()[:LONGEST])
        asked.save(force_insert=True)
        _record(
            candidate,
            Actor("candidate", candidate.pk),
            "correction.asked",
            now,
            correction=asked.pk,
            field=field,
        )
        announce(candidate.organization_id, "privacy")
    return asked


def decide_correction(user: User, correction: Correction, *, is_accepted: bool, now: datetime) -> None:
    """Accepting writes it: a name at once, an address as one that several people may share. Raises Decided."""
    with transaction.atomic():
        # The person comes first, as in every change of theirs and in their erasure.
        Candidate.objects.select_for_update(no_key=True).get(pk=correction.candidate_id)
        asked = (
            Correction.objects.select_for_update(of=("self",))
            .select_related("candidate__key")
            .get(pk=correction.pk)
        )
        if asked.state != CorrectionState.OPEN:
            raise Decided(Decided.__doc__)
        asked.state = CorrectionState.ACCEPTED if is_accepted else CorrectionState.DECLINED
        asked.decided_at, asked.decided_by = now, user
        asked.save(update_fields=["state", "decided_at", "decided_by"])
        if is_accepted:
            _write(asked, now)
        _record(
            asked.candidate,
            user.actor,
            "correction.accepted" if is_accepted else "correction.declined",
            now,
            correction=asked.pk,
            field=asked.field,
        )
        announce(user.organization_id, "privacy")
        announce(user.organization_id, "interviews")


def propose_address(candidate: Candidate, channel: Channel, value: str, *, now: datetime) -> ContactPoint:
    """An address in its normal form, not used before somebody proves by a code that it is theirs.

    One that failed or was taken out of use stays so until then, as well. Raises OptedOut.
    """
    index = keyring().blind_index(candidate.organization_id, str(channel), value)
    with transaction.atomic():
        Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
        known = ContactPoint.objects.filter(candidate=candidate, channel=channel, blind_index=index).first()
        if known and known.state == ContactState.OPTED_OUT:
            raise OptedOut(OptedOut.__doc__)
        if known:
            return known
        point = _add(candidate, channel, value, ContactState.UNCONFIRMED)
        _record_added(candidate, point, now)
    return point


def confirm_address(candidate: Candidate, point: ContactPoint, *, now: datetime) -> bool:
    """The code was right. A new address that somebody else has too waits for a person of the company: then False."""
    with transaction.atomic():
        if point.state == ContactState.ACTIVE:
            return True
        if point.state == ContactState.UNCONFIRMED and is_elsewhere(point):
            value = point.value(Vault(candidate.organization_id))
            ask_correction(candidate, str(point.channel), value, now=now)
            ContactPoint.objects.filter(pk=point.pk, state=ContactState.UNCONFIRMED).delete()
            return False
        ContactPoint.objects.filter(pk=point.pk).update(state=ContactState.ACTIVE)
        point.state = ContactState.ACTIVE
        contacts_changed.send(ContactPoint, point=point, is_in_use=True, at=now)
        _record(candidate, Actor("candidate", candidate.pk), "contact.confirmed", now, contact_point=point.pk)
        announce(candidate.organization_id, "interviews")
    return True


def is_elsewhere(point: ContactPoint) -> bool:
    """Whether another candidate has this address, too."""
    others = ContactPoint.objects.filter(
        organization_id=point.organization_id, channel=point.channel, blind_index=point.blind_index
    ).exclude(candidate=point.candidate_id)
    return others.exclude(state=ContactState.UNCONFIRMED).exists()


def _write(asked: Correction, now: datetime) -> None:
    candidate = asked.candidate
    value = asked.value(Vault(candidate.organization_id))
    if asked.field == "name":
        candidate.name = read_name(value).value or candidate.name
        candidate.name_key = comparable_name(candidate.name)
        candidate.save(update_fields=["name", "name_key"])
        person_changed.send(Candidate, candidate=candidate, at=now)
    elif asked.field in {Channel.EMAIL, Channel.SMS}:
        channel = Channel(asked.field)
        _take_into_use(candidate, channel, value, now)


def _take_into_use(candidate: Candidate, channel: Channel, value: str, now: datetime) -> None:
    """One that waited for its code is in use now; one that failed, or that the candidate stopped, stays as it is."""
    index = keyring().blind_index(candidate.organization_id, str(channel), value)
    point = candidate.contact_points.filter(channel=channel, blind_index=index).first()
    is_new = point is None
    if point is None:
        point = _add(candidate, channel, value, ContactState.ACTIVE)
    else:
        waiting = ContactPoint.objects.filter(pk=point.pk, state=ContactState.UNCONFIRMED)
        if not waiting.update(state=ContactState.ACTIVE):
            return
        point.state = ContactState.ACTIVE
    ContactPoint.objects.filter(blind_index=point.blind_index, channel=channel).update(is_shared=True)
    contacts_changed.send(ContactPoint, point=point, is_in_use=True, at=now)
    if is_new:
        _record_added(candidate, point, now)


def _add(candidate: Candidate, channel: Channel, value: str, state: ContactState) -> ContactPoint:
    point = ContactPoint(
        id=uuid7(),
        organization_id=candidate.organization_id,
        candidate=candidate,
        channel=channel,
        state=state,
        is_discreet=candidate.contact_points.filter(is_discreet=True).exists(),
    )
    point.blind_index = keyring().blind_index(candidate.organization_id, str(channel), value)
    vault = Vault(candidate.organization_id)
    point.value_sealed = vault.seal(candidate.key, ContactPoint.PLACE, point.pk, value)
    point.save(force_insert=True)
    return point


def _record_added(candidate: Candidate, point: ContactPoint, now: datetime) -> None:
    actor = Actor("candidate", candidate.pk)
    _record(candidate, actor, "contact.added", now, contact_point=point.pk, state=str(point.state))


def _record(candidate: Candidate, actor: Actor, action: str, now: datetime, **details: object) -> None:
    audit.record(
        candidate.organization_id, actor, action, at=now, subject=("candidate", candidate.pk), **details
    )
