"""Whoever holds an interview writes their own scorecard before they read the others', wherever results are shown."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, sign_in_client
from tests.results.decisions.people import REJECT, interviewed, reason, score
from yuemian.domain.results import Recommendation
from yuemian.interviews.models import Interview, Participant
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.feedback import draft_feedback
from yuemian.results.actions.waits import note_waits
from yuemian.results.decisions.cards import recommendations_of
from yuemian.results.models import Feedback

YES, NO = Recommendation.YES, Recommendation.NO
NOTE = "边界条件都想到了"


@pytest.fixture
def now() -> datetime:
    """Pages read the real clock."""
    return timezone.now()


@pytest.fixture
def held(cast: Cast, now: datetime) -> Interview:
    """The interviewer has written; the lead held it as well and has not."""
    (interview,) = interviewed(cast, 1, now=now)
    note_waits(cast.organization.pk, now)
    score(interview, cast.interviewer, YES, now=now, ratings={"coding": 5}, note=NOTE)
    Participant.objects.create(organization=cast.organization, interview=interview, user=cast.lead)
    return interview


@pytest.fixture
def lead_client(cast: Cast) -> Client:
    return sign_in_client(cast.lead)


def test_a_result_shows_nothing_of_others_before_ones_own(
    cast: Cast, held: Interview, lead_client: Client, now: datetime
) -> None:
    page = lead_client.get(f"/results/{held.pk}")
    assert (page.context["cards"], page.context["lines"], page.context["is_own_first"]) == ([], [], True)
    text = page.content.decode()
    assert f'href="/interviews/{held.pk}/scorecard"' in text
    assert NOTE not in text
    assert "coding" not in text
    score(held, cast.lead, NO, now=now)
    text = lead_client.get(f"/results/{held.pk}").content.decode()
    assert NOTE in text
    assert "coding 的例子" in text


def test_one_may_decide_without_having_read_them(
    cast: Cast, held: Interview, lead_client: Client, now: datetime
) -> None:
    assert lead_client.get(f"/results/{held.pk}").context["may_decide"]
    page = lead_client.post("/results/decide", {"ids": [str(held.pk)], "outcome": "hold"})
    assert [each.interview.pk for each in page.context["asked"].own_first] == [held.pk]
    assert page.context["asked"].unheard == 0


def test_nor_does_the_list_what_is_taken_along_or_what_is_suggested(
    cast: Cast, held: Interview, lead_client: Client, now: datetime
) -> None:
    def said() -> tuple[str, list[str]]:
        (row,) = lead_client.get("/results").context["page"].rows
        found = [
            each for each in ("for", "against", "none") if held.application.candidate.name in listed(each)
        ]
        return str(row.verdict_badge[0]), found

    def listed(verdict: str) -> str:
        page = lead_client.get(f"/results?verdicts={verdict}", headers={"HX-Target": "board"})
        return page.content.decode()

    assert said() == ("先写你的评价", ["none"])
    page = lead_client.post("/results/decide", {"ids": [str(held.pk)], "outcome": "suggested"})
    assert (page.context["asked"].people, len(page.context["asked"].own_first)) == ([], 1)
    score(held, cast.lead, YES, now=now)
    assert said() == ("一致推荐", ["for"])


def test_nor_does_the_file_that_is_taken_along(cast: Cast, held: Interview, now: datetime) -> None:
    Participant.objects.create(organization=cast.organization, interview=held, user=cast.recruiter)
    client = sign_in_client(cast.recruiter)
    assert "先写你的评价" in client.post("/results/export").content.decode()
    score(held, cast.recruiter, YES, now=now)
    text = client.post("/results/export").content.decode()
    assert "先写你的评价" not in text
    assert "一致推荐" in text


def test_a_hiring_lead_takes_no_list_along(held: Interview, lead_client: Client) -> None:
    assert "/results/export" not in lead_client.get("/results").content.decode()
    assert lead_client.post("/results/export").status_code == 403


def test_whoever_did_not_hold_it_reads_at_once(
    cast: Cast, held: Interview, recruiter_client: Client, now: datetime
) -> None:
    assert NOTE in recruiter_client.get(f"/results/{held.pk}").content.decode()
    assert recommendations_of(cast.recruiter, [held.pk])[held.pk].said == [YES]
    heard = recommendations_of(cast.lead, [held.pk])[held.pk]
    assert (heard.said, heard.kept) == ([], 1)


def test_the_facts_under_feedback_wait_as_well(
    cast: Cast, held: Interview, lead_client: Client, now: datetime
) -> None:
    choice = Choice(held.pk, REJECT, (reason(cast, "skills_gap"),))
    (decision,) = decide(cast.recruiter, [choice], now=now)
    draft_feedback(cast.recruiter, [decision.pk], now=now)
    path = f"/results/feedback/{Feedback.objects.get().pk}"
    page = lead_client.get(path)
    assert (page.context["facts"], page.context["may_edit"]) == ([], False)
    assert f'href="/interviews/{held.pk}/scorecard"' in page.content.decode()
    score(held, cast.lead, NO, now=now)
    page = lead_client.get(path)
    assert page.context["may_edit"]
    assert "coding 的例子" in page.content.decode()
