"""Where one is: every page of the console is marked in the navigation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories import Cast, create_interview, sign_in_client
from tests.interviews.plan_stories import create_plan
from yuemian.interviews.actions.choose import choose


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("/today", "/today"),
        ("/interviews/new", "/interviews"),
        ("/send/{draft}", "/interviews"),
        ("/batches", "/interviews"),
        ("/candidates/{candidate}", "/interviews"),
        ("/deliveries", "/deliveries"),
        ("/templates", "/templates"),
        ("/blocks", "/templates"),
        ("/plans", "/templates"),
        ("/plans/{plan}", "/templates"),
        ("/settings/account", "/settings"),
    ],
)
def test_the_entry_a_page_belongs_to_is_the_current_one(
    cast: Cast, recruiter_client: Client, now: datetime, page: str, entry: str
) -> None:
    interview = create_interview(cast, now=now)
    draft = choose(cast.recruiter, [interview.pk], now=now)
    plan = create_plan(cast, now=now)
    address = page.format(draft=draft.pk, candidate=interview.application.candidate_id, plan=plan.pk)
    answer: Any = recruiter_client.get(address)
    assert answer.status_code == 200
    marked = [each["path"] for each in answer.context["frame"]["navigation"] if each["current"]]
    assert marked == [entry]
    assert answer.content.decode().count('aria-current="page"') >= 1


def test_an_interviews_job_leads_to_its_page_for_whoever_may_read_it(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, interviewers=[cast.interviewer])
    link = f'href="/jobs/{interview.application.job_id}"'
    for part in ({}, {"HX-Target": "drawer-content"}):
        shown = recruiter_client.get(f"/interviews/{interview.pk}", headers=part).content.decode()
        assert link in shown
    held = sign_in_client(cast.interviewer).get(f"/interviews/{interview.pk}")
    assert held.status_code == 200
    assert link not in held.content.decode()
