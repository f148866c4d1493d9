"""What the page shows and to whom, what it never shows, and what it weighs."""

from __future__ import annotations

import gzip
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, sign_in_client
from tests.portal.conftest import Story, founded, furnish, logo
from tests.portal.stories import PHONE, confirm, invite, phone
from yuemian.domain.states import Answer
from yuemian.hiring.models import Job
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.respond import ask, reply, respond
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Block
from yuemian.trust.tenancy import acting_in

BURST = 14 * 1024
THERE = (
    *("星河科技", "后端工程师", "初试", "北京时间", "柏林时间", "星河大厦 12 层", "世纪大道 100 号"),
    *("身份证", "先笔试 30 分钟", "林悦", 'href="tel:02155550100"', "mailto:"),
    *("三分钟看懂星河", "你会做什么", "周岚，后端", "能来", "不能来", "需要调整时间", "咨询"),
)
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "\u202e<b onmouseover=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{display:none}</style>",
    "**<img src=x onerror=alert(1)>**",
    "- <script>alert(1)</script>",
    'https://evil.example/"onmouseover="alert(1)',
]


def test_everything_the_candidate_needs_is_there(cast: Cast) -> None:
    furnish(cast)
    who = invite(cast, now=timezone.now(), candidate_zone="Europe/Berlin")
    text = phone().get(who.address).content.decode()
    for words in THERE:
        assert words in text, words
    assert 'href="https://video.example/welcome" target="_blank" rel="noopener noreferrer"' in text


def test_whoever_need_not_come_is_told_to_bring_nothing(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    cancel_interview(cast.recruiter, who.interview.pk, now=timezone.now())
    text = phone().get(who.address).content.decode()
    assert "身份证" not in text
    assert "先笔试 30 分钟" not in text
    assert 'href="tel:02155550100"' in text


def test_the_thread_shows_both_sides(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    ask(who.link, "可以停车吗？", now=now)
    reply(cast.recruiter, who.interview, "可以，地下二层。", now=now)
    text = phone().get(who.address).content.decode()
    assert "可以停车吗？" in text
    assert "可以，地下二层。" in text


def test_the_language_is_the_candidates_until_they_choose(cast: Cast) -> None:
    who = invite(cast, now=timezone.now(), locale="en")
    browser = phone()
    assert "I’ll be there" in browser.get(who.address).content.decode()
    response = browser.post("/c/language", {"token": who.token, "language": "zh-hans"})
    assert (response.status_code, response["Location"]) == (303, who.address)
    assert "能来" in browser.get(who.address).content.decode()
    other = invite(cast, now=timezone.now(), locale="en")
    assert "I’ll be there" in browser.get(other.address).content.decode()


def test_no_cookie_is_set_before_a_choice(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    browser = phone()
    browser.get(who.address)
    browser.post("/c/answer", {"token": who.token, "answer": "accepted"})
    assert not browser.cookies


def test_blocks_of_other_jobs_stay_away_and_another_language_is_marked(cast: Cast) -> None:
    Block.objects.create(
        organization=cast.organization, kind="highlights", locale="zh-hans", title="销售", job=cast.sales
    )
    Block.objects.create(organization=cast.organization, kind="company", locale="zh-hans", title="只有中文")
    who = invite(cast, now=timezone.now(), locale="en")
    text = phone().get(who.address).content.decode()
    assert "销售" not in text
    assert 'lang="zh-hans"><h3>只有中文' in text


def test_headers_keep_the_page_to_itself(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    response = phone().get(who.address)
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_dead_links_all_look_the_same(cast: Cast) -> None:
    now = timezone.now()
    expired, revoked, other = (invite(cast, now=now) for _ in range(3))
    AccessLink.objects.filter(pk=expired.link.pk).update(expires_at=now)
    AccessLink.objects.filter(pk=revoked.link.pk).update(revoked_at=now)
    AccessLink.objects.filter(pk=other.link.pk).update(purpose="result")
    pages = [
        phone().get(f"/c/{token}") for token in ("x", "é" * 9, expired.token, revoked.token, other.token)
    ]
    assert {(page.status_code, page.content) for page in pages} == {(404, pages[0].content)}
    posts = [phone().post("/c/answer", {"token": token}) for token in ("", "\x00", expired.token)]
    assert {(post.status_code, post.content) for post in posts} == {(404, pages[0].content)}


def test_the_page_travels_in_one_burst(cast: Cast) -> None:
    furnish(cast)
    who = invite(cast, now=timezone.now(), candidate_zone="Europe/Berlin")
    for turn in range(4):
        ask(who.link, f"第 {turn} 个问题：请问附近方便停车吗？", now=timezone.now())
    respond(who.link, Answer.RESCHEDULE_REQUESTED, "周二下午", now=timezone.now(), was_confirmed=True)
    response = Client(headers={"user-agent": PHONE, "accept-encoding": "gzip"}).get(who.address)
    assert response["Content-Encoding"] == "gzip"
    assets = [Path(str(finders.find(f"portal/page.{kind}"))) for kind in ("css", "js")]
    weights = [len(gzip.compress(asset.read_bytes(), 9)) for asset in assets]
    assert weights[1] <= 2048
    assert len(response.content) + sum(weights) <= BURST


def test_nothing_that_people_write_becomes_markup(cast: Cast) -> None:
    now = timezone.now()
    for place, payload in enumerate(PAYLOADS):
        Block.objects.create(
            organization=cast.organization,
            kind=["company", "video", "highlights", "testimonial", "benefits"][place % 5],
            locale="zh-hans",
            title=payload[:80],
            body=payload,
            by_line=payload[:80],
            link=payload,
        )
        Job.objects.filter(pk=cast.backend.pk).update(title=payload)
        who = invite(cast, now=now, name=payload, round=payload[:40])
        Interview.objects.filter(pk=who.interview.pk).update(
            place_name=payload, place_address=payload, materials=payload, flow=payload, video_link=payload
        )
        respond(who.link, Answer.DECLINED, payload, now=now, was_confirmed=True)
        ask(who.link, payload, now=now)
        for mode in ("onsite", "video"):
            Interview.objects.filter(pk=who.interview.pk).update(mode=mode)
            text = phone().get(who.address).content.decode()
            _assert_inert(text)
        summary = confirm(phone(), who, "declined", now=timezone.now(), age=0, note=payload)
        _assert_inert(summary.content.decode())


def _assert_inert(text: str) -> None:
    assert text.count("<script") == 1
    for bad in (
        "<img src=x",
        "<svg/onload",
        "<iframe",
        "<style",
        "<b onmouse",
        'href="javascript:',
        "href='java",
    ):
        assert bad not in text
    assert '"onmouseover="' not in text
    assert "14{%" not in text


def test_a_logo_is_served_by_its_content_alone(cast: Cast) -> None:
    furnish(cast)
    who = invite(cast, now=timezone.now())
    digest = hashlib.sha256(logo()).hexdigest()
    assert f"/logo/{digest}.png" in phone().get(who.address).content.decode()
    response = phone().get(f"/logo/{digest}.png")
    assert (response["Content-Type"], response.content) == ("image/png", logo())
    assert phone().get(f"/logo/{'0' * 64}.png").status_code == 404


def test_the_preview_shows_the_page_with_its_buttons_off(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    response = sign_in_client(cast.recruiter).get(f"/preview/interview/{who.interview.pk}?language=en")
    text = response.content.decode()
    assert "Preview" in text
    assert 'name="token"' not in text or 'name="token" value=""' in text
    controls = text.count("<button") - text.count("data-copy=") + text.count("<textarea")
    assert controls == text.count(" disabled>") > 0
    assert Client().get(f"/preview/interview/{who.interview.pk}").status_code == 302
    assert sign_in_client(cast.auditor).get(f"/preview/interview/{who.interview.pk}").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_link_of_one_company_never_shows_another() -> None:
    stories: list[Story] = []
    for name in ("星河科技", "远山制造"):
        with founded(organization={"name": name}, name=f"候选人{name}") as made:
            stories.append(made)
    here, there = stories
    text = phone().get(here.who.address).content.decode()
    assert "远山" not in text
    # a nonce and a summary of the other company's link open nothing here
    now = timezone.now()
    for given in (there.who.page_nonce(now=now), here.who.page_nonce(now=now)):
        form = {"token": there.who.token, "nonce": given, "report": "1.1.touch.0.1", "answer": "accepted"}
        phone().post("/c/answer", form)
        break
    with acting_in(here.cast.organization.pk):
        assert Interview.objects.get().answer == "needs_action"
        client = sign_in_client(here.cast.recruiter)
    assert client.get(f"/preview/interview/{there.who.interview.pk}").status_code == 404
    assert client.get(f"/preview/interview/{here.who.interview.pk}").status_code == 200
    assert settings.SESSION_COOKIE_NAME in client.cookies
    assert now - here.now < timedelta(minutes=5)


def test_after_the_interview_stands_by_when_they_hear(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now - timedelta(days=5), starts_at=now - timedelta(days=2))
    promised = Interview.objects.filter(pk=who.interview.pk)
    AccessLink.objects.filter(subject_id=who.interview.pk).update(expires_at=now + timedelta(days=1))
    client = Client()

    def said() -> str:
        return client.get(who.address).content.decode()

    assert "感谢你前来面试" not in said()
    promised.update(result_promised_at=now + timedelta(days=2))
    assert "感谢你前来面试" in said()
    promised.update(result_promised_at=now - timedelta(hours=1))
    assert "但已延误" in said()
    # Told, not come, or cancelled: nothing is promised any more.
    for fields in ({"result_told_at": now}, {"result_told_at": None, "attendance": "no_show"}):
        promised.update(**fields)
        assert "但已延误" not in said()
    promised.update(
        attendance="unknown", starts_at=now + timedelta(days=1), result_promised_at=now + timedelta(days=3)
    )
    assert "感谢你前来面试" not in said()
