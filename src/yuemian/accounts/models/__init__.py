"""Organizations, branches, people and their sessions; their calendars."""

from __future__ import annotations

from yuemian.accounts.models.calendars import CalendarAccount, CalendarFeed, CalendarLink, CalendarService
from yuemian.accounts.models.people import (
    ABSOLUTE,
    IDLE,
    PERMISSIONS,
    Branch,
    BranchQuerySet,
    ConsoleLocale,
    Locale,
    Nobody,
    Organization,
    Permission,
    Role,
    Session,
    User,
    UserQuerySet,
    validate_time_zone,
)

__all__ = [
    "ABSOLUTE",
    "IDLE",
    "PERMISSIONS",
    "Branch",
    "BranchQuerySet",
    "CalendarAccount",
    "CalendarFeed",
    "CalendarLink",
    "CalendarService",
    "ConsoleLocale",
    "Locale",
    "Nobody",
    "Organization",
    "Permission",
    "Role",
    "Session",
    "User",
    "UserQuerySet",
    "validate_time_zone",
]
