"""News that travels upward: rooms above listen, messaging does not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: A candidate wrote back on a channel. Sent in the transaction that records it, with `notification` (what they answer
#: to), `text`, `at` and `event_id`. Receivers may write, and must not wait for anything.
reply_received = Signal()
