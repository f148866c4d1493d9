"""Addresses of HR's pages about onboardings."""

from __future__ import annotations

from django.urls import path, re_path

from yuemian.onboarding.views import cases, files, settings

urlpatterns = [
    path("onboarding", cases.index, name="onboarding"),
    path("onboarding/export", files.export, name="onboarding-export"),
    path("onboarding/begin/<uuid:interview_id>", cases.begin, name="onboarding-begin"),
    path("onboarding/files/<uuid:document_id>", files.view, name="onboarding-file"),
    path("onboarding/<uuid:case_id>", cases.show, name="onboarding-case"),
    path("onboarding/<uuid:case_id>/check", cases.check, name="onboarding-check"),
    path("onboarding/<uuid:case_id>/unmask", cases.unmask, name="onboarding-unmask"),
    path("onboarding/<uuid:case_id>/arrange", cases.arrange, name="onboarding-arrange"),
    path("onboarding/<uuid:case_id>/reopen", cases.reopen, name="onboarding-reopen"),
    path("onboarding/<uuid:case_id>/end", cases.end, name="onboarding-end"),
    path("settings/onboarding", settings.home, name="settings-onboarding"),
    path("settings/onboarding/fields/<uuid:branch_id>", settings.fields, name="settings-onboarding-fields"),
    re_path(
        r"^settings/onboarding/consent/(?P<section>identity|education|bank|emergency|other)$",
        settings.consent,
        name="settings-onboarding-consent",
    ),
    re_path(
        r"^settings/onboarding/pay/(?P<key>[a-z0-9-]{1,40})$", settings.pay, name="settings-onboarding-pay"
    ),
]
