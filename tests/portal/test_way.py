"""“Getting there”: the place in the reader's language, maps in the right order, and the link that appears in time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from tests.factories import Cast, create_interview
from tests.interviews.places import create_place, held_at
from tests.portal.stories import PHONE, Invited, invite, phone
from tests.portal.test_page import PAYLOADS
from yuemian.accounts.models import Organization
from yuemian.domain.invitation import Method
from yuemian.domain.states import Channel, Mode, Purpose
from yuemian.domain.template import compile_template, render
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.staff import _intent
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview, Place
from yuemian.messaging.calendar_event import form_of
from yuemian.messaging.defaults import shipped_templates
from yuemian.messaging.engine.mail_parts import facts_of

ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


def invited(cast: Cast, **fields: Any) -> Invited:
    """Somebody who comes to the tower in three days."""
    now = timezone.now()
    place = create_place(cast, **fields)
    return invite(cast, now=now, interview=held_at(cast, place, now=now, starts_at=now + timedelta(days=3)))


def way(who: Invited, agent: str = PHONE, language: str = "") -> str:
    client = Client(headers={"user-agent": agent})
    if language:
        client.post("/c/language", {"token": who.token, "language": language})
    answer = client.get(f"{who.address}/way")
    assert answer.status_code == 200
    return answer.content.decode()


def maps(text: str) -> list[str]:
    return re.findall(r'class="map[^"]*" href="([^"]*)"', text)


def test_the_page_says_all_that_helps(cast: Cast) -> None:
    text = way(invited(cast, photo=b"\xff\xd8\xff"))
    for part in (
        "星河大厦",
        "12 层前台",
        "世纪大道 100 号",
        "地铁 2 号线",
        "从南门进",
        "出示身份证",
        "/place/",
    ):
        assert part in text
    assert len(maps(text)) == 5
    assert text.count('rel="noopener noreferrer"') == 5


def test_in_english_as_far_as_it_is_written(cast: Cast) -> None:
    who = invited(cast)
    text = way(who, language="en")
    for part in ("Galaxy Tower", "Reception, level 12", "100 Century Avenue", "Metro line 2", "从南门进"):
        assert part in text
    client = phone()
    client.post("/c/language", {"token": who.token, "language": "en"})
    first = client.get(who.address).content.decode()
    assert "Galaxy Tower, Reception, level 12" in first
    assert f'href="{who.address}/way"' in first


def test_the_second_press_names_the_place_in_the_language_of_the_page(cast: Cast) -> None:
    who, client = invited(cast), phone()
    client.post("/c/language", {"token": who.token, "language": "en"})
    summary = client.post("/c/answer", {"token": who.token, "answer": "accepted"}).content.decode()
    assert "<bdi>Galaxy Tower, Reception, level 12</bdi>" in summary


def test_the_map_that_people_have_comes_first(cast: Cast) -> None:
    who = invited(cast)
    assert maps(way(who, PHONE))[0].startswith("https://apis.map.qq.com/")
    assert maps(way(who, ANDROID))[0].startswith("geo:")
    assert maps(way(who, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)"))[0].startswith("https://maps.apple.com/")


def test_without_a_known_place_the_maps_search(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    text = way(who)
    assert all("%E4%B8%96%E7%BA%AA%E5%A4%A7%E9%81%93" in link for link in maps(text))


def test_words_written_by_hand_count_and_the_old_map_does_not(cast: Cast) -> None:
    who = invited(cast)
    Interview.objects.update(place_name="对面咖啡馆", place_address="银城路 2 号")
    text = way(who)
    assert "对面咖啡馆" in text
    assert "31.230416" not in text
    assert "从南门进" not in text


def test_a_place_that_was_renamed_without_telling_keeps_what_was_told(cast: Cast) -> None:
    who = invited(cast)
    Place.objects.update(name="星河中心", name_en="Galaxy Centre")
    assert "星河大厦 12 层前台" in phone().get(who.address).content.decode()


def test_the_token_stands_in_no_link_that_leads_away(cast: Cast) -> None:
    who = invited(cast)
    text = way(who)
    away = [
        link
        for link in re.findall(r'(?:href|src)="([^"]*)"', text)
        if "://" in link or link.startswith("geo")
    ]
    assert away
    assert not [link for link in away if who.token in link]
    answer = phone().get(f"{who.address}/way")
    assert answer["Referrer-Policy"] == "no-referrer"


def test_a_dead_link_shows_no_way(cast: Cast) -> None:
    who = invited(cast)
    assert phone().get(f"/c/{who.token[:-1]}x/way").status_code == 404


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_place_becomes_markup(cast: Cast, payload: str) -> None:
    texts = dict.fromkeys(("entrance", "reception", "parking", "transit"), payload)
    text = way(invited(cast, name=payload[:60], address=payload, **texts))
    assert text.count("<script") == 1
    for bad in ("<img src=x", "<svg/onload", "<iframe", "<style", 'href="javascript:'):
        assert bad not in text


def test_a_video_link_appears_in_time(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now, mode=Mode.VIDEO, starts_at=now + timedelta(minutes=61))
    Interview.objects.update(video_link="https://meet.example.com/abc")
    assert "meet.example.com" not in phone().get(who.address).content.decode()
    Interview.objects.update(starts_at=now + timedelta(minutes=59))
    assert "https://meet.example.com/abc" in phone().get(who.address).content.decode()
    Interview.objects.update(starts_at=now + timedelta(days=2))
    Organization.objects.update(video_link_from=0)
    assert "https://meet.example.com/abc" in phone().get(who.address).content.decode()


def test_a_cancelled_interview_shows_nothing_of_its_video_link(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now, mode=Mode.VIDEO, starts_at=now + timedelta(days=1))
    Interview.objects.update(video_link="https://meet.example.com/abc")
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    for minutes in (60, 0):
        Organization.objects.update(video_link_from=minutes)
        assert "meet.example.com" not in phone().get(who.address).content.decode()


def event_of(context: Mapping[str, Any], language: str) -> Any:
    """What a calendar reads."""
    form = form_of(Method.PUBLISH, 1, context, language)
    assert form is not None
    filled = form.fill(uid="u", stamp=timezone.now(), organizer=None, link="https://x.example/c/1")
    (event,) = Calendar.from_ical(filled).walk("VEVENT")
    return event


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("zh-hans", "开始前 60 分钟起，见您的面试页面"),
        ("en", "on your interview page, from 60 min before the start"),
        ("ar", "في صفحة مقابلتكم، ابتداءً من 60 د قبل البدء"),
    ],
)
def test_messages_and_calendars_say_where_the_link_will_stand(cast: Cast, language: str, note: str) -> None:
    now, link = timezone.now(), "https://meet.example.com/abc"
    interview = create_interview(cast, now=now, mode=Mode.VIDEO)
    interview.video_link = link
    context = context_of(interview, cast.organization, language, answer_link="https://x.example/c/1")
    (shipped,) = (t for t in shipped_templates() if t.purpose == Purpose.INVITATION and not t.round)
    text = shipped.texts[Channel.EMAIL, language]
    told = render(compile_template(text.subject, text.body, Purpose.INVITATION), context).text
    event = event_of(context, language)
    card = dict(facts_of(Purpose.INVITATION, context, language))
    said = f"{told} {event['DESCRIPTION']} {event.get('LOCATION')} {card}"
    assert link not in said
    assert all(note in each for each in (told, str(event["DESCRIPTION"]), str(card)))
    cast.organization.video_link_from = 0
    open_context = context_of(interview, cast.organization, language, answer_link="https://x.example/c/1")
    assert event_of(open_context, language)["LOCATION"] == link
    assert link in render(compile_template(text.subject, text.body, Purpose.INVITATION), open_context).text


def test_colleagues_are_told_the_link_itself(cast: Cast) -> None:
    interview = create_interview(cast, now=timezone.now(), mode=Mode.VIDEO)
    Interview.objects.update(video_link="https://meet.example.com/abc")
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    intent = _intent(
        cast.organization, chosen, cast.interviewer, locale="en", deadline_at=interview.starts_at
    )
    (shipped,) = (t for t in shipped_templates() if t.purpose == Purpose.STAFF_REMINDER)
    text = shipped.texts[Channel.EMAIL, "en"]
    assert isinstance(
        intent.context, Mapping
    )  # there are few colleagues: nothing is written for many at once
    told = render(compile_template(text.subject, text.body, Purpose.STAFF_REMINDER), intent.context).text
    assert "https://meet.example.com/abc" in told
    assert "on your interview page" not in told


def test_a_call_says_who_rings(cast: Cast) -> None:
    who = invite(cast, now=timezone.now(), mode=Mode.PHONE)
    assert "021-55550100" in phone().get(who.address).content.decode()
    assert "/way" not in phone().get(who.address).content.decode()
