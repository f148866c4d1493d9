"""News that travels upward: rooms above listen, hiring does not know them."""

from __future__ import annotations

from django.dispatch import Signal

#: A person took an address out of use or put it back. Sent in the transaction that saves it, with `point`,
#: `is_in_use` and `at`. Receivers may write, and must not wait for anything.
contacts_changed = Signal()

#: Addresses that were not there before are in use, of any number of people at once. Sent in the transaction that saves
#: them, with `points` and `at`; what a company's people do to one address is `contacts_changed`.
contacts_added = Signal()

#: A person's name, language, zone or wishes changed. Sent in the transaction that saves it, with `candidate` and `at`.
person_changed = Signal()

#: A job went to another family. Sent in the transaction that saves it, with `job`, `former` (the id of the family it
#: was in) and `at`.
job_moved = Signal()
