"""News that travels upward: rooms above listen, messaging does not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: A candidate wrote back on a channel. Sent in the transaction that records it, with `notification` (what they answer
#: to), `text`, `at`, `event_id`, and `other_sender`: the number, where nobody has proved that it is the candidate's.
#: Receivers may write, and must not wait for anything.
reply_received = Signal()

#: A candidate wrote into a conversation, on whatever channel. Sent in the transaction that records it, with
#: `conversation`, `message`, and `is_fresh`: it is the first message, or it opened a resolved conversation.
question_asked = Signal()

#: A template has a new published version, or was taken out of use. Sent in that transaction, with `template` and `at`.
template_changed = Signal()
