"""“My data”: what is shown to whom, the step-up, preferences, channels, corrections, export."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import Cast, create_interview, install_texts
from tests.portal.data_stories import Browser, code_for, forms_to, machine, newest, snapshot
from tests.portal.stories import Invited, invite, phone
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.hiring.actions.correct import ask_correction, decide_correction
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate, ContactPoint, Correction
from yuemian.hiring.signals import contacts_changed
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.reasons import give_reason
from yuemian.interviews.actions.respond import ask, respond
from yuemian.messaging.actions import step_up
from yuemian.messaging.actions.conversation import Mailed, add_message
from yuemian.messaging.models import Challenge, Delivery, Medium, Notification
from yuemian.trust import limits
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault

NAME, EMAIL, PHONE = "欧阳植入", "planted.person@secret.example", "+8613987654321"


@pytest.fixture
def who(cast: Cast) -> Invited:
    now = timezone.now()
    install_texts(cast, Purpose.CODE, Purpose.LINK, now=now)
    return invite(cast, now=now, name=NAME, email=EMAIL, phone=PHONE)


@pytest.fixture
def browser(who: Invited) -> Browser:
    return Browser(who)


def me(who: Invited) -> Candidate:
    return Candidate.objects.get(pk=who.interview.application.candidate_id)


def test_a_link_alone_shows_names_and_addresses_in_part(browser: Browser) -> None:
    page = browser.page()
    for secret in (NAME, EMAIL, "planted.person", "13987654321"):
        assert secret not in page
    assert "139****4321" in page
    assert "p***@secret.example" in page
    assert forms_to(page, "export") == forms_to(page, "erase") == 0


def test_the_code_opens_everything_in_this_browser_alone(browser: Browser, who: Invited) -> None:
    browser.step_up()
    page = browser.page()
    assert NAME in page
    assert EMAIL in page
    assert forms_to(page, "export") == forms_to(page, "erase") == 1
    assert NAME not in Browser(who).page()


def test_the_code_goes_where_the_link_did_not(cast: Cast, browser: Browser, who: Invited) -> None:
    Delivery.objects.filter(channel="sms").update(state="cancelled")
    Delivery.objects.filter(channel="email").update(state="sent")
    browser.press("code")
    assert Delivery.objects.get(notification=newest(who)).channel == "sms"
    other = invite(cast, now=timezone.now(), phone="", email="only.mail@secret.example")
    Browser(other).press("code")
    assert Delivery.objects.get(notification=newest(other)).channel == "email"


def test_whoever_has_no_address_left_is_told_so(browser: Browser) -> None:
    ContactPoint.objects.update(state="opted_out")
    response = browser.press("code")
    assert response.status_code == 409
    assert "没有" in response.content.decode()
    assert not Challenge.objects.exists()


def test_neither_code_nor_browser_stands_anywhere_in_clear(browser: Browser, who: Invited) -> None:
    browser.press("code")
    code, challenge = code_for(who), Challenge.objects.get()
    secret = browser.client.cookies["step"].value
    for stored in (challenge.code_hash, challenge.browser_hash, newest(who).parameters_sealed):
        assert code.encode() not in bytes(stored)
        assert secret.encode() not in bytes(stored)
    assert browser.client.cookies["step"]["httponly"]
    entries = json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))
    assert code not in entries


def test_no_cookie_before_a_code_is_asked_for(browser: Browser) -> None:
    browser.page()
    browser.press("prefer", locale="en")
    browser.press("channel", channel="sms", wanted="0")
    assert "step" not in browser.client.cookies


def test_a_wrong_code_costs_a_try_and_five_are_all(browser: Browser, who: Invited) -> None:
    browser.press("code")
    right = code_for(who)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    browser.type_code(wrong)
    assert "还可以试 4 次" in browser.page()
    for _ in range(4):
        browser.type_code(wrong)
    assert "错误次数过多" in browser.page()
    browser.type_code(right)
    assert NAME not in browser.page()


def test_an_expired_code_opens_nothing(browser: Browser, who: Invited) -> None:
    browser.press("code")
    Challenge.objects.update(expires_at=timezone.now())
    browser.type_code(code_for(who))
    page = browser.page()
    assert "已过期" in page
    assert NAME not in page


def test_a_code_works_once_and_only_where_it_was_asked_for(browser: Browser, who: Invited) -> None:
    browser.press("code")
    code, other = code_for(who), Browser(who)
    other.client.cookies["step"] = "another-browser"
    other.type_code(code)
    assert NAME not in other.page()
    browser.type_code(code)
    assert NAME in browser.page()
    Challenge.objects.update(passed_until=timezone.now())
    browser.type_code(code)
    assert NAME not in browser.page()


def test_a_code_for_one_purpose_is_none_for_another(browser: Browser, who: Invited) -> None:
    browser.press("code")
    browser.type_code(code_for(who), purpose="address")
    assert NAME not in browser.page()


def test_a_newer_code_replaces_the_older(browser: Browser, who: Invited) -> None:
    browser.press("code")
    old = code_for(who)
    browser.press("code")
    new = code_for(who)
    if old != new:
        browser.type_code(old)
        assert NAME not in browser.page()
    browser.type_code(new)
    assert NAME in browser.page()


def test_three_codes_an_hour_then_the_page_says_how_long(browser: Browser) -> None:
    assert [browser.press("code").status_code for _ in range(3)] == [303] * 3
    response = browser.press("code")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 3000
    assert "分钟后" in response.content.decode()
    assert Challenge.objects.count() == 3


def test_ten_codes_a_day(who: Invited) -> None:
    now, candidate = timezone.now(), me(who)
    point = candidate.contact_points.first()
    assert point
    sent = 0
    for hour in range(8):
        for _ in range(3):
            try:
                at = now + timedelta(hours=hour, minutes=hour)
                step_up.send_code(candidate, "data", "browser", to=point, locale="en", now=at)
                sent += 1
            except step_up.TooManyCodes:
                pass
    assert sent == 10


def test_the_same_phone_is_not_bombed_through_many_candidates(cast: Cast, who: Invited) -> None:
    codes = []
    for number in range(3):
        other = invite(cast, now=timezone.now(), name=f"同号{number}", email="", phone=PHONE)
        codes += [Browser(other).press("code").status_code for _ in range(2)]
    assert codes.count(303) == 3


def test_a_machine_gets_no_code_sent(who: Invited) -> None:
    client = machine()
    response = client.post("/c/code", {"token": who.token})
    assert "验证码" in response.content.decode()
    assert not Challenge.objects.exists()
    assert not Notification.objects.filter(purpose="code").exists()


def test_wishes_hold_for_the_next_message(browser: Browser, who: Invited) -> None:
    response = browser.press(
        "prefer",
        locale="en",
        time_zone="Europe/Berlin",
        preferred_channel="sms",
        preferred_hour="9",
        discreet="1",
    )
    assert response["Location"].endswith("/data#kept")
    mine = me(who)
    found = (mine.locale, mine.time_zone, mine.preferred_channel, mine.preferred_hour)
    assert found == ("en", "Europe/Berlin", "sms", 9)
    assert set(ContactPoint.objects.values_list("is_discreet", flat=True)) == {True}
    assert AuditEntry.objects.filter(action="candidate.preferred").count() == 1
    browser.press(
        "prefer", locale="en", time_zone="Europe/Berlin", preferred_channel="sms", preferred_hour="9"
    )
    assert set(ContactPoint.objects.values_list("is_discreet", flat=True)) == {False}


def test_zones_to_choose_from_say_how_far_they_are(browser: Browser) -> None:
    page = browser.page()
    assert re.search(r'value="Asia/Tokyo"[^>]*>东京时间，UTC\+9<', page)
    assert re.search(r'value="Asia/Kolkata"[^>]*>[^<]*，UTC\+5:30<', page)


def test_only_hours_at_which_we_write_are_offered_and_the_one_that_was_chosen(
    browser: Browser, who: Invited
) -> None:
    hours = re.findall(r'<option value="(\d+)"', browser.page())
    assert [int(hour) for hour in hours] == list(range(8, 21))
    browser.press("prefer", locale="zh-hans", preferred_hour="22")
    assert '<option value="22" selected>22:00–23:00' in browser.page()


@pytest.mark.parametrize(
    "wish",
    [{"locale": "xx"}, {"time_zone": "Mars/Base"}, {"preferred_channel": "fax"}, {"preferred_hour": "24"}],
)
def test_senseless_wishes_change_nothing(browser: Browser, who: Invited, wish: dict[str, str]) -> None:
    before = Candidate.objects.values().get(pk=me(who).pk)
    assert browser.press("prefer", **({"locale": "en"} | wish)).status_code == 303
    assert Candidate.objects.values().get(pk=me(who).pk) == before


def test_a_stopped_channel_is_felt_by_what_waits(browser: Browser, who: Invited) -> None:
    waiting = Delivery.objects.get(notification__subject_id=who.interview.pk, channel="sms")
    assert waiting.state == "queued"
    browser.press("channel", channel="sms", wanted="0")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("skipped", "opted_out")
    assert "重新接收" in browser.page()
    browser.press("channel", channel="sms", wanted="1")
    assert set(ContactPoint.objects.filter(channel="sms").values_list("state", flat=True)) == {"active"}


def test_receiving_again_does_not_revive_what_failed(browser: Browser) -> None:
    ContactPoint.objects.filter(channel="sms").update(state="invalid")
    browser.press("channel", channel="sms", wanted="1")
    assert ContactPoint.objects.get(channel="sms").state == "invalid"


def test_a_name_is_corrected_by_a_person_of_the_company(cast: Cast, browser: Browser, who: Invited) -> None:
    browser.press("correct", field="name", value="欧阳 正名")
    asked = Correction.objects.get()
    assert "欧阳正名" not in bytes(asked.value_sealed).decode(errors="ignore")
    assert me(who).name == NAME
    decide_correction(cast.owner, asked, is_accepted=True, now=timezone.now())
    assert (me(who).name, me(who).name_key) == ("欧阳正名", "欧阳正名")


def test_no_more_than_five_corrections_wait(browser: Browser) -> None:
    for number in range(5):
        assert browser.press("correct", field="other", value=f"第 {number} 条").status_code == 303
    assert browser.press("correct", field="other", value="又一条").status_code == 429
    assert Correction.objects.count() == 5


def test_a_new_address_is_used_once_its_code_is_typed(browser: Browser, who: Invited) -> None:
    browser.step_up()
    browser.press("correct", field="email", value="New@Secret.example")
    point = ContactPoint.objects.get(state="unconfirmed")
    assert Delivery.objects.get(notification=newest(who)).contact_point_id == point.pk
    page = browser.page()
    assert "n***@secret.example" in page
    browser.type_code("000000" if code_for(who) != "000000" else "111111", purpose="address")
    point.refresh_from_db()
    assert point.state == "unconfirmed"
    response = browser.type_code(code_for(who), purpose="address")
    point.refresh_from_db()
    assert (response["Location"].rpartition("#")[2], point.state) == ("confirmed", "active")
    assert point.value(Vault(point.organization_id)) == "new@secret.example"


def test_an_address_that_somebody_else_has_waits_for_a_person(
    cast: Cast, browser: Browser, who: Invited
) -> None:
    create_interview(cast, now=timezone.now(), name="别人", email="shared@secret.example")
    browser.step_up()
    browser.press("correct", field="email", value="shared@secret.example")
    browser.type_code(code_for(who), purpose="address")
    mine = me(who)
    assert not mine.contact_points.filter(state="unconfirmed").exists()
    asked = Correction.objects.get(candidate=mine)
    decide_correction(cast.owner, asked, is_accepted=True, now=timezone.now())
    shared = mine.contact_points.get(is_shared=True)
    assert shared.value(Vault(shared.organization_id)) == "shared@secret.example"
    assert ContactPoint.objects.filter(is_shared=True).count() == 2


def test_an_address_that_waited_for_its_code_is_in_use_once_a_person_accepts_it(
    cast: Cast, browser: Browser, who: Invited
) -> None:
    """And rooms above hear of it, as of a new one."""
    browser.step_up()
    browser.press("correct", field="email", value="new@secret.example")
    heard: list[tuple[ContactPoint, bool]] = []

    def hear(sender: object, *, point: ContactPoint, is_in_use: bool, **_: Any) -> None:
        heard.append((point, is_in_use))

    contacts_changed.connect(hear)
    for address in ("new@secret.example", "other@secret.example"):
        asked = ask_correction(me(who), "email", address, now=timezone.now())
        decide_correction(cast.owner, asked, is_accepted=True, now=timezone.now())
    contacts_changed.disconnect(hear)
    assert set(me(who).contact_points.values_list("state", flat=True)) == {"active"}
    vault = Vault(cast.organization.pk)
    assert [(point.value(vault), point.state, is_in_use) for point, is_in_use in heard] == [
        ("new@secret.example", "active", True),
        ("other@secret.example", "active", True),
    ]


def test_an_unconfirmed_address_gets_nothing_but_its_code(cast: Cast, browser: Browser, who: Invited) -> None:
    browser.step_up()
    browser.press("correct", field="sms", value="13900000001")
    summary = summarize(
        [who.interview], cast.templates[Purpose.REMINDER], Purpose.REMINDER, [Channel.SMS], now=timezone.now()
    )
    send(cast.recruiter, summary, cast.templates[Purpose.REMINDER], Purpose.REMINDER, now=timezone.now())
    points = set(
        Delivery.objects.exclude(notification__purpose="code").values_list("contact_point__state", flat=True)
    )
    assert points == {"active"}
    step_up.tidy(cast.organization.pk, timezone.now() + timedelta(days=2))
    assert not ContactPoint.objects.filter(state="unconfirmed").exists()


def test_the_export_has_everything_and_needs_the_proof(browser: Browser, who: Invited) -> None:
    ask(who.link, "可以停车吗？", now=timezone.now())
    assert browser.press("export", format="json").status_code == 303
    browser.step_up()
    response = browser.press("export", format="json")
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(response.content)["data"]
    assert data["person"]["entries"][0]["name"] == NAME
    assert {entry["value"] for entry in data["addresses"]["entries"]} == {EMAIL, PHONE}
    assert data["conversation"]["entries"][0]["text"] == "可以停车吗？"
    assert data["interviews"]["entries"][0]["job"] == "后端工程师"
    assert {"messages", "visits", "answers", "applications", "corrections"} <= data.keys()
    page = browser.press("export", format="html").content.decode()
    assert NAME in page
    assert "<script" not in page
    assert AuditEntry.objects.filter(action="candidate.exported").count() == 2


def test_what_people_write_becomes_no_markup_in_the_export(cast: Cast) -> None:
    install_texts(cast, Purpose.CODE, now=timezone.now())
    payload = "<script>alert(1)</script>"
    browser = Browser(invite(cast, now=timezone.now(), name=payload))
    ask(browser.who.link, payload, now=timezone.now())
    browser.step_up()
    assert "<script>" not in browser.press("export", format="html").content.decode()
    assert "<script>alert" not in browser.page()


def test_the_page_says_until_when(cast: Cast, browser: Browser, who: Invited) -> None:
    assert "180 天" in browser.page()
    ask(who.link, "？", now=timezone.now())
    assert "我们还欠你一个答复" in browser.page()
    Candidate.objects.update(hold_reason="劳动争议")
    page = browser.page()
    assert "暂时必须保留" in page
    assert "劳动争议" not in page


def test_the_language_switch_comes_back_to_the_page(browser: Browser) -> None:
    response = browser.press("language", language="en", part="data")
    assert response["Location"].endswith("/data")
    assert "My data" in browser.page()


def test_the_codes_message_says_nothing_but_the_code(browser: Browser, who: Invited) -> None:
    browser.press("code")
    context = snapshot(newest(who))["context"]
    assert context.keys() == {"candidate_name", "organization_name", "code", "code_minutes"}


def test_reading_the_page_writes_nothing(browser: Browser) -> None:
    before = AuditEntry.objects.count()
    browser.page()
    browser.client.head(f"{browser.who.address}/data")
    assert AuditEntry.objects.count() == before
    assert not limits.is_running(step_up.PER_HOUR, ("x",), now=timezone.now())


class TestAMailFromAnotherAddress:
    """It may be the candidate's second address, or their father's: nobody can say."""

    TEXT = "我是他父亲"

    @pytest.fixture
    def mailed(self, who: Invited) -> Invited:
        application = who.interview.application
        add_message(
            application,
            self.TEXT,
            interview_id=who.interview.pk,
            author=None,
            now=timezone.now(),
            channel=Medium.EMAIL,
            mailed=Mailed(original="回复：面试\n\n我是他父亲\n> 原文", sender="father@example.net"),
        )
        return who

    def test_does_not_stand_on_the_page_as_their_words(self, mailed: Invited) -> None:
        ask(mailed.link, "可以停车吗？", now=timezone.now())
        page = phone().get(mailed.address).content.decode()
        assert "可以停车吗？" in page
        assert self.TEXT not in page

    def test_is_shown_among_their_data_once_it_is_proved_who_they_are(
        self, browser: Browser, mailed: Invited
    ) -> None:
        assert self.TEXT not in browser.page()
        assert "来自其他地址" in browser.page()
        browser.step_up()
        assert f"来自其他地址: {self.TEXT}" in browser.page()

    def test_is_exported_whole_and_as_what_it_is(self, browser: Browser, mailed: Invited) -> None:
        browser.step_up()
        data = json.loads(browser.press("export", format="json").content)["data"]
        (entry,) = data["conversation"]["entries"]
        assert (entry["from_you"], entry["from_another_address"]) == (False, True)
        assert entry["whole_message"].endswith("> 原文")


def test_what_there_is_nothing_of_is_named_in_one_line(browser: Browser) -> None:
    page = browser.page()
    assert "以下各项没有保存任何内容：" in page
    assert page.count('<details class="kind">') < len(holdings())


def test_a_reason_reads_as_it_was_pressed_in_every_language(browser: Browser, who: Invited) -> None:
    respond(who.link, Answer.DECLINED, "", now=timezone.now(), was_confirmed=True)
    give_reason(who.link, "pay", "", now=timezone.now())
    for language, words in (
        ("zh-hans", "薪资不合适"),
        ("en", "The pay"),
        ("ar", "الراتب"),
        ("de", "Das Gehalt"),
    ):
        browser.client.post("/c/language", {"token": who.token, "language": language})
        assert words in browser.page(), language
