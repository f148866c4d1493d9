"""I am here, I am late, I cannot find it: one press for a person, seen at once, and nothing for strangers."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.factories import Cast
from tests.interviews.places import create_place, held_at
from tests.portal.conftest import furnish
from tests.portal.stories import PHONE, TAP, Invited, hidden, invite, phone
from tests.portal.test_page import BURST
from yuemian.domain.states import Answer, Mode
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.models import ArrivalSignal, Interview, Place
from yuemian.portal import arriving_views
from yuemian.trust.limits import Limit


@pytest.fixture
def who(cast: Cast) -> Invited:
    now = timezone.now()
    interview = held_at(cast, create_place(cast), now=now)
    return invite(cast, now=now - timedelta(hours=2), interview=interview)


def press(who: Invited, signal: str, **fields: Any) -> HttpResponse:
    now = timezone.now()
    content = {"token": who.token, "nonce": who.page_nonce(now=now), "report": TAP, "signal": signal}
    return phone().post("/c/signal", content | fields)  # type: ignore[return-value]


def said() -> list[tuple[str, int | None]]:
    return list(ArrivalSignal.objects.values_list("kind", "minutes"))


def test_one_tap_says_that_somebody_is_there(who: Invited) -> None:
    answer = press(who, "here")
    assert (answer.status_code, answer["Location"]) == (303, f"{who.address}#arrival")
    assert said() == [("here", None)]
    text = phone().get(who.address).content.decode()
    assert 'value="here"' not in text
    assert 'class="received"' in text


def test_late_lost_and_words(who: Invited) -> None:
    press(who, "late", minutes="20", words="地铁停运")
    press(who, "lost")
    press(who, "word", words="我在北门")
    assert said() == [("late", 20), ("lost", None), ("word", None)]
    assert "我在北门" in phone().get(f"{who.address}/arrival").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"signal": "late"},
        {"signal": "late", "minutes": "11"},
        {"signal": "late", "minutes": "<b>"},
        {"signal": "word", "words": "  "},
        {"signal": "gone"},
        {"signal": ""},
    ],
)
def test_what_makes_no_sense_changes_nothing(who: Invited, fields: dict[str, str]) -> None:
    assert press(who, **fields).status_code == 303
    assert said() == []


def test_without_script_two_presses_say_it(who: Invited) -> None:
    client = Client(headers={"user-agent": PHONE})
    page: Any = client.get(f"{who.address}/arrival")
    form = {
        "token": who.token,
        "nonce": hidden(page, "nonce"),
        "report": "",
        "signal": "late",
        "minutes": "10",
    }
    summary = client.post("/c/signal", form | {"words": "堵车"})
    assert said() == []
    text = summary.content.decode()
    assert "10" in text
    assert "堵车" in text


def test_outside_its_time_the_page_offers_nothing(who: Invited) -> None:
    Interview.objects.update(starts_at=timezone.now() + timedelta(hours=4))
    assert 'id="arrival"' not in phone().get(who.address).content.decode()
    assert 'name="signal"' not in phone().get(f"{who.address}/arrival").content.decode()
    press(who, "here")
    assert said() == []


def test_nobody_arrives_at_a_call(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now, mode=Mode.PHONE, starts_at=now + timedelta(minutes=20))
    assert 'value="here"' not in phone().get(who.address).content.decode()
    press(who, "here")
    press(who, "lost")
    press(who, "late", minutes="5")
    assert said() == [("late", 5)]


def test_the_page_of_somebody_who_arrives_travels_in_one_burst(cast: Cast, who: Invited) -> None:
    furnish(cast)
    for turn in range(4):
        ask(who.link, f"第 {turn} 个问题：请问附近方便停车吗？", now=timezone.now())
    respond(who.link, Answer.RESCHEDULE_REQUESTED, "周二下午", now=timezone.now(), was_confirmed=True)
    press(who, "late", minutes="20")
    response = Client(headers={"user-agent": PHONE, "accept-encoding": "gzip"}).get(who.address)
    assets = [Path(str(finders.find(f"portal/page.{kind}"))) for kind in ("css", "js")]
    assert len(response.content) + sum(len(gzip.compress(each.read_bytes(), 9)) for each in assets) <= BURST


def arrive(place: Place, name: str, digits: str, **headers: str) -> HttpResponse:
    return Client(headers=headers).post(  # type: ignore[return-value]
        f"/arrive/{place.code}", {"name": name, "digits": digits, "language": "en"}
    )


def place_of(who: Invited) -> Place:
    assert who.interview.place is not None
    return who.interview.place


def test_the_poster_signs_in_and_says_the_same_to_everybody(who: Invited) -> None:
    place = place_of(who)
    right, wrong = arrive(place, "候", "0000"), arrive(place, "李", "1234")
    assert said() == [("here", None)]
    assert (right.status_code, right["Location"]) == (wrong.status_code, wrong["Location"])
    shown = [Client().get(each["Location"]).content for each in (right, wrong)]
    assert shown[0] == shown[1]
    assert b"0000" not in shown[0]


def test_opening_the_poster_changes_nothing_and_names_nobody(who: Invited) -> None:
    text = Client().get(f"/arrive/{place_of(who).code}").content.decode()
    assert "星河大厦" in text
    assert "候选人" not in text
    assert said() == []
    assert Client().get("/arrive/nothing").status_code == 404


def test_a_place_out_of_use_signs_nobody_in(who: Invited) -> None:
    Place.objects.update(is_active=False)
    assert arrive(place_of(who), "候", "0000").status_code == 404
    assert said() == []


def test_whoever_tries_numbers_is_asked_to_wait(who: Invited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving_views, "PER_ADDRESS", Limit("arrive-test", 3, timedelta(minutes=10)))
    tries = [arrive(place_of(who), "候", f"{number:04}") for number in range(1, 6)]
    assert [each.status_code for each in tries] == [303, 303, 303, 429, 429]


def test_no_personal_value_stands_in_an_address(who: Invited) -> None:
    answer = arrive(place_of(who), "候", "0000")
    assert "0000" not in answer["Location"]
    assert "%E5%80%99" not in answer["Location"]
