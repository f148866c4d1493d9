"""What a page hands out and expects back: a signed moment and revision, bound to a link and a scope; not stored.

Everything needed to judge it stands in it or in the form beside it, so a press is judged before the database is asked.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac

_SALT = "yuemian.portal.nonce"


@dataclass(frozen=True)
class Handed:
    """How long ago the page came, and which revision of the interview it showed."""

    age: timedelta
    revision: int


def issue(token: str, scope: str, revision: int, *, now: datetime) -> str:
    """`scope` says what the nonce is good for, such as `page` or `summary:accepted`."""
    head = f"{int(now.timestamp() * 1000):x}.{revision}"
    return f"{head}.{_signature(token, scope, head)}"


def read(nonce: str, token: str, scope: str, *, now: datetime) -> Handed | None:
    """None when it is not ours, or was issued for another link or scope."""
    head, _, signature = nonce.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(token, scope, head).encode()):
        return None
    moment, _, revision = head.partition(".")
    return Handed(now - datetime.fromtimestamp(int(moment, 16) / 1000, UTC), int(revision))


def _signature(token: str, scope: str, head: str) -> str:
    return salted_hmac(_SALT, f"{token}:{scope}:{head}", algorithm="sha256").hexdigest()[:32]
