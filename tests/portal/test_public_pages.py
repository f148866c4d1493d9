"""The pages without a link: is a notice genuine, was somebody erased, and a new way in for who lost theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, install_texts
from tests.portal.data_stories import Browser, snapshot
from tests.portal.stories import Invited, invite, phone
from yuemian.domain.short_code import ALPHABET, encode, grouped
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.new_link import send_new_links
from yuemian.messaging.models import AccessLink, Delivery, Notification
from yuemian.messaging.verifying import printed_code

EMAIL, PHONE = "lost.person@secret.example", "+8613987654321"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting that makes all answers alike is looked at in its own test."""
    monkeypatch.setattr("yuemian.portal.public_views._SAME_TIME", 0.0)


@pytest.fixture
def who(cast: Cast) -> Invited:
    now = timezone.now()
    install_texts(cast, Purpose.CODE, Purpose.LINK, now=now)
    return invite(cast, now=now, email=EMAIL, phone=PHONE)


def code_of(who: Invited) -> str:
    return printed_code(Notification.objects.get(subject_id=who.interview.pk, purpose="invitation").pk)


def check(code: str, client: Client | None = None) -> str:
    response = (client or Client()).post("/verify", {"code": code})
    assert response.status_code == 200
    return response.content.decode()


# --- genuine or not


def test_the_code_of_a_sent_notice_names_company_and_day(cast: Cast, who: Invited) -> None:
    Delivery.objects.update(state="sent", sent_at=timezone.now(), is_rehearsal=False)
    for typed in (code_of(who), grouped(code_of(who)), code_of(who).lower()):
        page = check(typed)
        assert "这条消息是真的" in page
        assert "星河科技" in page
        assert who.interview.application.candidate.name not in page


def test_a_notice_that_has_not_left_is_not_confirmed(who: Invited) -> None:
    assert "没有这个核验码" in check(code_of(who))


def test_a_rehearsed_notice_says_so(who: Invited) -> None:
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    assert "演练" in check(code_of(who))


def test_official_senders_are_named(cast: Cast, who: Invited) -> None:
    cast.organization.mail_from = "jobs@galaxy.example"
    cast.organization.save()
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    assert "@galaxy.example" in check(code_of(who))
    assert "@galaxy.example" in check("ABCDEFGH")


@pytest.mark.parametrize("typed", ["ABCDEFGH", "", "1234", "<script>alert(1)</script>", "𝐀" * 8, "\x00"])
def test_an_unknown_code_warns_plainly(who: Invited, typed: str) -> None:
    page = check(typed)
    assert "不要付款" in page
    assert "<script>alert" not in page


def test_neighbours_of_a_code_are_not_confirmed(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    code = code_of(who)
    changed = [code[:-1] + sign for sign in ALPHABET[:4] if sign != code[-1]]
    assert not any("这条消息是真的" in check(each) for each in changed)


def test_tries_are_limited_by_address_and_by_code(who: Invited) -> None:
    statuses = [Client().post("/verify", {"code": encode(number, 8)}).status_code for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    elsewhere = [
        Client(REMOTE_ADDR=f"203.0.113.{last}").post("/verify", {"code": "ZZZZ-ZZZZ"}).status_code
        for last in range(7)
    ]
    assert elsewhere == [200] * 5 + [429] * 2


def test_a_hundred_misses_a_minute_brake_everybody(who: Invited) -> None:
    statuses = [
        Client(REMOTE_ADDR=f"198.51.{number // 200}.{number % 200}").post(
            "/verify", {"code": encode(number, 8)}
        )
        for number in range(102)
    ]
    assert [each.status_code for each in statuses[98:]] == [200, 200, 429, 429]


def test_the_page_shows_a_form_and_sets_no_cookie() -> None:
    response = Client().get("/verify")
    assert response.status_code == 200
    assert not response.cookies
    assert response["Referrer-Policy"] == "no-referrer"


def test_the_language_can_be_switched() -> None:
    client = Client()
    assert client.post("/verify", {"language": "en"})["Location"] == "/verify"
    assert "Did we really write this?" in client.get("/verify").content.decode()


def test_a_receipt_proves_the_erasure(who: Invited) -> None:
    browser = Browser(who)
    browser.step_up()
    page = browser.press("erase", word=" erase ").content.decode()
    receipt = page.split('class="receipt" dir="ltr">')[1].split("<")[0]
    shown = check(receipt)
    assert "这份资料已删除" in shown
    assert "星河科技" in shown
    assert "没有这个核验码" in check(grouped("2" * 24))
    assert "step" not in browser.client.cookies or not browser.client.cookies["step"].value
    assert phone().get(who.address).status_code == 404


def test_a_wrong_word_erases_nothing(who: Invited) -> None:
    browser = Browser(who)
    assert browser.press("erase", word="删除").status_code == 303
    browser.step_up()
    assert browser.press("erase", word="yes").status_code == 422
    assert Candidate.objects.get().erased_at is None


def test_an_erasure_on_hold_is_noted_and_said(who: Invited) -> None:
    browser = Browser(who)
    browser.step_up()
    Candidate.objects.update(hold_reason="劳动争议")
    assert browser.press("erase", word="删除")["Location"].endswith("/data#erasure")
    assert "你的要求已记录" in browser.page()
    assert Candidate.objects.get().erased_at is None


# --- a new link


def ask_link(contact: str, **headers: Any) -> tuple[int, bytes]:
    response = Client(**headers).post("/c/link", {"contact": contact})
    return response.status_code, response.content


def links() -> int:
    return Notification.objects.filter(purpose="link").count()


@pytest.mark.parametrize("typed", [EMAIL, EMAIL.upper(), PHONE, "139 8765 4321"])
def test_whoever_is_on_file_gets_a_link_that_opens(who: Invited, typed: str) -> None:
    assert ask_link(typed)[0] == 200
    notification = Notification.objects.get(purpose="link")
    token = snapshot(notification)["token"]
    assert token != who.token
    assert phone().get(f"/c/{token}").status_code == 200
    channel = Delivery.objects.get(notification=notification).channel
    assert channel == ("email" if "@" in typed else "sms")


def test_the_answer_is_the_same_for_everybody(cast: Cast, who: Invited) -> None:
    cancelled = invite(cast, now=timezone.now(), email="cancelled@secret.example")
    cancel_interview(cast.recruiter, cancelled.interview.pk, now=timezone.now())
    untold = create_interview(cast, now=timezone.now(), email="untold@secret.example")
    ContactPoint.objects.filter(candidate=untold.application.candidate).update(state="active")
    strangers = [
        "nobody@secret.example",
        "cancelled@secret.example",
        "untold@secret.example",
        "",
        "x",
        "\x00",
    ]
    answers = {ask_link(contact) for contact in [EMAIL, *strangers]}
    assert len(answers) == 1
    assert links() == 1


def test_asking_again_and_again_sends_little(who: Invited) -> None:
    for last in range(8):
        ask_link(EMAIL, REMOTE_ADDR=f"203.0.113.{last}")
    assert links() == 1  # the cool-down; and three an hour at most
    later = [send_new_links(EMAIL, now=timezone.now() + timedelta(hours=hour)) for hour in range(1, 12)]
    assert sum(later) <= 6


def test_opted_out_and_erased_people_get_none(who: Invited) -> None:
    ContactPoint.objects.filter(channel="email").update(state="opted_out")
    ask_link(EMAIL)
    assert links() == 0


def test_no_address_stands_in_the_way_in(who: Invited) -> None:
    ask_link(EMAIL)
    assert not AccessLink.objects.filter(candidate__contact_points__isnull=True).exists()
    assert settings.PUBLIC_URL not in Notification.objects.get(purpose="link").step_key


def test_the_lost_page_offers_it() -> None:
    page = Client().get("/c/lost")
    assert page.status_code == 404
    assert 'action="/c/link"' in page.content.decode()


def test_only_a_form_asks(who: Invited) -> None:
    assert Client().get("/c/link", {"contact": EMAIL}).status_code in {404, 405}
    assert links() == 0
