"""Executors that race, die between two steps or meet a change: never twice, never of an old revision, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interviews
from tests.interviews.test_steps import INVITE, REMIND, create_plan, facts_of
from yuemian.domain.cadence import Step
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.interviews.actions.change import change_interview
from yuemian.interviews.actions.choose import Outdated, choose, press_send
from yuemian.interviews.actions.choose import Plan as SendPlan
from yuemian.interviews.models import Cadence, Interview, StepRecord
from yuemian.interviews.tasks import run_due_steps
from yuemian.messaging.models import Delivery, Notification
from yuemian.trust.tenancy import acting_in

DAY = timedelta(days=1)
#: At noon of a workday, so that nothing is moved out of quiet hours.
NOON = datetime(2027, 3, 10, 4, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    with transaction.atomic():
        return create_cast(now=NOON)


class Killed(Exception):  # noqa: N818
    """The process ends here."""


def prepare(cast: Cast, count: int, *steps: Step, **fields: object) -> list[Interview]:
    with acting_in(cast.organization.pk):
        create_plan(cast, *steps, now=NOON, **fields)
        return create_interviews(cast, count, now=NOON, starts_at=NOON + 2 * DAY)


def in_threads(*works: Callable[[], None]) -> None:
    """All at the same moment, each on its own connection; the first failure is the test's."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait(20)
            work()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]


def execute(organization_id: UUID, now: datetime = NOON, limit: int = 7) -> None:
    """As one clock does it, in small slices."""
    while True:
        with acting_in(organization_id):
            if not run_due_steps(organization_id, now, limit):
                return


def said(cast: Cast, purpose: Purpose = Purpose.INVITATION) -> list[tuple[UUID, int]]:
    with acting_in(cast.organization.pk):
        found = Notification.objects.filter(purpose=purpose)
        return list(found.order_by("subject_id").values_list("subject_id", "subject_revision"))


@pytest.mark.parametrize("attempt", range(3))
def test_four_executors_at_once_say_everything_once(cast: Cast, attempt: int) -> None:
    interviews = prepare(cast, 60, INVITE)
    in_threads(*[lambda: execute(cast.organization.pk)] * 4)
    assert said(cast) == sorted((each.pk, 1) for each in interviews)
    with acting_in(cast.organization.pk):
        assert StepRecord.objects.filter(outcome="planned").count() == 60
        assert not Cadence.objects.filter(next_at__lte=NOON).exists()


def test_an_executor_cut_off_before_its_commit_leaves_nothing_and_another_does_it(cast: Cast) -> None:
    interviews = prepare(cast, 5, INVITE)

    def work() -> None:
        with acting_in(cast.organization.pk):
            assert run_due_steps(cast.organization.pk, NOON) == 5
            raise Killed

    with pytest.raises(Killed):
        work()
    assert said(cast) == []
    execute(cast.organization.pk)
    assert len(said(cast)) == len(interviews)


def test_an_executor_whose_connection_dies_leaves_nothing_half_done(cast: Cast) -> None:
    prepare(cast, 5, INVITE)

    def work() -> None:
        with acting_in(cast.organization.pk):
            run_due_steps(cast.organization.pk, NOON)
            kill_own_connection()
            StepRecord.objects.count()

    with pytest.raises((OperationalError, InterfaceError)):
        work()
    connection.close()
    assert said(cast) == []
    execute(cast.organization.pk)
    assert len(said(cast)) == 5


def kill_own_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def kill() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yuemian_owner")
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    in_threads(kill)


@pytest.mark.parametrize("attempt", range(6))
def test_a_change_beside_an_executor_never_leaves_the_old_time_in_the_queue(cast: Cast, attempt: int) -> None:
    interviews = prepare(cast, 12, INVITE, REMIND)
    if attempt % 2:
        execute(cast.organization.pk)
        at = NOON + DAY
    else:
        at = NOON

    def move() -> None:
        for interview in interviews:
            with acting_in(cast.organization.pk):
                facts = facts_of(interview, starts_at=NOON + 9 * DAY)
                change_interview(cast.recruiter, interview.pk, facts, now=at)

    in_threads(move, lambda: execute(cast.organization.pk, at, limit=3))
    with acting_in(cast.organization.pk):
        alive = Delivery.objects.exclude(state=DeliveryState.CANCELLED)
        revisions = alive.filter(state=DeliveryState.QUEUED).values_list(
            "notification__subject_revision", flat=True
        )
        assert set(revisions) <= {2}, "what waits is about the new time"


def test_an_invitation_pressed_while_the_plan_sends_it_arrives_once(cast: Cast) -> None:
    interviews = prepare(cast, 20, INVITE)
    with acting_in(cast.organization.pk):
        batch = choose(cast.recruiter, [each.pk for each in interviews], now=NOON)

    def press() -> None:
        plan = SendPlan(cast.templates[Purpose.INVITATION], [Channel.EMAIL])
        with acting_in(cast.organization.pk), suppress(Outdated):
            press_send(cast.recruiter, batch.pk, plan, expected=20, now=NOON)

    in_threads(press, lambda: execute(cast.organization.pk, limit=50))
    assert said(cast) == sorted((each.pk, 1) for each in interviews)


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    connections.close_all()
