"""From the letter of a pass to the form that follows it: by the link of the form's own message, and by no other."""

from __future__ import annotations

from django.urls import reverse

from yuemian.domain.onboarding import CaseState
from yuemian.domain.results import Outcome
from yuemian.messaging.actions.plan import ONBOARDING_LINK
from yuemian.messaging.models import AccessLink
from yuemian.messaging.snapshots import snapshot_of
from yuemian.onboarding.models import SUBJECT_KIND, OnboardingCase
from yuemian.portal.door import Opened
from yuemian.trust.vault import Unreadable

_OPEN = (CaseState.INVITED, CaseState.FILLING, CaseState.RETURNED)


def form_address(door: Opened) -> str:
    """Of the form that waits for whoever reads this pass; "" where none does. `door` has opened a result."""
    notice = door.notice
    if notice is None or notice.outcome != Outcome.PASS:
        return ""
    cases = OnboardingCase.objects.filter(
        application_id=notice.application_id, candidate_id=notice.candidate_id, state__in=_OPEN
    )
    links = AccessLink.objects.filter(
        purpose=ONBOARDING_LINK,
        subject_kind=SUBJECT_KIND,
        subject_id__in=cases.values("pk"),
        candidate_id=notice.candidate_id,
        revoked_at=None,
        expires_at__gt=door.now,
    )
    newest = (
        links.exclude(notification=None).select_related("notification").order_by("-created_at", "-pk").first()
    )
    if newest is None or newest.notification is None:
        return ""
    try:
        token = snapshot_of(newest.notification, door.data.vault())["token"]
    except Unreadable:
        return ""
    return reverse("candidate-page", args=[token])
