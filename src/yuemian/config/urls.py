"""Every address of the web process; each app lists its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yuemian.config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("settings/health", views.health, name="settings-health"),
    path("", views.home, name="home"),
    path("", include("yuemian.accounts.urls")),
    path("", include("yuemian.hiring.urls")),
    path("", include("yuemian.portal.urls")),
    path("", include("yuemian.messaging.urls")),
    path("", include("yuemian.ui.urls")),
    path("", include("yuemian.interviews.urls")),
    path("", include("yuemian.results.urls")),
    path("", include("yuemian.onboarding.urls")),
    path("", include("yuemian.intake.urls")),
]

handler400 = "yuemian.ui.views.bad_request"
handler403 = "yuemian.ui.views.forbidden"
handler404 = "yuemian.ui.views.not_found"
handler500 = "yuemian.ui.views.server_error"
