"""News that travels upward: rooms above listen, interviews do not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: A person noted who came to an interview, or by when its result is promised. Sent in the transaction that saves it,
#: which has locked the interview, with `interview` and `at`. Receivers may write, and must not wait for anything.
interview_noted = Signal()
