"""Organizations, branches, people and their sessions; their calendars."""

from __future__ import annotations

from yuemian.accounts.models.calendars import CalendarAccount, CalendarFeed, CalendarLink, CalendarService
from yuemian.accounts.models.people import (
    ABSOLUTE,
    IDLE,
    PERMISSIONS,
    Branch,
    BranchQuerySet,
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
