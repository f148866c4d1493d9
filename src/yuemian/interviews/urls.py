"""Addresses of the recruiter's pages."""

from __future__ import annotations

from django.urls import path

from yuemian.interviews.views import (
    attendance,
    batches,
    board,
    candidates,
    deliveries,
    detail,
    editing,
    people,
    previews,
    sending,
    today,
)

urlpatterns = [
    path("today", today.show, name="today"),
    path("today/invite", today.invite, name="today-invite"),
    path("today/attendance/<uuid:interview_id>", today.attendance, name="today-attendance"),
    path("today/reception", today.reception, name="today-reception"),
    path("interviews", board.show, name="interviews"),
    path("interviews/new", editing.create, name="interview-new"),
    path("interviews/<uuid:interview_id>", detail.show, name="interview"),
    path("interviews/<uuid:interview_id>/change", editing.change, name="interview-change"),
    path("interviews/<uuid:interview_id>/cancel", editing.cancel, name="interview-cancel"),
    path("interviews/<uuid:interview_id>/people", people.people, name="interview-people"),
    path("interviews/<uuid:interview_id>/contacts", detail.contacts, name="interview-contacts"),
    path("interviews/<uuid:interview_id>/answer", detail.answer, name="interview-answer"),
    path("interviews/<uuid:interview_id>/attendance", attendance.attendance, name="interview-attendance"),
    path("interviews/<uuid:interview_id>/promise", attendance.promise, name="interview-promise"),
    path("interviews/<uuid:interview_id>/preview", previews.show, name="interview-preview"),
    path("interviews/<uuid:interview_id>/mail", previews.mail, name="interview-mail"),
    path("send", sending.start, name="send"),
    path("send/<uuid:batch_id>", sending.compose, name="send-draft"),
    path("send/<uuid:batch_id>/left-out", sending.left_out, name="send-left-out"),
    path("send/<uuid:batch_id>/test", sending.test, name="send-test"),
    path("candidates/<uuid:candidate_id>", candidates.show, name="candidate-story"),
    path(
        "candidates/<uuid:candidate_id>/contacts/<uuid:point_id>",
        candidates.contact,
        name="candidate-contact",
    ),
    path("deliveries", deliveries.show, name="deliveries"),
    path("deliveries/check", deliveries.check, name="deliveries-check"),
    path("deliveries/act", deliveries.act, name="deliveries-act"),
    path("deliveries/export", deliveries.export, name="deliveries-export"),
    path("deliveries/attention", deliveries.attention_count, name="deliveries-attention"),
    path("batches", batches.index, name="batches"),
    path("batches/<uuid:batch_id>", batches.show, name="batch"),
    path("batches/<uuid:batch_id>/pause", batches.pause, name="batch-pause"),
    path("batches/<uuid:batch_id>/resume", batches.resume, name="batch-resume"),
    path("batches/<uuid:batch_id>/stop", batches.stop, name="batch-stop"),
]
