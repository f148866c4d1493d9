"""Addresses of scorecards."""

from __future__ import annotations

from django.urls import path

from yuemian.results.views import scorecard_forms, scorecards

urlpatterns = [
    path("s/<str:token>", scorecards.by_link, name="scorecard-link"),
    path("interviews/<uuid:interview_id>/scorecard", scorecards.write, name="scorecard"),
    path(
        "interviews/<uuid:interview_id>/scorecards/<uuid:user_id>/remind",
        scorecards.ask_again,
        name="scorecard-remind",
    ),
    path("scorecards/<uuid:scorecard_id>/reopen", scorecards.open_again, name="scorecard-reopen"),
    path("settings/scorecards", scorecard_forms.index, name="scorecard-forms"),
    path("settings/scorecards/new", scorecard_forms.create, name="scorecard-form-new"),
    path("settings/scorecards/preview", scorecard_forms.preview_shipped, name="scorecard-form-ours"),
    path("settings/scorecards/<uuid:form_id>", scorecard_forms.edit, name="scorecard-form"),
    path(
        "settings/scorecards/<uuid:form_id>/preview", scorecard_forms.preview, name="scorecard-form-preview"
    ),
    path("settings/scorecards/<uuid:form_id>/remove", scorecard_forms.remove, name="scorecard-form-remove"),
]
