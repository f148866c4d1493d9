"""How long people of a job waited for word, and how many still do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.factories import Cast
from tests.results.decisions.people import interviewed
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.domain.states import Purpose
from yuemian.interviews.board import Figure
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery
from yuemian.results.actions import notices
from yuemian.results.actions.waits import note_waits
from yuemian.results.models import Wait
from yuemian.results.silence import turnaround as module
from yuemian.results.silence.turnaround import turnaround

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_turnaround_is_measured_from_the_end_to_the_notice(cast: Cast, now: datetime) -> None:
    people = interviewed(cast, 10, now=now, ago=20 * DAY)
    note_waits(cast.organization.pk, now)
    for days, interview in enumerate(people[:9], start=1):
        Interview.objects.filter(pk=interview.pk).update(result_told_at=interview.ends_at + days * DAY)
        Wait.objects.filter(interview=interview).update(state="told")
    found = turnaround(cast.organization.pk, cast.backend.pk, now - 30 * DAY)
    assert (found.count, found.median, found.is_enough) == (9, 5 * DAY, True)
    assert found.p90
    assert abs(found.p90 - timedelta(days=8.2)) < timedelta(seconds=1)
    assert found.bounds == (2 * DAY, 8 * DAY)
    assert (found.waiting, found.longest_since) == (Figure(1), people[9].ends_at)
    assert turnaround(cast.organization.pk, cast.sales.pk, now - 30 * DAY).count == 0


@pytest.mark.parametrize(("became", "waited"), [("sent", 2 * DAY), ("permanent_failure", 20 * DAY)])
def test_who_was_told_otherwise_later_waited_for_the_first_word_that_reached_them(
    cast: Cast, now: datetime, became: str, waited: timedelta
) -> None:
    tale = Tale(cast, now)
    first = tale.only(tale.released(outcome=Outcome.REJECT)).decision.interview
    Interview.objects.filter(pk=first.pk).update(starts_at=now - 2 * DAY - first.duration)
    Wait.objects.filter(interview=first).update(ended_at=now - 2 * DAY)
    Delivery.objects.filter(notification__purpose=Purpose.RESULT).update(state=became)
    tale.now = now + 18 * DAY
    corrected = tale.only(tale.prepare(tale.decide([first], Outcome.PASS)))
    notices.explain_correction(cast.recruiter, corrected.pk, "录入时选错了人", now=tale.now)
    assert corrected.batch is not None
    tale.submit(corrected.batch)
    tale.approve(corrected.batch)
    tale.release(corrected.batch)
    first.refresh_from_db()
    assert first.result_told_at == tale.now, "so long the last letter opens"
    found = turnaround(cast.organization.pk, first.application.job_id, now - 30 * DAY)
    # Nothing leaves before the window is over.
    assert (found.count, found.median) == (1, waited + timedelta(minutes=10))


def test_more_than_are_counted_is_said_and_the_link_shows_them(
    cast: Cast, recruiter_client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = interviewed(cast, 4, now=now, ago=20 * DAY)
    note_waits(cast.organization.pk, now)
    Wait.objects.filter(interview=people[0]).update(state="decided")
    assert turnaround(cast.organization.pk, cast.backend.pk, now - 30 * DAY).waiting == Figure(4)
    monkeypatch.setattr(module, "COUNTED", 3)
    page = recruiter_client.get(
        f"/jobs/{cast.backend.pk}", headers={"accept-language": "en"}
    ).content.decode()
    address = f"/results?state=waiting&amp;job={cast.backend.pk}"
    assert f'<a href="{address}">3+ still wait</a>' in page
    listed = recruiter_client.get(address.replace("&amp;", "&")).content.decode()
    assert [listed.count(f"/results/{each.pk}") > 0 for each in people] == [True] * 4
