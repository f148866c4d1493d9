"""A site of the design system alone, for tests and for looking at it."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("yuemian.ui.urls"))]
handler404 = "yuemian.ui.views.not_found"
handler500 = "yuemian.ui.views.server_error"
