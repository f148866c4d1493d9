"""What interviewers' own calendars say. The one place where busy times from outside enter what is offered."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from yuemian.domain.slots import Span

#: Busy times of people, by the person; who is missing is not known, which is never the same as free.
Outside = dict[UUID, list[Span]]


def busy_outside(people: Collection[UUID], within: Span) -> Outside:  # noqa: ARG001
    """No calendar is connected yet: nothing is known of anybody."""
    return {}
