"""Every page in every language: the right words, the right direction, and no English left over."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, engines
from django.test import Client
from django.utils import timezone, translation

from tests.factories import Cast
from tests.interviews.places import create_place, held_at
from tests.interviews.slots import create_series
from tests.portal.conftest import furnish
from tests.portal.stories import PHONE, Invited, confirm, invite, phone
from tests.portal.test_page import BURST
from yuemian.domain.languages import LANGUAGES, direction
from yuemian.domain.states import Answer
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.reasons import give_reason
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery
from yuemian.portal.rendering import warm_up
from yuemian.ui.catalogue import SAME_AS_ENGLISH, SEEN_BY_CANDIDATES, messages_in_code

#: Neither Chinese nor English: each must say everything in words of its own.
OTHERS = [code for code in LANGUAGES if code not in {"zh-hans", "en"}]
#: Names of maps, of the contact's channels and of what the place's own texts say.
OWN_NAMES = {
    *("c***@example.com", "Amap", "Apple Maps", "Baidu Maps", "Google Maps", "Tencent Maps", "WeChat"),
    *("Galaxy Tower", "Reception, level 12", "100 Century Avenue, Shanghai"),
    *("Metro line 2, Lujiazui, exit 3", "Name the company, show an ID"),
}
_WORDS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_ATTRIBUTES = re.compile(r'(?:placeholder|aria-label|alt|data-done|title)="([^"]+)"')


def said_on(page: str) -> set[str]:
    """What a reader sees or hears: the texts between the tags, and those in attributes."""
    body = page.partition("<body")[2]
    texts = [*_WORDS.split(body), *_ATTRIBUTES.findall(body), *re.findall("<title>(.*?)</title>", page)]
    return {unescape(text or "").strip(" \n·:：，。") for text in texts if text and text.strip()}


def english() -> set[str]:
    """Everything that the pages say in English, as far as it is a whole text."""
    found = messages_in_code(parts=SEEN_BY_CANDIDATES).values()
    return {
        text.strip(" \n·:：，。") for texts in found for text in texts if "%" not in text and "{" not in text
    }


def read(who: Invited, language: str) -> str:
    browser = phone()
    browser.post("/c/language", {"token": who.token, "language": language})
    response = browser.get(who.address)
    assert response["Content-Language"] == language
    return response.content.decode()


def stories(cast: Cast) -> list[Invited]:
    """An open interview on site, by video and by phone; an answered, a changed, a cancelled one, one that is over."""
    now = timezone.now()
    plain, video, by_phone, answered, declined, waiting, cancelled, over = (
        invite(cast, now=now) for _ in range(8)
    )
    Interview.objects.filter(pk=video.interview.pk).update(mode="video", video_link="https://video.example/1")
    Interview.objects.filter(pk=by_phone.interview.pk).update(mode="phone")
    respond(answered.link, Answer.ACCEPTED, "", now=now, was_confirmed=True)
    respond(declined.link, Answer.DECLINED, "", now=now, was_confirmed=True)
    respond(waiting.link, Answer.RESCHEDULE_REQUESTED, "周二下午", now=now, was_confirmed=True)
    ask(answered.link, "可以停车吗？", now=now)
    cancel_interview(cast.recruiter, cancelled.interview.pk, now=now)
    Interview.objects.filter(pk=over.interview.pk).update(starts_at=now - timedelta(minutes=5))
    return [plain, video, by_phone, answered, declined, waiting, cancelled, over]


@pytest.fixture
def told(cast: Cast) -> list[Invited]:
    return stories(cast)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_its_language_and_its_direction(cast: Cast, language: str) -> None:
    text = read(invite(cast, now=timezone.now()), language)
    assert f'<html lang="{language}" dir="{direction(language)}">' in text
    assert text.count('aria-current="true"') == 1
    assert f'lang="{language}" aria-current="true"><bdi>{LANGUAGES[language]}</bdi>' in text


def test_no_page_says_anything_in_english_elsewhere(told: list[Invited]) -> None:
    whole = english()
    for language in OTHERS:
        allowed = SAME_AS_ENGLISH.get({"pt-br": "pt_BR", "zh-hant": "zh_Hant"}.get(language, language), set())
        for who in told:
            left = (said_on(read(who, language)) & whole) - allowed
            assert not left, (language, left)


def test_what_is_not_in_a_catalogue_at_all_differs_too(told: list[Invited]) -> None:
    """Whatever stands on the English page and on a German or Japanese one alike is a name, a time or a link."""
    for language in ("ja", "de"):
        for who in told:
            alike = said_on(read(who, language)) & said_on(read(who, "en"))
            words = {text for text in alike if re.search(r"[a-z]{3}", text)}
            assert words <= {*LANGUAGES.values(), *names_of(who)}, words


@pytest.mark.parametrize("language", ["ja", "de", "ar", "th"])
def test_no_further_page_says_anything_in_english_elsewhere(cast: Cast, language: str) -> None:
    """With something of every kind on them: what is not in a catalogue at all is found, too."""
    now = timezone.now()
    create_series(cast, now=now)
    who = invite(cast, now=now, interview=held_at(cast, create_place(cast), now=now))
    respond(who.link, Answer.DECLINED, "", now=now, was_confirmed=True)
    give_reason(who.link, "pay", "", now=now)
    Delivery.objects.update(state="sent", sent_at=now)
    for name in ("data", "times", "way", "arrival", "needs", "phone"):
        pages = {}
        for code in (language, "en"):
            browser = phone()
            browser.post("/c/language", {"token": who.token, "language": code})
            browser.get(who.address)
            pages[code] = said_on(browser.get(f"{who.address}/{name}").content.decode())
        words = {text for text in pages[language] & pages["en"] if re.search("[A-Za-z]{3}", text)}
        assert words <= {*LANGUAGES.values(), *names_of(who), *OWN_NAMES}, (name, words)


def names_of(who: Invited) -> set[str]:
    interview = who.interview
    job, organization = interview.application.job, interview.organization
    names = {job.title, job.title_en, organization.name, organization.name_en, "https://video.example/1"}
    recruiter = interview.recruiter
    return names | ({recruiter.name, recruiter.email} if recruiter else set())


@pytest.mark.parametrize("language", OTHERS)
def test_the_second_press_is_asked_for_in_the_same_language(cast: Cast, language: str) -> None:
    who = invite(cast, now=timezone.now())
    browser = phone()
    browser.post("/c/language", {"token": who.token, "language": language})
    summary = browser.post("/c/answer", {"token": who.token, "answer": "accepted"}).content.decode()
    assert f'<html lang="{language}" dir="{direction(language)}">' in summary
    assert not said_on(summary) & english() - SAME_AS_ENGLISH.get(language, set())
    answered = confirm(browser, who, "accepted", now=timezone.now())
    assert answered.status_code == 303


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("pt-PT,pt", "pt-br"),
        ("zh-TW", "zh-hant"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("xx,ar;q=0.5", "ar"),
        ("", "zh-hans"),
    ],
)
def test_a_dead_link_is_explained_in_the_browsers_language(db: None, wanted: str, language: str) -> None:
    page = Client(headers={"accept-language": wanted}).get("/c/nothing")
    assert page.status_code == 404
    assert f'<html lang="{language}" dir="{direction(language)}">' in page.content.decode()


def test_the_browsers_language_never_outdoes_the_candidates_own(cast: Cast) -> None:
    who = invite(cast, now=timezone.now(), locale="en")
    browser = Client(headers={"user-agent": PHONE, "accept-language": "fr"})
    assert 'lang="en" dir="ltr"' in browser.get(who.address).content.decode()


def test_an_unknown_language_is_no_choice(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    browser = phone()
    assert browser.post("/c/language", {"token": who.token, "language": "xx"}).status_code == 303
    assert not browser.cookies


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_travels_in_one_burst_in_every_language(cast: Cast, language: str) -> None:
    furnish(cast)
    who = invite(cast, now=timezone.now(), candidate_zone="Europe/Berlin")
    for turn in range(4):
        ask(who.link, f"第 {turn} 个问题：请问附近方便停车吗？", now=timezone.now())
    respond(who.link, Answer.RESCHEDULE_REQUESTED, "周二下午", now=timezone.now(), was_confirmed=True)
    browser = Client(headers={"user-agent": PHONE, "accept-encoding": "gzip"})
    browser.post("/c/language", {"token": who.token, "language": language})
    response = browser.get(who.address)
    assets = [Path(str(finders.find(f"portal/page.{kind}"))) for kind in ("css", "js")]
    weight = len(response.content) + sum(len(gzip.compress(asset.read_bytes(), 9)) for asset in assets)
    assert weight <= BURST, weight


def test_warming_up_leaves_nothing_to_settle(cast: Cast) -> None:
    from yuemian.portal import rendering

    rendering._settled.cache_clear()
    warm_up()
    settled = rendering._settled.cache_info().misses
    read(invite(cast, now=timezone.now()), "th")
    assert rendering._settled.cache_info().misses == settled


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_constants_are_written_as_djangos_own_tags_write_them(language: str) -> None:
    """`%` and quotation marks included."""
    from yuemian.portal import rendering

    engine = engines["django"].engine  # type: ignore[attr-defined]
    tag = re.compile(r"""{%\s(?:translate|icon|static|url)(?:\s+(?:"[^"]*"|'[^']*'|\d+))+\s%}""")
    with translation.override(language):
        for path in sorted(rendering._TEMPLATES.rglob("*.html")):
            source = path.read_text()
            expected = tag.sub(lambda found: engine.from_string(found[0]).render(Context()), source)
            assert rendering._settled(str(path.relative_to(rendering._TEMPLATES)), language) == expected
