"""What a page hands out and expects back: a signed moment, bound to a link and a scope; not stored."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

_SALT = "yuemian.portal.nonce"


def issue(link_id: UUID, scope: str, *, now: datetime) -> str:
    """`scope` says what the nonce is good for, such as `page:2` (revision 2) or `summary:accepted:2`."""
    moment = f"{int(now.timestamp() * 1000):x}"
    return f"{moment}.{_signature(link_id, scope, moment)}"


def age(nonce: str, link_id: UUID, scope: str, *, now: datetime) -> timedelta | None:
    """How long ago it was issued; None when it is not ours, or was issued for something else."""
    moment, _, signature = nonce.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(link_id, scope, moment).encode()):
        return None
    return now - datetime.fromtimestamp(int(moment, 16) / 1000, UTC)


def _signature(link_id: UUID, scope: str, moment: str) -> str:
    return salted_hmac(_SALT, f"{link_id}:{scope}:{moment}", algorithm="sha256").hexdigest()[:32]
