"""Writes of accounts: found an organization, sign in and out, take the company out of rehearsal."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from yuemian.accounts.middleware import token_hash
from yuemian.accounts.models import (
    ABSOLUTE,
    Branch,
    CalendarAccount,
    CalendarLink,
    CalendarService,
    Organization,
    Role,
    Session,
    User,
)
from yuemian.accounts.signals import rules_changed
from yuemian.trust import audit, limits
from yuemian.trust.audit import SYSTEM, Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.limits import Limit
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import create_organization_key

PER_ACCOUNT = Limit("sign-in-account", 5, timedelta(minutes=5))
PER_ADDRESS = Limit("sign-in-address", 30, timedelta(minutes=5))


class SignInRefused(Exception):  # noqa: N818
    """Name and password do not match a person who may sign in."""


@dataclass
class TooManyTries(Exception):  # noqa: N818
    """Too many wrong passwords; the brake opens by itself."""

    wait: timedelta


def create_organization(organization: Organization, *, now: datetime, actor: Actor = SYSTEM) -> Organization:
    """Found an organization with its encryption key and the first entry of its audit chain."""
    with acting_in(organization.pk):
        organization.save(force_insert=True)
        create_organization_key(organization.pk)
        audit.record(
            organization.pk, actor, "organization.created", at=now, subject=("organization", organization.pk)
        )
    return organization


def create_user(
    organization_id: UUID,
    *,
    name: str,
    email: str,
    role: Role,
    password: str,
    now: datetime,
    actor: Actor = SYSTEM,
    branch: Branch | None = None,
    phone: str = "",
    locale: str = "zh-hans",
) -> User:
    """Add a person. The caller has checked the password against the validators."""
    with transaction.atomic():
        user = User(
            organization_id=organization_id,
            name=name,
            email=email.strip().lower(),
            role=role,
            branch=branch,
            phone=phone,
        )
        user.locale = locale
        if password:
            user.set_password(password)
        user.save(force_insert=True)
        audit.record(
            organization_id, actor, "user.created", at=now, subject=("user", user.pk), role=str(role)
        )
    return user


def sign_in(email: str, password: str, *, address: str, user_agent: str, now: datetime) -> str:
    """Check a password and open a session. Returns the cookie's token.

    Raises TooManyTries (per account and per network address, never a permanent lock) or SignInRefused, which says
    the same for unknown people and wrong passwords and takes as long for both.
    """
    email = email.strip().lower()
    with transaction.atomic():
        wait = limits.hit_behind((PER_ADDRESS, address), (PER_ACCOUNT, email, address), now=now)
    if wait is not None:
        raise TooManyTries(wait)
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, organization_id FROM find_login(%s)", [email])
        found = cursor.fetchone()
    if found is None:
        make_password(password)  # costs what a check would cost
        raise SignInRefused
    user_id, organization_id = found
    return _open_session(user_id, organization_id, password, address=address, user_agent=user_agent, now=now)


def _open_session(
    user_id: UUID, organization_id: UUID, password: str, *, address: str, user_agent: str, now: datetime
) -> str:
    token = secrets.token_urlsafe(32)
    with acting_in(organization_id):
        user = User.objects.get(pk=user_id)
        is_right = user.has_password(password)
        action = "user.signed_in" if is_right else "user.sign_in_refused"
        audit.record(
            organization_id,
            user.actor if is_right else Actor("visitor"),
            action,
            at=now,
            subject=("user", user.pk),
        )
        if is_right:
            limits.forget(PER_ACCOUNT, user.email, address)
            Session.objects.create(
                id=uuid7(),
                organization_id=organization_id,
                user=user,
                token_hash=token_hash(token),
                created_at=now,
                last_seen_at=now,
                expires_at=now + ABSOLUTE,
                user_agent=user_agent[:200],
            )
    if not is_right:
        raise SignInRefused
    return token


def end_session(user: User, session_id: UUID, *, now: datetime) -> None:
    """Sign out: this session of this user, here or elsewhere."""
    with transaction.atomic():
        ended = Session.objects.visible_to(user).filter(pk=session_id, ended_at=None).update(ended_at=now)
        if ended:
            audit.record(
                user.organization_id, user.actor, "user.signed_out", at=now, subject=("session", session_id)
            )


def set_rehearsal(user: User, *, is_rehearsal: bool, now: datetime) -> None:
    """Leave rehearsal (from now on messages reach real people) or return to it; nothing where it is so already."""
    with transaction.atomic():
        others = Organization.objects.filter(pk=user.organization_id, is_rehearsal=not is_rehearsal)
        if not others.update(is_rehearsal=is_rehearsal):
            return
        audit.record(
            user.organization_id, user.actor, "organization.rehearsal_set", at=now, is_rehearsal=is_rehearsal
        )


def put_in_rehearsal(organization_id: UUID, *, now: datetime) -> int:
    """From the shell, for a copy of the data: nothing reaches anybody, and no calendar is asked.

    Returns how many connections to calendars were switched off. The caller acts in the organization.
    """
    Organization.objects.filter(pk=organization_id).update(is_rehearsal=True)
    accounts = CalendarAccount.objects.filter(organization_id=organization_id, is_active=True)
    own = CalendarLink.objects.filter(organization_id=organization_id, service=CalendarService.CALDAV)
    count = accounts.update(is_active=False, version=F("version") + 1)
    count += own.update(service="", version=F("version") + 1)
    audit.record(
        organization_id, SYSTEM, "organization.rehearsal_set", at=now, is_rehearsal=True, calendars=count
    )
    return count


class AddressTaken(Exception):  # noqa: N818
    """Another user of the installation signs in with this address."""


class LastAdministrator(Exception):  # noqa: N818
    """Without an administrator nobody could mend anything."""


def save_organization(user: User, organization: Organization, fields: list[str], *, now: datetime) -> None:
    """Write these fields and no others: a colleague may have left rehearsal since the row was read."""
    with transaction.atomic():
        organization.save(update_fields=fields)
        audit.record(organization.pk, user.actor, "organization.saved", at=now, fields=fields)


def save_user(editor: User, person: User, *, password: str, now: datetime) -> None:
    """Add or change a user. Disabling one, or a new password, ends all their sessions; one's own password is changed by
    `change_password`. Raises AddressTaken, LastAdministrator."""
    is_new = person._state.adding
    with transaction.atomic():
        if not is_new and not _leaves_an_administrator(person):
            raise LastAdministrator
        if password:
            person.set_password(password)
        try:
            with transaction.atomic():
                person.save(force_insert=is_new)
        except IntegrityError as error:
            raise AddressTaken from error
        if password or not person.is_active:
            Session.objects.filter(user=person, ended_at=None).update(ended_at=now)
        audit.record(
            editor.organization_id,
            editor.actor,
            "user.created" if is_new else "user.saved",
            at=now,
            subject=("user", person.pk),
            role=person.role,
            is_active=person.is_active,
        )


class NameTaken(Exception):  # noqa: N818
    """Another row of the organization has this name."""


def save_branch(user: User, branch: Branch, *, now: datetime) -> None:
    """Add or change a branch. Raises NameTaken."""
    is_new = branch._state.adding
    with transaction.atomic():
        try:
            with transaction.atomic():
                branch.save(force_insert=is_new)
        except IntegrityError as error:
            raise NameTaken from error
        action = "branch.created" if is_new else "branch.saved"
        audit.record(user.organization_id, user.actor, action, at=now, subject=("branch", branch.pk))
        if not is_new:
            rules_changed.send(Branch, branch=branch, at=now)


def change_password(user: User, password: str, *, keep: UUID, now: datetime) -> None:
    """Set one's own password; every other session ends."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        Session.objects.filter(user=user, ended_at=None).exclude(pk=keep).update(ended_at=now)
        audit.record(
            user.organization_id, user.actor, "user.password_changed", at=now, subject=("user", user.pk)
        )


def set_digest(user: User, at: clock | None, *, when_empty: bool, now: datetime) -> None:
    """When one's own morning digest comes; None: never."""
    with transaction.atomic():
        user.digest_at, user.is_empty_digest_wanted = at, when_empty
        user.save(update_fields=["digest_at", "is_empty_digest_wanted"])
        audit.record(
            user.organization_id,
            user.actor,
            "user.digest_set",
            at=now,
            subject=("user", user.pk),
            is_wanted=at is not None,
        )


@dataclass(frozen=True)
class Absence:
    """From when until when somebody is away, who answers meanwhile, and whether candidates are told."""

    since: datetime
    until: datetime
    deputy: User | None
    is_told: bool


def set_absence(user: User, absence: Absence | None, *, now: datetime) -> None:
    """One's own absence; None: one is back, or stays."""
    with transaction.atomic():
        user.away_from = absence.since if absence else None
        user.away_until = absence.until if absence else None
        user.deputy = absence.deputy if absence else None
        user.is_absence_told = absence is not None and absence.is_told
        user.save(update_fields=["away_from", "away_until", "deputy", "is_absence_told"])
        audit.record(
            user.organization_id,
            user.actor,
            "user.absence_set" if absence else "user.absence_ended",
            at=now,
            subject=("user", user.pk),
            deputy=user.deputy_id,
        )


def _leaves_an_administrator(person: User) -> bool:
    """Two who take it from each other take turns: the second finds nobody but the one they take it from."""
    if person.role == Role.ADMINISTRATOR and person.is_active:
        return True
    others = User.objects.filter(
        organization_id=person.organization_id, role=Role.ADMINISTRATOR, is_active=True
    )
    left = set(others.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return person.pk not in left or len(left) > 1
