"""Addresses of the design system itself."""

from __future__ import annotations

from django.urls import path

from yuemian.ui import gallery, views

urlpatterns = [
    path("language", views.choose_language, name="choose_language"),
    path("theme", views.choose_theme, name="choose_theme"),
    path("ui/gallery", gallery.gallery, name="gallery"),
]

handler400 = "yuemian.ui.views.bad_request"
handler403 = "yuemian.ui.views.forbidden"
handler404 = "yuemian.ui.views.not_found"
handler500 = "yuemian.ui.views.server_error"
