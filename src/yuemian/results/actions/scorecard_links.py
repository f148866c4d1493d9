"""An interviewer's link to one scorecard: given out, bound to the first browser, opened in another one by a code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from yuemian.accounts.models import User
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.content import NoTemplate, best_locale, texts_of, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.messaging.actions.step_up import SUBJECT_KIND as CODE_KIND
from yuemian.messaging.reach import available_channels
from yuemian.results.models import ScorecardLink
from yuemian.trust import audit, limits
from yuemian.trust.identifiers import uuid7
from yuemian.trust.keyring import keyring
from yuemian.trust.limits import Limit

GOOD_FOR: Final = timedelta(days=60)
CODE_GOOD_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
DIGITS: Final = 6
PER_HOUR: Final = Limit("scorecard-code-hour", 3, timedelta(hours=1))
PER_DAY: Final = Limit("scorecard-code-day", 10, timedelta(days=1))

# One statement decides who may try: racing guesses share the five tries.
_TRY: Final = """
UPDATE results_scorecardlink SET tries = tries + 1
WHERE id = %(link)s AND tries < %(most)s AND code_hash IS NOT NULL AND code_expires_at > %(now)s
RETURNING code_hash
"""


@dataclass(eq=False)
class TooManyCodes(Exception):  # noqa: N818
    """So many codes were asked for that the next one must wait."""

    wait: timedelta


class NoMail(Exception):  # noqa: N818
    """No code can be sent: there is no mail, or no text for it. Signing in opens the page as well."""


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def new_link(
    interview: Interview, interviewer: User, *, now: datetime, asked_by: User | None = None
) -> tuple[ScorecardLink, str]:
    """The next link of an interviewer for an interview, and its secret, which is stored nowhere. In the caller's
    transaction, which holds the interview's row: so that no number is given twice.

    It opens in the browser that the earlier ones are bound to.
    """
    before = ScorecardLink.objects.filter(interview=interview, interviewer=interviewer)
    last = before.order_by("-number").first()
    secret = secrets.token_urlsafe(32)
    link = ScorecardLink(
        id=uuid7(),
        organization_id=interview.organization_id,
        token_hash=hash_secret(secret),
        interview=interview,
        interviewer=interviewer,
        browser_hash=last.browser_hash if last else None,
        number=last.number + 1 if last else 1,
        asked_by=asked_by,
        is_automatic=asked_by is None,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    link.save(force_insert=True)
    return link, secret


def is_bound_to(link: ScorecardLink, browser: str) -> bool:
    """Whether this is the browser that wrote through the link. `browser` is the secret in its cookie; empty: none."""
    bound = link.browser_hash
    return bool(browser) and bound is not None and hmac.compare_digest(bytes(bound), _browser_hash(browser))


def bind(link: ScorecardLink, browser: str, *, now: datetime) -> bool:
    """The first press: from now on only this browser writes through the links of this interviewer and interview.

    False when another browser was faster.
    """
    mine = ScorecardLink.objects.filter(interview=link.interview_id, interviewer=link.interviewer_id)
    with transaction.atomic():
        Interview.objects.select_for_update(of=("self",), no_key=True).get(pk=link.interview_id)
        found = mine.get(pk=link.pk)
        if found.browser_hash is not None:
            return is_bound_to(found, browser)
        mine.update(browser_hash=_browser_hash(browser))
        _record(link, "scorecard.link_bound", now)
    link.browser_hash = _browser_hash(browser)
    return True


def send_code(link: ScorecardLink, *, now: datetime) -> None:
    """A code to the interviewer's own address; an older one is no longer asked for. Raises TooManyCodes and NoMail."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        who = str(link.interviewer_id)
        wait = limits.hit_all((PER_HOUR, who), (PER_DAY, who), now=now)
        if wait is not None:
            raise TooManyCodes(wait)
        link.code_hash, link.code_expires_at, link.tries = _code_hash(link.pk, code), now + CODE_GOOD_FOR, 0
        link.save(update_fields=["code_hash", "code_expires_at", "tries"])
        _mail(link.interviewer, code, now)
        _record(link, "scorecard.code_sent", now)


def check_code(link: ScorecardLink, typed: str, browser: str, *, now: datetime) -> bool:
    """The right code moves the link to this browser. Each call costs one of the tries; a code is good once."""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    values: dict[str, Any] = {"link": link.pk, "most": TRIES, "now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TRY, values)
        found = cursor.fetchone()
        is_right = found is not None and hmac.compare_digest(_code_hash(link.pk, digits), bytes(found[0]))
        if is_right:
            ScorecardLink.objects.filter(pk=link.pk).update(code_hash=None, code_expires_at=None)
            mine = ScorecardLink.objects.filter(interview=link.interview_id, interviewer=link.interviewer_id)
            mine.update(browser_hash=_browser_hash(browser))
        if found is not None:
            _record(link, "scorecard.code_passed" if is_right else "scorecard.code_wrong", now)
    return is_right


def _mail(user: User, code: str, now: datetime) -> None:
    organization = user.organization
    if Channel.EMAIL not in available_channels(organization):
        raise NoMail(NoMail.__doc__)
    try:
        version = version_for(organization.pk, Purpose.CODE)
    except NoTemplate as problem:
        raise NoMail(NoMail.__doc__) from problem
    locale = best_locale(texts_of(version), [user.locale]) or user.locale
    intent = Intent(
        recipient=Recipient(user=user),
        subject_id=uuid7(),
        subject_revision=1,
        locale=locale,
        context={
            "candidate_name": user.name,
            "organization_name": organization.name_in(locale),
            "code": code,
            "code_minutes": str(int(CODE_GOOD_FOR.total_seconds() // 60)),
        },
        channels=[Channel.EMAIL],
        deadline_at=now + CODE_GOOD_FOR,
        link_expires_at=now,
    )
    occasion = Occasion(
        organization=organization,
        purpose=Purpose.CODE,
        version=version,
        subject_kind=CODE_KIND,
        due_at=now,
        now=now,
    )
    plan_notifications(occasion, [intent])


def _browser_hash(browser: str) -> bytes:
    return hmac.digest(keyring().index, b"scorecard browser\0" + browser.encode(), "sha256")


def _code_hash(link_id: UUID, code: str) -> bytes:
    # Six digits are soon tried out by whoever has the hash alone: the key stands in the key file, not in the database.
    return hmac.digest(keyring().index, b"scorecard code\0" + link_id.bytes + code.encode(), "sha256")


def _record(link: ScorecardLink, action: str, now: datetime) -> None:
    actor = audit.Actor("user", link.interviewer_id)
    audit.record(
        link.organization_id,
        actor,
        action,
        at=now,
        subject=("scorecard_link", link.pk),
        interview=link.interview_id,
    )
