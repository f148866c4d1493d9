"""A send to many and a change of one of its interviews at the same moment: each sees what the other did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from tests.factories import create_interviews
from tests.interviews.test_invite import facts_of
from tests.messaging.engine.conftest import Story
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.absence import ask_to_choose
from yuemian.interviews.actions.change import cancel_interview, change_interview
from yuemian.interviews.actions.invite import send_chosen
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery
from yuemian.trust.tenancy import acting_in

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def change(story: Story, interview: Interview) -> None:
    later = facts_of(interview, starts_at=interview.starts_at + timedelta(days=1))
    change_interview(story.cast.recruiter, interview.pk, later, now=story.now)


def cancel(story: Story, interview: Interview) -> None:
    cancel_interview(story.cast.recruiter, interview.pk, now=story.now)


def leave_open(story: Story, interview: Interview) -> None:
    until = story.now + timedelta(days=2)
    ask_to_choose(story.cast.recruiter, interview.pk, until=until, reason="", now=story.now)


@pytest.mark.parametrize("act", [change, cancel, leave_open])
def test_what_is_being_planned_is_called_off_by_what_makes_it_false(
    story: Story, act: Callable[[Story, Interview], None]
) -> None:
    interview, bystander = story.act(lambda: create_interviews(story.cast, 2, now=story.now))

    def meanwhile() -> None:
        try:
            story.act(lambda: act(story, interview))
        finally:
            connections.close_all()

    other = threading.Thread(target=meanwhile)
    version = story.cast.templates[Purpose.INVITATION]
    with acting_in(story.cast.organization.pk):
        send_chosen(
            story.cast.recruiter,
            [interview.pk, bystander.pk],
            version,
            Purpose.INVITATION,
            [Channel.EMAIL],
            now=story.now,
        )
        other.start()
        wait_until_one_waits()
    other.join(20)
    rows = story.rows(
        Delivery.objects.filter(state="queued").values_list(
            "notification__subject_id", "notification__subject_revision"
        )
    )
    assert (bystander.pk, 1) in rows
    assert (interview.pk, 1) not in rows


def wait_until_one_waits() -> None:
    """The other does not go on before this transaction ends: that is what is tested, so give it its time."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
