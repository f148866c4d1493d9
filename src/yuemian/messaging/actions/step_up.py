"""The step-up: before anything sensitive, a code goes to another address of the candidate than the link came by.

For every room that shows or takes what a forwarded link must not open: `stand`, `send_code`, `check_code`. The code and
the browser's secret are stored as keyed hashes alone; the code's text is sealed with the person's key like every other.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from yuemian.domain.states import TOLD, Channel, Purpose
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.messaging.actions.content import best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Addressee, Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.models import AccessLink, Challenge, Delivery
from yuemian.messaging.reach import available_channels
from yuemian.trust import audit, limits
from yuemian.trust.audit import Actor
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.limits import Limit

#: What messaging calls the thing that a code's message is about; nobody is asked whether it is still true.
SUBJECT_KIND: Final = "challenge"
GOOD_FOR: Final = timedelta(minutes=10)
#: So long the right code keeps the way open in this browser.
OPEN_FOR: Final = timedelta(minutes=15)
#: Whoever goes on working on a long form stays in, counted from the code.
LONGEST_OPEN: Final = timedelta(hours=2)
TRIES: Final = 5
DIGITS: Final = 6
PER_HOUR: Final = Limit("code-hour", 3, timedelta(hours=1))
PER_DAY: Final = Limit("code-day", 10, timedelta(days=1))
#: Nobody's phone is bombed through many candidates: counted by the address itself.
ADDRESS_PER_HOUR: Final = Limit("code-address-hour", 3, timedelta(hours=1))
ADDRESS_PER_DAY: Final = Limit("code-address-day", 10, timedelta(days=1))

# One statement decides who may try: racing guesses share the five tries, whatever process they arrive at.
_TRY: Final = """
UPDATE messaging_challenge SET tries = tries + 1
WHERE id = (
    SELECT c.id FROM messaging_challenge c
    WHERE c.candidate_id = %(candidate)s AND c.purpose = %(purpose)s AND c.browser_hash = %(browser)s
    ORDER BY c.created_at DESC, c.id DESC LIMIT 1)
AND tries < %(most)s AND passed_until IS NULL AND expires_at > %(now)s
RETURNING id, code_hash
"""


class NoWay(Exception):  # noqa: N818
    """There is no address in use to which a code could be sent; the contact person helps."""


@dataclass(eq=False)
class TooManyCodes(Exception):  # noqa: N818
    """So many codes were asked for that the next one must wait."""

    wait: timedelta


@dataclass(frozen=True)
class Standing:
    """Where this browser stands. `state`: `none`, `sent`, `wrong`, `spent`, `expired` or `open`."""

    state: str
    point: ContactPoint | None = None
    tries_left: int = 0
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def stand(candidate: Candidate, purpose: str, browser: str, *, now: datetime) -> Standing:
    """Reads only. `browser` is the secret in the browser's cookie; empty: none yet."""
    if not browser:
        return Standing("none")
    mine = Challenge.objects.filter(candidate=candidate, purpose=purpose, browser_hash=_hash(browser))
    found = mine.select_related("contact_point").order_by("-created_at", "-pk")
    open_until = max((each.passed_until for each in found[:4] if each.passed_until), default=None)
    if open_until is not None and open_until > now:
        return Standing("open", until=open_until)
    newest = found.first()
    if newest is None or newest.passed_until is not None:
        return Standing("none")
    left = TRIES - newest.tries
    if newest.expires_at <= now:
        return Standing("expired", newest.contact_point)
    if left <= 0:
        return Standing("spent", newest.contact_point)
    return Standing("wrong" if newest.tries else "sent", newest.contact_point, left, newest.expires_at)


def send_code(
    candidate: Candidate, purpose: str, browser: str, *, to: ContactPoint, locale: str, now: datetime
) -> Challenge:
    """A new code; an older one for the same purpose and browser is no longer asked for.

    In the candidate's language, as every message; `locale` is the page's, where there is no text in theirs.
    Raises TooManyCodes and NoTemplate.
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        _count(candidate, to, now)
        challenge = Challenge(
            id=uuid7(),
            organization_id=candidate.organization_id,
            candidate=candidate,
            purpose=purpose,
            contact_point=to,
            browser_hash=_hash(browser),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        challenge.code_hash = _code_hash(challenge.pk, code)
        challenge.save(force_insert=True)
        _plan(challenge, to, code, locale)
        _record(candidate, "code.sent", now, purpose=purpose, channel=str(to.channel))
    return challenge


def check_code(candidate: Candidate, purpose: str, browser: str, typed: str, *, now: datetime) -> bool:
    """Whether this is the code that was sent for this purpose and browser. Each call costs one of the tries."""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    values: dict[str, Any] = {
        "candidate": candidate.pk,
        "purpose": purpose,
        "browser": _hash(browser),
        "most": TRIES,
        "now": now,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TRY, values)
        found = cursor.fetchone()
        if found is None:
            return False
        is_right = hmac.compare_digest(_code_hash(found[0], digits), bytes(found[1]))
        if is_right:
            Challenge.objects.filter(pk=found[0]).update(passed_until=now + OPEN_FOR)
        _record(candidate, "code.passed" if is_right else "code.wrong", now, purpose=purpose)
    return is_right


def prolong(candidate: Candidate, purpose: str, browser: str, *, now: datetime) -> None:
    """Something was just done behind an open way: it stays open a while longer, within LONGEST_OPEN."""
    mine = Challenge.objects.filter(
        candidate=candidate, purpose=purpose, browser_hash=_hash(browser), passed_until__gt=now
    )
    for challenge in mine:
        until = min(now + OPEN_FOR, challenge.created_at + LONGEST_OPEN)
        if challenge.passed_until is not None and until > challenge.passed_until:
            challenge.passed_until = until
            challenge.save(update_fields=["passed_until"])


def close(candidate: Candidate, browser: str) -> None:
    """Shut what this browser has opened, for instance on a borrowed computer."""
    Challenge.objects.filter(candidate=candidate, browser_hash=_hash(browser)).delete()


def address_for(link: AccessLink, candidate: Candidate) -> ContactPoint:
    """Another address than the one the link came by; the same where there is no other. Raises NoWay."""
    told: set[str] = set()
    if link.notification_id is not None:
        carried_by = Delivery.objects.filter(
            notification_id=link.notification_id, state__in=[str(state) for state in TOLD]
        )
        told = set(carried_by.values_list("channel", flat=True))
    carried = [str(channel) for channel in available_channels(candidate.organization)]
    points: Sequence[ContactPoint] = [
        point
        for point in candidate.contact_points.filter(state=ContactState.ACTIVE).order_by("-created_at", "pk")
        if point.channel in carried
    ]
    if not points:
        raise NoWay(NoWay.__doc__)
    # A phone is in the person's hand; a mail may have been passed on.
    order = (str(Channel.SMS), str(Channel.EMAIL), str(Channel.WECHAT))
    return min(points, key=lambda point: (point.channel in told, order.index(point.channel)))


def tidy(organization_id: UUID, now: datetime) -> int:
    """Forget what is of no use any more: old challenges, and addresses that nobody confirmed. Called by the clock."""
    day = timedelta(days=1)
    old = Challenge.objects.filter(organization_id=organization_id, created_at__lt=now - 2 * day)
    count: int = old.filter(Q(passed_until=None) | Q(passed_until__lt=now)).delete()[0]
    waiting = ContactPoint.objects.filter(
        organization_id=organization_id, state=ContactState.UNCONFIRMED, created_at__lt=now - day
    )
    return count + waiting.delete()[0]


def _count(candidate: Candidate, to: ContactPoint, now: datetime) -> None:
    address = bytes(to.blind_index).hex()
    person = str(candidate.pk)
    wait = limits.hit_all(
        (PER_HOUR, person),
        (PER_DAY, person),
        (ADDRESS_PER_HOUR, address),
        (ADDRESS_PER_DAY, address),
        now=now,
    )
    if wait is not None:
        raise TooManyCodes(wait)


def _plan(challenge: Challenge, to: ContactPoint, code: str, locale: str) -> None:
    candidate, now = challenge.candidate, challenge.created_at
    organization, key = candidate.organization, candidate.key
    version = version_for(organization.pk, Purpose.CODE)
    texts = texts_of(version)
    said_in = best_locale(texts, (candidate.locale, locale, organization.locale)) or locale
    wrapped = bytes(key.wrapped) if key.wrapped is not None else None
    addressee = Addressee(candidate.pk, key.pk, key.number, wrapped, key.wrapped_by)
    channel = Channel(to.channel)
    intent = Intent(
        recipient=Recipient(candidate=addressee, contact_points={channel: to.pk}),
        subject_id=challenge.pk,
        subject_revision=1,
        locale=said_in,
        context={
            "candidate_name": candidate.name,
            "organization_name": organization.name_in(said_in),
            "code": code,
            "code_minutes": str(int(GOOD_FOR.total_seconds() // 60)),
        },
        channels=[channel],
        deadline_at=challenge.expires_at,
        link_expires_at=now,
    )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.CODE,
        version=version,
        subject_kind=SUBJECT_KIND,
        due_at=now,
        now=now,
    )
    plan_notifications(occasion, [intent])


def _hash(browser: str) -> bytes:
    return hmac.digest(keyring().index, b"browser\0" + browser.encode(), "sha256")


def _code_hash(challenge: UUID, code: str) -> bytes:
    # Six digits are soon tried out by whoever has the hash alone: the key stands in the key file, not in the database.
    return hmac.digest(keyring().index, b"code\0" + challenge.bytes + code.encode(), "sha256")


def _record(candidate: Candidate, action: str, now: datetime, **details: object) -> None:
    audit.record(
        candidate.organization_id,
        Actor("candidate", candidate.pk),
        action,
        at=now,
        subject=("candidate", candidate.pk),
        **details,
    )
