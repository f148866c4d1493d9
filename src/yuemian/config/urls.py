"""All addresses of the product; each app brings its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yuemian.config import views

# Each app joins with `path("", include("yuemian.<app>.urls"))`:
# ui, accounts, hiring, interviews, messaging, intake, portal.
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
