"""News that travels upward: rooms above listen, hiring does not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: An address of a candidate is used no longer, or again. Sent in the transaction that saves it, with `candidate_id`,
#: `organization_id` and `at`. Receivers may write, and must not wait for anything.
contacts_changed = Signal()
