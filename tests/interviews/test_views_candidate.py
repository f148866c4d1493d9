"""The candidate's page: all interviews and messages in one story, addresses that are taken out of use and put back."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interview, create_user, sign_in_client
from tests.messaging.test_remedy import trouble
from yuemian.accounts.models import Role
from yuemian.domain.states import Attendance, Channel, InterviewState, Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.remedy import retry_failed
from yuemian.messaging.models import Delivery, DeliveryEvent
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def page_of(client: Client, candidate: Candidate) -> str:
    return client.get(f"/candidates/{candidate.pk}", headers={"accept-language": "en"}).content.decode()


def test_two_interviews_stand_in_one_story(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    first = create_interview(cast, now=now, name="李雷")
    second = create_interview(cast, now=now, name="李雷", round="复试")
    Interview.objects.filter(pk=second.pk).update(application=first.application)
    candidate = first.application.candidate
    answer = recruiter_client.get(f"/candidates/{candidate.pk}", headers={"accept-language": "en"})
    assert {row.interview.pk for row in answer.context["rows"]} == {first.pk, second.pk}
    abouts = {each.about for each, _at in answer.context["told"]}
    assert len(abouts) == 2
    assert all(abouts)


def test_who_missed_an_interview_is_said_once(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    missed = create_interview(cast, now=now, name="李雷")
    Interview.objects.filter(pk=missed.pk).update(state=InterviewState.NO_SHOW, attendance=Attendance.NO_SHOW)
    page = page_of(recruiter_client, missed.application.candidate)
    assert page.count(">No-show<") == 1


def test_every_attempt_and_decision_of_a_message_is_told(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    ids = trouble(cast, 1, "temporary_failure", now=now, reason="provider_error")
    DeliveryEvent.objects.create(
        organization=cast.organization, delivery_id=ids[0], kind="deferred", at=now, attempt=1, code="421",
        detail="Try later.",
    )  # fmt: skip
    retry_failed(cast.recruiter, ids, now=now)
    candidate = Candidate.objects.get()
    page = page_of(recruiter_client, candidate)
    for words in ("Put off; it is tried again", "421 · Try later.", "Tried again by a person", "2nd try"):
        assert words in page


def test_addresses_are_masked(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now, email="secret.person@example.com", phone="+8613812345678")
    page = page_of(recruiter_client, interview.application.candidate)
    assert "secret.person@example.com" not in page
    assert "13812345678" not in page


def test_an_address_is_taken_out_of_use_and_put_back(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    candidate = interview.application.candidate
    point = ContactPoint.objects.get(channel="email")
    address = f"/candidates/{candidate.pk}/contacts/{point.pk}"
    recruiter_client.post(address, {"use": "0"})
    recruiter_client.post(address, {"use": "0"})
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    assert summary.going == []
    recruiter_client.post(address, {"use": "1"})
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    assert len(summary.going) == 1
    actions = AuditEntry.objects.filter(action__startswith="contact.").values_list("action", flat=True)
    assert list(actions.order_by("sequence")) == ["contact.suppressed", "contact.reactivated"]


def test_what_waits_for_an_address_that_is_taken_out_of_use_does_not_leave(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL, Channel.SMS], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    point = ContactPoint.objects.get(channel="email")
    recruiter_client.post(
        f"/candidates/{interview.application.candidate.pk}/contacts/{point.pk}", {"use": "0"}
    )
    found = {row.channel: (row.state, row.reason) for row in Delivery.objects.all()}
    assert found == {"email": ("skipped", "suppressed"), "sms": ("queued", "")}


def test_an_opt_out_is_the_candidates_to_take_back(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    candidate = create_interview(cast, now=now).application.candidate
    point = ContactPoint.objects.get(channel="sms")
    ContactPoint.objects.filter(pk=point.pk).update(state="opted_out")
    recruiter_client.post(f"/candidates/{candidate.pk}/contacts/{point.pk}", {"use": "1"})
    point.refresh_from_db()
    assert point.state == "opted_out"


def test_an_interviewer_sees_only_whom_they_meet_and_no_conversation(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    candidate = interview.application.candidate
    assert sign_in_client(cast.interviewer).get(f"/candidates/{candidate.pk}").status_code == 200
    other = create_user(cast.organization, Role.INTERVIEWER, "别的面试官")
    assert sign_in_client(other).get(f"/candidates/{candidate.pk}").status_code == 404
    point = ContactPoint.objects.filter(candidate=candidate)[0]
    address = f"/candidates/{candidate.pk}/contacts/{point.pk}"
    assert sign_in_client(cast.interviewer).post(address, {"use": "0"}).status_code == 403
    assert sign_in_client(cast.auditor).get(f"/candidates/{candidate.pk}").status_code == 403


def test_another_companys_candidate_does_not_open(transactional_db: None) -> None:
    with transaction.atomic():
        ours = create_cast(now=timezone.now(), name="甲公司")
        create_interview(ours, now=timezone.now())
    with transaction.atomic():
        theirs = create_cast(now=timezone.now(), name="乙公司")
        create_interview(theirs, now=timezone.now())
        own = Candidate.objects.get()
        stranger = sign_in_client(theirs.owner)
    with acting_in(ours.organization.pk):
        candidate, point = Candidate.objects.get(), ContactPoint.objects.all()[0]
    assert stranger.get(f"/candidates/{candidate.pk}").status_code == 404
    assert stranger.post(f"/candidates/{candidate.pk}/contacts/{point.pk}", {"use": "0"}).status_code == 404
    assert stranger.post(f"/candidates/{own.pk}/contacts/{point.pk}", {"use": "0"}).status_code == 404
    with acting_in(ours.organization.pk):
        assert set(ContactPoint.objects.values_list("state", flat=True)) == {"active"}
        assert Interview.objects.count() == 1
