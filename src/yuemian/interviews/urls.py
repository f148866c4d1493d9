"""Addresses of the recruiter's pages."""

from __future__ import annotations

from django.urls import path

from yuemian.interviews.views import (
    attendance,
    batches,
    board,
    budgets,
    calendars,
    candidates,
    deliveries,
    detail,
    editing,
    feeds,
    free_busy,
    people,
    plan_editor,
    plans,
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
    path("interviews/free-busy", free_busy.of_form, name="free-busy"),
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
    path("interviews/<uuid:interview_id>/free-busy", free_busy.of_interview, name="interview-free-busy"),
    path("send", sending.start, name="send"),
    path("send/<uuid:batch_id>", sending.compose, name="send-draft"),
    path("send/<uuid:batch_id>/left-out", sending.left_out, name="send-left-out"),
    path("send/<uuid:batch_id>/test", sending.test, name="send-test"),
    path("plans", plans.index, name="plans"),
    path("plans/new", plans.create, name="plan-new"),
    path("plans/<uuid:plan_id>", plan_editor.show, name="plan"),
    path("plans/<uuid:plan_id>/look", plan_editor.look, name="plan-look"),
    path("plans/<uuid:plan_id>/steps", plan_editor.steps, name="plan-steps"),
    path("plans/<uuid:plan_id>/people", plan_editor.find_people, name="plan-people"),
    path("plans/<uuid:plan_id>/save", plan_editor.save, name="plan-save"),
    path("plans/<uuid:plan_id>/retire", plans.retire, name="plan-retire"),
    path("feeds/<str:secret>.ics", feeds.feed, name="calendar-feed"),
    path("settings/account/calendar", calendars.mine, name="settings-calendar"),
    path("settings/account/calendar/feed", calendars.feed_renew, name="calendar-feed-renew"),
    path("settings/account/calendar/feed/off", calendars.feed_revoke, name="calendar-feed-revoke"),
    path("settings/account/calendar/test", calendars.check, name="settings-calendar-test"),
    path("settings/calendars", calendars.company, name="settings-calendars"),
    *(
        path(
            f"settings/calendars/{each}", calendars.company_save, {"service": each}, name=f"calendars-{each}"
        )
        for each in calendars.COMPANY
    ),
    *(
        path(
            f"settings/calendars/{each}/test",
            calendars.company_check,
            {"service": each},
            name=f"calendars-{each}-test",
        )
        for each in calendars.COMPANY
    ),
    path("settings/budgets", budgets.show, name="settings-budgets"),
    path("settings/budgets/forecast", budgets.forecast, name="settings-budgets-forecast"),
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
