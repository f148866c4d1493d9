"""Many guesses and many requests at one moment: the limits hold whatever process they arrive at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.utils import timezone

from tests.portal.conftest import Story
from tests.portal.data_stories import Browser, code_for
from yuemian.hiring.models import Candidate
from yuemian.messaging.actions import step_up
from yuemian.messaging.models import Challenge, Notification
from yuemian.trust.tenancy import acting_in

AT_ONCE = 16


def race(work: Callable[[int], None], count: int = AT_ONCE) -> None:
    barrier, failures = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait(20)
            work(number)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]


def test_five_guesses_count_and_no_more(story: Story, inside: Callable[[], Any]) -> None:
    browser = Browser(story.who)
    browser.press("code")
    with inside():
        right = int(code_for(story.who))
    secret, looked = browser.client.cookies["step"].value, []

    def guess(number: int) -> None:
        with acting_in(story.cast.organization.pk):
            candidate = Candidate.objects.get(pk=story.who.link.candidate_id)
            typed = f"{(right + 1 + number) % 1_000_000:06}"
            looked.append(step_up.check_code(candidate, "data", secret, typed, now=timezone.now()))

    race(guess)
    assert looked == [False] * AT_ONCE
    with inside():
        assert Challenge.objects.get().tries == step_up.TRIES
        candidate = Candidate.objects.get(pk=story.who.link.candidate_id)
        assert not step_up.check_code(candidate, "data", secret, f"{right:06}", now=timezone.now())


def test_the_right_code_opens_once_however_often_it_is_typed(story: Story, inside: Callable[[], Any]) -> None:
    browser = Browser(story.who)
    browser.press("code")
    with inside():
        right = code_for(story.who)
    secret, opened = browser.client.cookies["step"].value, []

    def type_it(_number: int) -> None:
        with acting_in(story.cast.organization.pk):
            candidate = Candidate.objects.get(pk=story.who.link.candidate_id)
            opened.append(step_up.check_code(candidate, "data", secret, right, now=timezone.now()))

    race(type_it)
    assert opened.count(True) == 1


def test_three_codes_leave_however_many_ask(story: Story, inside: Callable[[], Any]) -> None:
    statuses: list[int] = []
    race(lambda _number: statuses.append(Browser(story.who).press("code").status_code))
    assert sorted(statuses) == [303] * 3 + [429] * (AT_ONCE - 3)
    with inside():
        assert Notification.objects.filter(purpose="code").count() == 3


def test_only_one_of_many_erasures_gives_a_receipt(story: Story, inside: Callable[[], Any]) -> None:
    browser = Browser(story.who)
    browser.press("code")
    with inside():
        code = code_for(story.who)
    browser.type_code(code)
    pages: list[str] = []
    cookies = browser.client.cookies

    def erase(_number: int) -> None:
        mine = Browser(story.who)
        mine.client.cookies = cookies
        pages.append(mine.press("erase", word="删除").content.decode())

    race(erase, 6)
    assert sum('class="receipt"' in page for page in pages) == 1
