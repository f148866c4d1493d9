"""What waits for somebody under Results, whatever its kind."""

from __future__ import annotations

from yuemian.accounts.models import User
from yuemian.results.notices.reading import count_for_navigation
from yuemian.results.silence.late import count_late


def count_waiting(user: User) -> int:
    """People who wait too long for word, and letters that wait for this user; each at most a hundred."""
    return count_late(user) + count_for_navigation(user)
