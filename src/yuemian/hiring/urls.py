"""Addresses of hiring."""

from __future__ import annotations

from django.urls import path

from yuemian.hiring import views

urlpatterns = [
    path("settings/jobs", views.jobs, name="settings-jobs"),
    path("settings/jobs/new", views.job_new, name="settings-job-new"),
    path("settings/jobs/<uuid:job_id>", views.job_edit, name="settings-job"),
]
