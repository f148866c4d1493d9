"""Every address of the web process; each app lists its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yuemian.config import views

# Each app joins with `path("", include("yuemian.<app>.urls"))` as it comes to have pages.
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
