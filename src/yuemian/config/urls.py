"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("yuemian.portal.urls")),
    path("", include("yuemian.ui.urls")),
]

handler400 = "yuemian.ui.views.bad_request"
handler403 = "yuemian.ui.views.forbidden"
handler404 = "yuemian.ui.views.not_found"
handler500 = "yuemian.ui.views.server_error"
