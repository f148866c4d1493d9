"""Writes of accounts: found an organization, sign in and out, take the company out of rehearsal."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from yuemian.accounts.middleware import token_hash
from yuemian.accounts.models import ABSOLUTE, Branch, Organization, Role, Session, User
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
        waits = [
            limits.hit(PER_ACCOUNT, email, address, now=now),
            limits.hit(PER_ADDRESS, address, now=now),
        ]
    if any(waits):
        raise TooManyTries(max(wait for wait in waits if wait))
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
    """Leave rehearsal (from now on messages reach real people) or return to it."""
    with transaction.atomic():
        Organization.objects.filter(pk=user.organization_id).update(is_rehearsal=is_rehearsal)
        audit.record(
            user.organization_id, user.actor, "organization.rehearsal_set", at=now, is_rehearsal=is_rehearsal
        )
