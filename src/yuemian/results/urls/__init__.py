"""Addresses of the pages of results; each part lists its own."""

from __future__ import annotations

from yuemian.results.urls import notices

urlpatterns = [*notices.urlpatterns]
