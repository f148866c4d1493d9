"""News for open browsers: one NOTIFY per change, ids only, delivered by the event hub after the commit."""

from __future__ import annotations

from uuid import UUID

import orjson
from django.db import connection

CHANNEL = "yuemian_events"


def announce(organization_id: UUID, topic: str, **ids: object) -> None:
    """Tell the organization's open pages that something of this topic changed, once the transaction commits.

    Equal announcements of one transaction are folded into one by PostgreSQL.
    """
    payload = orjson.dumps(
        {"organization": str(organization_id), "topic": topic, **{k: str(v) for k, v in ids.items()}}
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload.decode()])
