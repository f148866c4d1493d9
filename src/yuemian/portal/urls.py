"""Addresses of the candidate's pages. Forms post to addresses without the token; it stands in the body."""

from __future__ import annotations

from django.urls import path, re_path

from yuemian.portal import (
    arriving_views,
    data_views,
    onboarding_preview,
    onboarding_views,
    preview,
    public_views,
    views,
)
from yuemian.portal.answering import ANSWERING, ASKING
from yuemian.portal.arriving import ARRIVING
from yuemian.portal.correcting import CORRECTING
from yuemian.portal.data_deeds import ASKING_CODE, CHOOSING_CHANNEL, PREFERRING
from yuemian.portal.moving import CHOOSING, PROPOSING, WITHDRAWING
from yuemian.portal.onboarding_deeds import ASKING_ONBOARDING_CODE
from yuemian.portal.result_deeds import ASKING_ABOUT_RESULT, ASKING_RESULT_CODE, JUDGING_RESULT, prove
from yuemian.portal.subpages import SUBPAGES
from yuemian.portal.surveying import STOPPING, SURVEYING
from yuemian.portal.voicing import NEEDING, REASONING

DEEDS = (
    ANSWERING,
    ASKING,
    ARRIVING,
    CHOOSING,
    PROPOSING,
    WITHDRAWING,
    PREFERRING,
    CHOOSING_CHANNEL,
    CORRECTING,
    ASKING_CODE,
    REASONING,
    NEEDING,
    SURVEYING,
    STOPPING,
    ASKING_RESULT_CODE,
    ASKING_ABOUT_RESULT,
    JUDGING_RESULT,
    ASKING_ONBOARDING_CODE,
)

urlpatterns = [
    *(path(f"c/{deed.name}", deed.view(), name=deed.address) for deed in DEEDS),
    path("c/language", views.language, name="candidate-language"),
    path("c/prove", data_views.prove, name="candidate-prove"),
    path("c/result-prove", prove, name="candidate-result-prove"),
    path("c/export", data_views.export, name="candidate-export"),
    path("c/erase", data_views.erase, name="candidate-erase"),
    path("c/onboarding-prove", onboarding_views.prove, name="candidate-onboarding-prove"),
    path("c/onboarding-form", onboarding_views.form, name="candidate-onboarding-form"),
    path("c/onboarding-save", onboarding_views.autosave, name="candidate-onboarding-save"),
    path("c/onboarding-file", onboarding_views.upload, name="candidate-onboarding-file"),
    path("c/link", public_views.ask_link, name="candidate-link"),
    path("verify", public_views.verify, name="verify"),
    path("c/seen", views.seen, name="candidate-seen"),
    path("c/<str:token>", views.candidate_page, name="candidate-page"),
    *(path(f"c/<str:token>/{name}", view, name=f"candidate-{name}") for name, view in SUBPAGES.items()),
    re_path(r"^logo/(?P<digest>[0-9a-f]{64})\.png$", views.logo, name="logo"),
    path("arrive/<str:code>", arriving_views.arrive, name="candidate-arrive"),
    re_path(
        r"^place/(?P<digest>[0-9a-f]{64})\.jpg$", arriving_views.place_photo, name="candidate-place-photo"
    ),
    path("preview/place/<uuid:place_id>", preview.preview_place, name="preview-place"),
    path(
        "preview/onboarding/<uuid:branch_id>",
        onboarding_preview.preview_onboarding,
        name="preview-onboarding",
    ),
    path("preview/interview/<uuid:interview_id>", preview.preview_interview, name="preview-interview"),
]
