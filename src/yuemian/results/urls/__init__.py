"""Addresses of the pages about results; each part lists its own."""

from __future__ import annotations

from yuemian.results.urls.decisions import urlpatterns as decisions
from yuemian.results.urls.feedback import urlpatterns as feedback
from yuemian.results.urls.notices import urlpatterns as notices
from yuemian.results.urls.scorecards import urlpatterns as scorecards

# Decisions last: `results/<interview>` is theirs.
urlpatterns = [*scorecards, *feedback, *notices, *decisions]
