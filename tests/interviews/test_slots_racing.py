"""Two hundred candidates and twenty slots: nobody gets a seat twice, not even when our own check looks away."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from tests.factories import Cast, create_cast, create_interviews
from tests.interviews.slots import EVERY_DAY, create_policy, create_series
from tests.portal.stories import invited
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.reschedule import Press, choose_slot
from yuemian.interviews.actions.seats import JustTaken, sit_down
from yuemian.interviews.models import Interview, RescheduleRequest, Seat, Slot
from yuemian.interviews.slots.reading import offers_for
from yuemian.messaging.models import AccessLink
from yuemian.trust.tenancy import acting_in

CANDIDATES, SLOTS = 200, 20
DAY = timedelta(days=1)
NOW = datetime(2027, 3, 8, 1, tzinfo=UTC)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    with transaction.atomic():
        return create_cast(now=NOW)


def crowd(cast: Cast, count: int, *, is_automatic: bool = True) -> list[AccessLink]:
    """So many invited candidates of one interviewer, who offers twenty slots: four mornings of five."""
    with acting_in(cast.organization.pk):
        windows = [each | {"until": "14:00"} for each in EVERY_DAY]
        create_series(cast, now=NOW, windows=windows, ahead_days=5)
        create_policy(cast, now=NOW, is_automatic=is_automatic)
        interviews = create_interviews(cast, count, now=NOW, starts_at=NOW + 20 * DAY)
        version = cast.templates[Purpose.INVITATION]
        summary = summarize(interviews, version, Purpose.INVITATION, [Channel.EMAIL], now=NOW)
        send(cast.recruiter, summary, version, Purpose.INVITATION, now=NOW)
        return [invited(interview).link for interview in interviews]


def connections_at_once() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        return min(CANDIDATES, int(cursor.fetchone()[0]) - 20)


def race(works: list[Callable[[], None]]) -> None:
    """All begin together, each on its own connection; the first failure is the test's."""
    failures: list[BaseException] = []
    together, room = threading.Barrier(len(works)), threading.Semaphore(connections_at_once())

    def run(work: Callable[[], None]) -> None:
        try:
            together.wait(60)
            with room:
                work()
                connections.close_all()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    if failures:
        raise failures[0]


def pick(cast: Cast, link: AccessLink, outcomes: list[str], left: list[int]) -> None:
    """A candidate's page, then their press on one of the times, until they have one or none is left."""
    interview_id = link.subject_id
    dice = random.Random(str(interview_id))
    while True:
        with acting_in(cast.organization.pk):
            interview = Interview.objects.with_people().get(pk=interview_id)
            found = [each.key for each in offers_for(interview, now=NOW)]
        if not found:
            outcomes.append("nothing left")
            return
        try:
            with acting_in(cast.organization.pk):
                choose_slot(Press(link, NOW), dice.choice(found), words="")
            outcomes.append("won")
            return
        except JustTaken:
            left.append(len(found))


@pytest.mark.parametrize(("count", "is_automatic"), [(CANDIDATES, True), (60, False)])
def test_two_hundred_candidates_race_for_twenty_slots(cast: Cast, count: int, is_automatic: bool) -> None:
    links = crowd(cast, count, is_automatic=is_automatic)
    outcomes: list[str] = []
    left: list[int] = []
    race([lambda link=link: pick(cast, link, outcomes, left) for link in links])  # type: ignore[misc]
    assert Counter(outcomes) == {"won": SLOTS, "nothing left": count - SLOTS}
    assert left  # some lost a slot that they had been shown, and were shown what remained
    with acting_in(cast.organization.pk):
        assert Seat.objects.count() == Slot.objects.count() == SLOTS
        winners = set(Seat.objects.values_list("interview_id", flat=True))
        assert len(winners) == SLOTS
        if is_automatic:
            moved = Interview.objects.filter(revision=2, answer="accepted")
            assert set(moved.values_list("pk", flat=True)) == winners
            assert moved.values("starts_at").distinct().count() == SLOTS
        else:
            asked = RescheduleRequest.objects.filter(state="open")
            assert set(asked.values_list("interview_id", flat=True)) == winners


def test_the_constraint_holds_when_nothing_else_looks(cast: Cast) -> None:
    """The seat itself, without lock and without asking what is still offered: forty threads, one seat."""
    links = crowd(cast, 40)
    with acting_in(cast.organization.pk):
        first = Interview.objects.with_people().get(pk=links[0].subject_id)
        found = offers_for(first, now=NOW)[0]
    outcomes: list[str] = []

    def sit(link: AccessLink) -> None:
        try:
            with acting_in(cast.organization.pk):
                sit_down(Interview.objects.get(pk=link.subject_id), found, now=NOW, held_until=None)
            outcomes.append("sat")
        except IntegrityError:
            outcomes.append("refused")

    race([lambda link=link: sit(link) for link in links])  # type: ignore[misc]
    assert Counter(outcomes) == {"sat": 1, "refused": 39}
    with acting_in(cast.organization.pk):
        assert Seat.objects.count() == 1
