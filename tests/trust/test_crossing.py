"""Two organizations: every address with an id answers 404 to people of the other one, whatever the method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interview, create_user, sign_in_client
from tests.interviews.conversations import ask
from tests.interviews.places import create_place
from tests.interviews.plan_stories import create_plan
from tests.interviews.slots import create_series
from tests.onboarding.stories import agree, hire, keep
from tests.results.feedback.factories import drafted, rejected
from tests.results.stories import Tale
from yuemian.accounts.models import Role, Session
from yuemian.domain.onboarding import Section
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.actions.correct import ask_correction
from yuemian.hiring.models import ContactPoint
from yuemian.intake.models import Import, UnsortedMail
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview, RescheduleRequest, SurveyQuestion, SurveySigned
from yuemian.messaging.models import (
    Block,
    Consultation,
    Delivery,
    FaqEntry,
    LabMessage,
    ProviderAccount,
    SavedReply,
)
from yuemian.onboarding.models import Document
from yuemian.results.models import Phrase, Scorecard, ScorecardForm
from yuemian.trust.tenancy import SETTING

#: Parameters that name a row of an organization. `token` opens the candidate's page by itself.
PARAMETERS = (
    "interview_id", "batch_id", "template_id", "number", "block_id", "import_id", "user_id", "session_id", "job_id",
    "branch_id", "candidate_id", "message_id", "version_id", "owner", "plan_id", "account_id", "point_id",
    "correction_id", "series_id", "request_id", "question_id", "signed_id",
    "conversation_id", "consultation_id", "reply_id", "entry_id", "mail_id", "place_id", "scorecard_id", "form_id",
    "case_id", "document_id", "result_batch_id", "notice_id",
    "feedback_id", "phrase_id", "competency",
)  # fmt: skip


#: What stands in these addresses names a word of the product, not a row.
SAME_FOR_ALL = ("^settings/onboarding/consent/", "^settings/onboarding/pay/")


def unbind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])


def closed_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from closed_routes(entry, path)
        elif (
            isinstance(entry, URLPattern)
            and "<" in path
            and not getattr(entry.callback, "is_public", False)
            and not path.startswith(SAME_FOR_ALL)
        ):
            yield path


ROUTES = sorted(closed_routes())


@pytest.fixture
def theirs(db: None) -> dict[str, UUID | int]:
    """A row of every kind that an address can name, in another organization."""
    cast = create_cast(now=timezone.now(), name="远山科技")
    interview = create_interview(cast, now=timezone.now())
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL], now=timezone.now())
    batch = send(cast.recruiter, summary, version, Purpose.INVITATION, now=timezone.now())
    sign_in_client(cast.recruiter)
    block = Block.objects.create(organization=cast.organization, kind="company", locale="zh-hans", title="x")
    upload = Import.objects.create(
        organization=cast.organization, file_name="x.xlsx", file_hash=b"x", size=1, created_by=cast.recruiter
    )
    delivery = Delivery.objects.select_related("notification").get(batch=batch)
    message = LabMessage.objects.create(
        organization=cast.organization,
        delivery=delivery,
        key_id=delivery.notification.key_id,
        content_sealed=b"x",
        received_at=timezone.now(),
    )
    account = ProviderAccount.objects.create(
        organization=cast.organization,
        channel=Channel.SMS,
        provider="http_sms",
        name="网关",
        key_id=delivery.notification.key_id,
        config_sealed=b"x",
        created_at=timezone.now(),
    )
    asked = ask_correction(interview.application.candidate, "name", "正名", now=timezone.now())
    wish = RescheduleRequest.objects.create(
        organization=cast.organization, interview=interview, revision=1, at=timezone.now()
    )
    rows: dict[str, UUID | int] = inbox_rows(cast, interview) | {
        "series_id": create_series(cast, now=timezone.now()).pk,
        "request_id": wish.pk,
        "correction_id": asked.pk,
        "account_id": account.pk,
        "point_id": ContactPoint.objects.filter(candidate=interview.application.candidate)[0].pk,
        "interview_id": interview.pk,
        "batch_id": batch.pk,
        "template_id": version.template_id,
        "version_id": version.pk,
        "number": 1,
        "block_id": block.pk,
        "import_id": upload.pk,
        "user_id": cast.interviewer.pk,
        "session_id": Session.objects.get().pk,
        "job_id": cast.backend.pk,
        "branch_id": cast.shanghai.pk,
        "candidate_id": interview.application.candidate_id,
        "message_id": message.pk,
        "mail_id": UnsortedMail.objects.create(
            organization=cast.organization,
            why="unknown",
            key_id=delivery.notification.key_id,
            content_sealed=b"x",
            received_at=timezone.now(),
        ).pk,
        "plan_id": create_plan(cast, now=timezone.now()).pk,
        "place_id": create_place(cast).pk,
        "scorecard_id": Scorecard.objects.create(
            organization=cast.organization,
            interview=interview,
            started_at=timezone.now(),
            saved_at=timezone.now(),
        ).pk,
        "form_id": ScorecardForm.objects.create(organization=cast.organization).pk,
    }
    rows["owner"] = rows["candidate_id"]
    question = SurveyQuestion(
        organization=cast.organization, code=interview.pk, kind="interview", answered_by="text", text="？"
    )
    question.save(force_insert=True)
    signed = SurveySigned(
        organization=cast.organization,
        interview=interview,
        kind="interview",
        impression=5,
        recommend=9,
        at=timezone.now(),
    )
    signed.save(force_insert=True)
    rows |= {"question_id": question.pk, "signed_id": signed.pk} | onboarding_rows(cast)
    feedback = drafted(cast, rejected(cast, now=timezone.now()), now=timezone.now())
    phrase = Phrase.objects.create(
        organization=cast.organization, competency="coding", rating=4, locale="zh-hans", text="x"
    )
    rows |= {"feedback_id": feedback.pk, "phrase_id": phrase.pk, "competency": feedback.pk}
    tale = Tale(cast, timezone.now())
    letters = tale.prepare(tale.decide([interview]))
    rows |= {"result_batch_id": letters.pk, "notice_id": tale.only(letters).pk}
    unbind()
    return rows


def onboarding_rows(cast: Cast) -> dict[str, UUID | int]:
    hired = hire(cast, now=timezone.now())
    agree(hired, Section.IDENTITY, now=timezone.now())
    keep(hired, "id_front", now=timezone.now())
    return {"case_id": hired.case.pk, "document_id": Document.objects.get().pk}


def inbox_rows(cast: Cast, interview: Interview) -> dict[str, UUID | int]:
    now = timezone.now()
    question = ask(interview, "？", at=now)
    shared = {"organization": cast.organization, "updated_at": now}
    consultation = Consultation.objects.create(
        organization=cast.organization,
        conversation_id=question.conversation_id,
        question=question,
        interviewer=cast.interviewer,
        asked_by=cast.recruiter,
        asked_at=now,
    )
    return {
        "conversation_id": question.conversation_id,
        "consultation_id": consultation.pk,
        "reply_id": SavedReply.objects.create(code="x", title="x", body="x", **shared).pk,
        "entry_id": FaqEntry.objects.create(question="x", answer="x", **shared).pk,
    }


@pytest.fixture
def outsider(theirs: dict[str, UUID | int]) -> Client:
    """An administrator of our own organization, signed in."""
    cast: Cast = create_cast(now=timezone.now(), name="星河科技")
    client = sign_in_client(create_user(cast.organization, Role.ADMINISTRATOR, "外人"))
    unbind()
    return client


@pytest.mark.parametrize("route", ROUTES)
def test_an_id_of_another_organization_is_not_found(
    theirs: dict[str, UUID | int], outsider: Client, route: str
) -> None:
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    assert set(names) <= set(PARAMETERS), f"say in this test what {names} name"
    path = route
    for name in names:
        path = re.sub(rf"<(?:\w+:)?{name}>", str(theirs[name]), path)
    answers = {method: getattr(outsider, method)(f"/{path}").status_code for method in ("get", "post")}
    assert set(answers.values()) <= {404, 405}
    assert 404 in answers.values()
