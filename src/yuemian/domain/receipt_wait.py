"""How long a channel's receipt is waited for, where its provider sends any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from yuemian.domain.states import Channel

#: Mail has no receipts, only bounces: silence says nothing there. Carriers try a switched-off phone for up to 72 hours.
RECEIPT_WAITS: Final[Mapping[Channel, timedelta]] = {
    Channel.SMS: timedelta(hours=72),
    Channel.WECHAT: timedelta(hours=24),
}
