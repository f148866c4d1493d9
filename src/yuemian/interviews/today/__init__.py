"""What one person must act on today: the same reading for the Today page and for the morning digest."""

from __future__ import annotations

from yuemian.interviews.today.inviting import to_invite
from yuemian.interviews.today.parts import COUNTED, Part
from yuemian.interviews.today.reading import SHOWN, Line, Section, Today, read_today
from yuemian.interviews.today.scope import Scope

__all__ = ["COUNTED", "SHOWN", "Line", "Part", "Scope", "Section", "Today", "read_today", "to_invite"]
