"""News that travels upward: rooms above listen, accounts does not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: The rules of a branch changed: quiet hours, workdays, zone. Sent in the transaction that saves them, with `branch`
#: and `at`. Receivers may write, and must not wait for anything.
rules_changed = Signal()
