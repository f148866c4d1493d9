"""Addresses of results that are decided, and of what they are decided by."""

from __future__ import annotations

from django.urls import path

from yuemian.results.views import decisions, reasons, result, rules

urlpatterns = [
    path("results", decisions.show, name="results"),
    path("results/attention", result.attention, name="results-attention"),
    path("results/decide", decisions.decide, name="results-decide"),
    path("results/press", decisions.press, name="results-press"),
    path("results/undo", decisions.take_back, name="results-undo"),
    path("results/export", decisions.export, name="results-export"),
    path("results/<uuid:interview_id>", result.show, name="result"),
    path("results/<uuid:interview_id>/told", result.told, name="result-told"),
    path("settings/decision-reasons", reasons.show, name="decision-reasons"),
    path("settings/result-rules", rules.show, name="result-rules"),
    path("settings/result-rules/place", rules.place, name="result-rule"),
]
