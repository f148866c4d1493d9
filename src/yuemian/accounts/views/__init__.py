"""Pages of accounts: signing in and out, and the settings."""

from __future__ import annotations

from yuemian.accounts.views.absence import absence
from yuemian.accounts.views.settings import (
    account,
    audit_log,
    audit_verify,
    branch_edit,
    branch_new,
    branches,
    digest,
    organization,
    rehearsal,
    session_end,
    settings_home,
    user_edit,
    user_new,
    users,
)
from yuemian.accounts.views.sign_in import session_seen, sign_in, sign_out

__all__ = [
    "absence",
    "account",
    "audit_log",
    "audit_verify",
    "branch_edit",
    "branch_new",
    "branches",
    "digest",
    "organization",
    "rehearsal",
    "session_end",
    "session_seen",
    "settings_home",
    "sign_in",
    "sign_out",
    "user_edit",
    "user_new",
    "users",
]
