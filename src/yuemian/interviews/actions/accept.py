"""Accept a whole list of suggested invitations: what the page showed, all of it, once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.interviews.actions.choose import Outdated, Plan, choose, press_send
from yuemian.interviews.actions.replan import hold_sending
from yuemian.interviews.suggestions import suggest
from yuemian.messaging.models import Batch


class Press(NamedTuple):
    """One offer as the page showed it."""

    version_id: UUID
    batch_id: UUID
    seen: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From the form; None when it was not written by our page."""
        version, _, rest = text.partition(":")
        batch, _, seen = rest.partition(":")
        try:
            return cls(UUID(version), UUID(batch), seen)
        except ValueError:
            return None


def accept_suggestions(
    user: User, interview_ids: Collection[UUID], presses: Sequence[Press], *, now: datetime
) -> list[Batch]:
    """One batch per press, all or none. Pressed twice it is sent once: the second press finds the batches.

    Raises Outdated when somebody else would now be written to than the page showed.
    """
    with transaction.atomic():
        hold_sending(user.organization_id)
        done = list(Batch.objects.visible_to(user).filter(pk__in=[press.batch_id for press in presses]))
        if done or not presses:
            return done
        offers = {offer.version.pk: offer for offer in suggest(user, interview_ids, now=now).offers}
        batches = []
        for press in presses:
            offer = offers.get(press.version_id)
            if offer is None or offer.seen != press.seen:
                raise Outdated(Outdated.__doc__)
            choose(user, offer.interview_ids, now=now, batch_id=press.batch_id)
            plan = Plan(offer.version, offer.channels, is_routed=True)
            batches.append(press_send(user, press.batch_id, plan, expected=offer.going, now=now))
    return batches
