"""The clock: chores run when due, in the web role, one worker at a time, whatever fails beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from tests.factories import create_cast, create_interview
from tests.messaging.engine.conftest import Story
from yuemian.accounts.models import Branch
from yuemian.domain.cadence import Anchor, Step, steps_to_json
from yuemian.domain.states import Purpose
from yuemian.interviews.models import Plan, StepRecord
from yuemian.messaging.clock import CHORES, Chore
from yuemian.messaging.engine.clock import Clock
from yuemian.messaging.models import Notification
from yuemian.trust.tenancy import acting_in, current

EVERY = timedelta(hours=1)
seen: list[tuple[UUID, str, UUID | None]] = []


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    seen.clear()
    yield
    seen.clear()


def note(organization_id: UUID, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        seen.append((organization_id, cursor.fetchone()[0], current()))
    return 0


def fail(organization_id: UUID, now: datetime) -> int:
    raise ValueError(f"{organization_id} {now}")


def work_twice(organization_id: UUID, now: datetime) -> int:
    note(organization_id, now)
    return int(sum(each[0] == organization_id for each in seen) < 2)


def chore(name: str) -> dict[str, Chore]:
    return {name: Chore(name, EVERY, f"{__name__}.{name}")}


def test_every_organization_is_visited_in_the_web_role_and_bound_to_itself(story: Story) -> None:
    with transaction.atomic():
        other = create_cast(now=story.now, name="第二家").organization
    Clock(chore("note")).tick()
    mine = story.cast.organization.pk
    assert {each[0] for each in seen} == {mine, other.pk}
    assert all(role == "yuemian_app" and bound == id_ for id_, role, bound in seen)


def test_a_chore_waits_for_its_hour_and_works_in_slices_until_nothing_is_left(story: Story) -> None:
    clock = Clock(chore("work_twice"))
    left = clock.tick()
    clock.tick()
    assert [each[0] for each in seen] == [story.cast.organization.pk] * 2
    assert left == pytest.approx(60)


def test_what_fails_rests_and_stops_nothing_else(story: Story) -> None:
    clock = Clock(chore("fail") | chore("note"))
    clock.tick()
    assert [each[0] for each in seen] == [story.cast.organization.pk]


def test_one_worker_at_a_time_runs_a_chore_for_an_organization(story: Story) -> None:
    organization_id = story.cast.organization.pk
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with acting_in(organization_id), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [f"note {organization_id}"]
            )
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(20)
    Clock(chore("note")).tick()
    assert seen == []
    done.set()
    thread.join()
    Clock(chore("note")).tick()
    assert len(seen) == 1


def create_plan(story: Story) -> None:
    steps = steps_to_json([Step("invite", Purpose.INVITATION, Anchor.BEFORE_START, timedelta(days=3))])
    with acting_in(story.cast.organization.pk):
        Plan.objects.create(
            organization=story.cast.organization,
            name="自动",
            steps=steps,
            is_automatic=True,
            updated_at=story.now,
        )
        Branch.objects.update(quiet_from=time(0), quiet_until=time(0))


def test_a_running_clock_hears_of_an_import_and_does_what_is_due_at_once(story: Story) -> None:
    create_plan(story)
    organization_id = story.cast.organization.pk
    clock = Clock({"plan-steps": CHORES["plan-steps"]})
    news: Any = connections.create_connection("default")
    with news.cursor() as cursor:
        cursor.execute("LISTEN yuemian_events")
    clock.start()
    try:
        assert clock.listening.wait(20)
        with acting_in(organization_id):
            create_interview(story.cast, now=story.now, starts_at=story.now + timedelta(days=2))
        heard = news.connection.notifies(timeout=20)
        assert any(story.rows(StepRecord.objects.filter(outcome="planned")) for _ in heard)
        assert len(story.rows(Notification.objects.all())) == 1
    finally:
        clock.stop()
        news.close()


def test_a_lost_connection_is_replaced(story: Story) -> None:
    clock = Clock(chore("note"))
    clock.start()
    try:
        assert clock.listening.wait(20)
        with acting_in(story.cast.organization.pk), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yuemian_owner")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'"
            )
            assert cursor.fetchall() == [(True,)]
        while clock.listening.is_set():
            threading.Event().wait(0.01)
        assert clock.listening.wait(20)
    finally:
        clock.stop()
