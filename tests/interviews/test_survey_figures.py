"""The page of surveys and its file: what is of all answers, what of a filter, and who is still to be contacted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.factories import Cast, create_interviews, sign_in_client
from yuemian.domain.survey import SurveyKind
from yuemian.interviews.models import Interview, SurveyAnswer, SurveyInvitation, SurveySigned
from yuemian.interviews.surveys.signed import SHOWN, read_signed
from yuemian.trust.identifiers import uuid7

HOUR = timedelta(hours=1)


def sign(cast: Cast, interviews: list[Interview], now: datetime, **fields: Any) -> None:
    SurveySigned.objects.bulk_create(
        SurveySigned(
            id=uuid7(), organization=cast.organization, interview=each, kind=SurveyKind.INTERVIEW, job=cast.backend,
            impression=2, recommend=3, at=now, **fields,
        )
        for each in interviews
    )  # fmt: skip


def answer(cast: Cast, count: int) -> None:
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            id=uuid7(), organization=cast.organization, kind=SurveyKind.INTERVIEW, job=cast.backend,
            impression=5, recommend=10,
        )
        for _ in range(count)
    )  # fmt: skip


def test_whoever_is_to_be_contacted_comes_before_all_who_were(cast: Cast, now: datetime) -> None:
    *known, older, newest = create_interviews(cast, SHOWN + 2, now=now)
    sign(cast, known, now, contacted_at=now)
    sign(cast, [older], now - HOUR)
    sign(cast, [newest], now)
    found = [each.row.interview_id for each in read_signed(cast.recruiter, SurveyKind.INTERVIEW)]
    assert (found[:2], len(found)) == ([newest.pk, older.pk], SHOWN)


def test_how_many_have_answered_is_said_of_the_whole_alone(cast: Cast, now: datetime) -> None:
    for interview in create_interviews(cast, 8, now=now):
        SurveyInvitation.objects.create(
            organization=cast.organization, interview=interview, candidate=interview.application.candidate,
            kind=SurveyKind.INTERVIEW, at=now,
        )  # fmt: skip
    answer(cast, 6)
    client = sign_in_client(cast.recruiter)
    assert client.get("/surveys").context["rate"] == (8, 6)
    part = client.get(f"/surveys?job={cast.backend.pk}").context
    assert (part["figures"].count, part["rate"]) == (6, None)


def test_signed_answers_stay_out_of_the_file_and_that_is_said(cast: Cast, now: datetime) -> None:
    answer(cast, 5)
    sign(cast, create_interviews(cast, 1, now=now), now)
    client = sign_in_client(cast.recruiter)
    page = client.get("/surveys", headers={"accept-language": "en"})
    assert page.context["figures"].count == 6
    assert "are not in the file" in page.content.decode()
    lines = client.post("/surveys/export", {"filter": ""}).content.decode().splitlines()
    assert len(lines) == 1 + 5
