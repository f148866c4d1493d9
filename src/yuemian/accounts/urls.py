"""Addresses of sign-in and settings."""

from __future__ import annotations

from django.urls import path

from yuemian.accounts import views

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("session", views.session_seen, name="session-seen"),
    path("settings", views.settings_home, name="settings"),
    path("settings/organization", views.organization, name="settings-organization"),
    path("settings/rehearsal", views.rehearsal, name="settings-rehearsal"),
    path("settings/users", views.users, name="settings-users"),
    path("settings/users/new", views.user_new, name="settings-user-new"),
    path("settings/users/<uuid:user_id>", views.user_edit, name="settings-user"),
    path("settings/branches", views.branches, name="settings-branches"),
    path("settings/branches/new", views.branch_new, name="settings-branch-new"),
    path("settings/branches/<uuid:branch_id>", views.branch_edit, name="settings-branch"),
    path("settings/account", views.account, name="settings-account"),
    path("settings/account/absence", views.absence, name="settings-absence"),
    path("settings/account/digest", views.digest, name="settings-digest"),
    path("settings/account/sessions/<uuid:session_id>/end", views.session_end, name="session-end"),
    path("settings/audit", views.audit_log, name="settings-audit"),
    path("settings/audit/verify", views.audit_verify, name="audit-verify"),
]
