"""Addresses of feedback: the queue, one text, the organization's phrases, settings."""

from __future__ import annotations

from django.urls import path

from yuemian.results.views import feedback, feedback_phrases, feedback_settings

urlpatterns = [
    path("results/feedback", feedback.show, name="feedback"),
    path("results/feedback/draft", feedback.draft, name="feedback-draft"),
    path("results/feedback/review-all", feedback.review_all, name="feedback-review-all"),
    path("results/feedback/phrases", feedback_phrases.index, name="feedback-phrases"),
    path("results/feedback/phrases/preview", feedback_phrases.preview, name="feedback-phrase-preview"),
    path("results/feedback/phrases/<slug:competency>", feedback_phrases.edit, name="feedback-phrase"),
    path(
        "results/feedback/phrases/<uuid:phrase_id>/delete",
        feedback_phrases.delete,
        name="feedback-phrase-delete",
    ),
    path("results/feedback/<uuid:feedback_id>", feedback.item, name="feedback-item"),
    path("results/feedback/<uuid:feedback_id>/look", feedback.look, name="feedback-look"),
    path("results/feedback/<uuid:feedback_id>/save", feedback.save, name="feedback-save"),
    path("results/feedback/<uuid:feedback_id>/redraft", feedback.redraft, name="feedback-redraft"),
    path("results/feedback/<uuid:feedback_id>/model", feedback.ask_model, name="feedback-ask-model"),
    path("results/feedback/<uuid:feedback_id>/take-back", feedback.take_back, name="feedback-take-back"),
    path("settings/feedback", feedback_settings.rules, name="settings-feedback"),
    path("settings/feedback/model", feedback_settings.model, name="settings-language-model"),
    path("settings/feedback/model/test", feedback_settings.check_model, name="settings-language-model-test"),
]
