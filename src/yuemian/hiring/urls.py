"""Addresses of hiring."""

from __future__ import annotations

from django.urls import path

from yuemian.hiring import views

urlpatterns = [
    path("settings/jobs", views.jobs, name="settings-jobs"),
    path("settings/jobs/new", views.job_new, name="settings-job-new"),
    path("settings/jobs/<uuid:job_id>", views.job_edit, name="settings-job"),
    path("privacy", views.overview, name="privacy"),
    path("privacy/find", views.find, name="privacy-find"),
    path("privacy/corrections/<uuid:correction_id>/decide", views.decide, name="privacy-decide"),
    path("privacy/people/<uuid:candidate_id>", views.person, name="privacy-person"),
    path("privacy/people/<uuid:candidate_id>/hold", views.hold, name="privacy-hold"),
    path("privacy/people/<uuid:candidate_id>/release", views.release, name="privacy-release"),
    path("privacy/people/<uuid:candidate_id>/export", views.export, name="privacy-export"),
    path("privacy/people/<uuid:candidate_id>/erase", views.erase, name="privacy-erase"),
]
