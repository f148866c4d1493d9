"""Addresses of letters, their approval and release."""

from __future__ import annotations

from django.urls import path

from yuemian.results.views import approvals, letters

_BATCH = "results/letters/<uuid:result_batch_id>"

urlpatterns = [
    path("results/letters", letters.index, name="result-batches"),
    path("results/letters/prepare", letters.prepare, name="result-prepare"),
    path("results/letters/rules", approvals.rules, name="approval-rules"),
    path(_BATCH, approvals.show, name="result-batch"),
    path(f"{_BATCH}/submit", letters.submit, name="result-submit"),
    path(f"{_BATCH}/act", letters.act, name="result-act"),
    path(f"{_BATCH}/approve", approvals.approve, name="result-approve"),
    path(f"{_BATCH}/send-away", approvals.send_away, name="result-send-away"),
    path(f"{_BATCH}/release", approvals.let_go, name="result-release"),
    path(f"{_BATCH}/recall", approvals.recall, name="result-recall"),
    path("results/letter/<uuid:notice_id>", letters.letter, name="result-letter"),
    path("results/letter/<uuid:notice_id>/personal", letters.personal, name="result-personal"),
    path("results/letter/<uuid:notice_id>/room", letters.make_room, name="result-make-room"),
    path("results/letter/<uuid:notice_id>/look", letters.look, name="result-look"),
]
