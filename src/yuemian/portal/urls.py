"""Addresses of the candidate's pages. Forms post to addresses without the token; it stands in the body."""

from __future__ import annotations

from django.urls import path, re_path

from yuemian.portal import preview, views

urlpatterns = [
    path("c/answer", views.answer, name="candidate-answer"),
    path("c/ask", views.question, name="candidate-ask"),
    path("c/language", views.language, name="candidate-language"),
    path("c/seen", views.seen, name="candidate-seen"),
    path("c/<str:token>", views.candidate_page, name="candidate-page"),
    re_path(r"^logo/(?P<digest>[0-9a-f]{64})\.png$", views.logo, name="logo"),
    path("preview/interview/<uuid:interview_id>", preview.preview_interview, name="preview-interview"),
]
