"""A notification's snapshot: what it is rendered from, whole or as the rest of what alike people share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from yuemian.messaging.models import Notification, SharedSnapshot
from yuemian.trust.vault import DataKey, Vault


def open_rest(
    vault: Vault, key: DataKey, notification_id: UUID, shared_id: UUID | None, sealed: bytes | memoryview
) -> bytes:
    """What a notification's own row has of it; sealed for this beginning and no other. Raises Unreadable."""
    row_id = notification_id.bytes + shared_id.bytes if shared_id else notification_id.bytes
    return vault.open_raw(key, Notification.PLACE, row_id, sealed)


def beginning_of(shared: SharedSnapshot | None, vault: Vault) -> bytes:
    """What comes before the rest; nothing, where the row has the whole. Raises Unreadable."""
    if shared is None:
        return b""
    return vault.open_bytes(shared.key, SharedSnapshot.PLACE, shared.pk, shared.content_sealed)


def snapshot_of(notification: Notification, vault: Vault) -> dict[str, Any]:
    """`context` and `token`. Raises Unreadable."""
    key, sealed = notification.key, notification.parameters_sealed
    rest = open_rest(vault, key, notification.pk, notification.shared_id, sealed)
    found: dict[str, Any] = orjson.loads(beginning_of(notification.shared, vault) + rest)
    return found
