"""The page of a result: nothing before its time, nothing without a code, then exactly the approved letter."""

from __future__ import annotations

import gzip
import re
from datetime import datetime, timedelta
from html import escape, unescape

import orjson
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, install_texts
from tests.portal.stories import PHONE, TAP, Invited, hidden, invite
from tests.results.stories import Tale
from yuemian.domain.languages import LANGUAGES
from yuemian.domain.results import Outcome
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.interviews.models import SurveyDrop, SurveyInvitation
from yuemian.messaging.actions.plan import hash_token
from yuemian.messaging.models import AccessLink, Challenge, Delivery, LabMessage, Message, Notification
from yuemian.onboarding.actions.begin import begin_onboarding
from yuemian.onboarding.models import OnboardingCase
from yuemian.portal import nonce
from yuemian.results.actions import release
from yuemian.results.actions.void import void_notices
from yuemian.results.models import ResultBatch, ResultNotice
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault

LETTER = "没有选择与您继续"


class Reader:
    """A candidate with the link of a result, in a browser of their own."""

    def __init__(self, tale: Tale, batch: ResultBatch) -> None:
        self.tale, self.batch, self.notice = tale, batch, tale.only(batch)
        notification = Notification.objects.get(subject_id=self.notice.pk, purpose=Purpose.RESULT)
        vault = Vault(tale.cast.organization.pk)
        sealed = vault.open_bytes(
            self.notice.candidate.key, Notification.PLACE, notification.pk, notification.parameters_sealed
        )
        self.token: str = orjson.loads(sealed)["token"]
        self.link = AccessLink.objects.get(notification=notification)
        self.client = Client(headers={"user-agent": PHONE})
        self.who = Invited(self.notice.decision.interview, self.link, self.token)

    @property
    def address(self) -> str:
        return f"/c/{self.token}/result"

    def page(self) -> str:
        return self.client.get(self.address).content.decode()

    def press(self, name: str, **fields: str) -> HttpResponse:
        given = nonce.issue(
            self.token, "page", self.who.interview.revision, now=timezone.now() - timedelta(seconds=10)
        )
        content = {"token": self.token, "nonce": given, "report": TAP, **fields}
        return self.client.post(f"/c/{name}", content)  # type: ignore[return-value]

    def prove(self) -> None:
        self.press("result-code")
        code = self.newest_code()
        self.press("result-prove", code=code)

    def newest_code(self) -> str:
        sent = Notification.objects.filter(purpose=Purpose.CODE).latest("created_at", "id")
        vault = Vault(self.tale.cast.organization.pk)
        sealed = vault.open_bytes(
            self.notice.candidate.key, Notification.PLACE, sent.pk, sent.parameters_sealed
        )
        return str(orjson.loads(sealed)["context"]["code"])


@pytest.fixture
def tale(cast: Cast) -> Tale:
    install_texts(cast, Purpose.DIGEST, Purpose.ONBOARDING, now=timezone.now())
    return Tale(cast, timezone.now() - timedelta(minutes=30))


@pytest.fixture
def reader(tale: Tale) -> Reader:
    return Reader(tale, tale.released())


def test_the_link_leads_to_a_greeting_that_tells_nothing(reader: Reader) -> None:
    response = reader.client.get(f"/c/{reader.token}")
    assert (response.status_code, response["Location"]) == (303, reader.address)
    text = reader.page()
    assert "有一条给你的新消息" in text
    for word in (LETTER, "结果有误", "欧阳小雨"):
        assert word not in text


def test_after_the_code_exactly_the_approved_letter(reader: Reader) -> None:
    reader.prove()
    text = reader.page()
    assert LETTER in text
    assert "欧阳小雨，您好" in text
    # In another browser it is closed.
    assert LETTER not in Client(headers={"user-agent": PHONE}).get(reader.address).content.decode()


def test_the_code_goes_to_the_other_address(reader: Reader) -> None:
    Delivery.objects.filter(notification__subject_id=reader.notice.pk, channel=Channel.EMAIL).update(
        state=DeliveryState.SENT, sent_at=timezone.now(), provider="x"
    )
    reader.press("result-code")
    sent = Notification.objects.get(purpose=Purpose.CODE)
    assert [each.channel for each in sent.deliveries.all()] == [Channel.SMS]


def test_a_wrong_code_opens_nothing(reader: Reader) -> None:
    reader.press("result-code")
    right = reader.newest_code()
    reader.press("result-prove", code="000000" if right != "000000" else "111111")
    assert 'role="alert"' in reader.page()
    assert LETTER not in reader.page()


def test_nothing_to_see_before_it_leaves(cast: Cast) -> None:
    tale = Tale(cast, timezone.now())
    reader = Reader(tale, tale.released())
    assert reader.client.get(reader.address).status_code == 404
    assert reader.client.get(f"/c/{reader.token}").status_code == 404


@pytest.mark.parametrize("what", ["recalled", "changed", "changed_after_telling", "drafted_again", "expired"])
def test_nothing_to_see_of_what_no_longer_holds(reader: Reader, what: str) -> None:
    tale, now = reader.tale, timezone.now()
    assert reader.client.get(reader.address).status_code == 200
    if what == "changed_after_telling":
        Delivery.objects.filter(notification__subject_id=reader.notice.pk).update(
            state=DeliveryState.SENT, sent_at=now, provider="x"
        )
    if what.startswith("changed"):
        tale.decide([reader.notice.decision.interview], Outcome.PASS)
        # Without the news of it, too: the page asks the decision itself.
        assert reader.client.get(reader.address).status_code == 404
        void_notices([reader.notice.decision_id], now=now)
    elif what == "expired":
        AccessLink.objects.filter(pk=reader.link.pk).update(expires_at=now)
    else:
        release.recall_batch(tale.cast.recruiter, reader.batch.pk, now=now)
    if what == "drafted_again":
        from yuemian.results.actions.approvals import put_back

        put_back(tale.cast.recruiter, [reader.notice.pk], now=now)
        tale.submit(reader.batch)
        tale.approve(reader.batch)
        tale.release(reader.batch)
    assert reader.client.get(reader.address).status_code == 404


def test_a_letter_that_is_not_the_approved_one_is_shown_to_nobody(reader: Reader, tale: Tale) -> None:
    """The hash still speaks."""
    reader.prove()
    other = tale.only(tale.released(1, Outcome.PASS, name="独孤求败"))
    tale.forge(reader.notice, tale.text(other))
    text_of_page = reader.page()
    assert "独孤求败" not in text_of_page
    assert "暂时无法显示" in text_of_page
    reader.page()
    entry = AuditEntry.objects.get(action="result.altered")
    assert (entry.subject_id, entry.actor_kind) == (reader.notice.pk, "system")
    told = Notification.objects.filter(subject_kind="result_news", subject_id=reader.notice.pk)
    assert set(told.values_list("user", flat=True)) >= {tale.cast.recruiter.pk, tale.cast.lead.pk}
    assert told.count() == len(set(told.values_list("user", flat=True)))


def test_the_letter_of_a_pass_leads_to_the_form_that_follows_it(tale: Tale) -> None:
    hired = Reader(tale, tale.released(1, Outcome.PASS))
    assert "去填写" not in hired.page()  # nothing of it before the code
    hired.prove()
    found = re.search(r'<a class="send" href="/c/([\w-]{43})">', hired.page())
    assert found
    case = OnboardingCase.objects.get(candidate=hired.notice.candidate)
    link = AccessLink.objects.get(token_hash=hash_token(found[1]))
    assert (link.purpose, link.subject_id, link.candidate_id) == (
        "onboarding",
        case.pk,
        hired.notice.candidate_id,
    )
    assert hired.client.get(f"/c/{found[1]}", follow=True).status_code == 200
    OnboardingCase.objects.filter(pk=case.pk).update(state="filling")
    OnboardingCase.objects.filter(pk=case.pk).update(state="submitted")
    assert '<a class="send"' not in hired.page()


def test_no_other_letter_leads_to_a_form(tale: Tale) -> None:
    """Not even where a form was asked for by hand, before anything was decided."""
    (interview,) = tale.interviews()
    begin_onboarding(tale.cast.recruiter, interview.pk, now=tale.now)
    batch = tale.prepare(tale.decide([interview]))
    tale.submit(batch)
    tale.approve(batch)
    reader = Reader(tale, tale.release(batch))
    reader.prove()
    assert LETTER in reader.page()
    assert '<a class="send"' not in reader.page()


def test_opening_changes_nothing(reader: Reader) -> None:
    def state() -> list[object]:
        return [
            list(ResultNotice.objects.values_list("state", "submission")),
            list(AccessLink.objects.values_list("pk", "revoked_at")),
            SurveyInvitation.objects.count(),
            Notification.objects.count(),
        ]

    before = state()
    for method in (reader.client.get, reader.client.head):
        method(reader.address)
        method(f"/c/{reader.token}")
    assert state() == before


def test_a_machine_that_presses_gets_a_summary(reader: Reader) -> None:
    machine = Client(headers={"user-agent": "Mozilla/5.0 (compatible; scanbot/1.0)"})
    response = machine.post("/c/result-code", {"token": reader.token, "nonce": "x", "report": ""})
    assert response.status_code == 200
    assert not Notification.objects.filter(purpose=Purpose.CODE).exists()


def test_a_question_goes_into_the_conversation(reader: Reader) -> None:
    reader.prove()
    reader.press("result-ask", text="可以知道更多原因吗？")
    assert Message.objects.get().is_from_candidate
    assert "可以知道更多原因吗？" in reader.page()


def test_a_question_sent_as_the_code_lapsed_is_said_to_have_arrived(reader: Reader) -> None:
    reader.prove()
    Challenge.objects.update(passed_until=timezone.now() - timedelta(minutes=1))
    assert "问题已发送" not in reader.page()
    reader.press("result-ask", text="可以知道更多原因吗？")
    text = reader.page()
    assert Message.objects.count() == 1
    assert "问题已发送" in text
    assert "可以知道更多原因吗？" not in text
    assert LETTER not in text


def test_how_it_was_told_is_answered_once_and_without_a_name(reader: Reader) -> None:
    assert reader.press("result-opinion", impression="4", recommend="9").status_code == 422
    assert not SurveyDrop.objects.exists()  # who has not read it has nothing to say of it
    reader.prove()
    for _ in range(2):
        reader.press("result-opinion", impression="4", recommend="9", notice="5", badly="原因写得很清楚")
    drop = SurveyDrop.objects.get()
    assert (drop.kind, drop.impression, drop.recommend, drop.notice) == ("result", 4, 9, 5)
    assert "result-opinion" not in reader.page()


def test_an_opinion_that_comes_too_late_waits_for_the_code(reader: Reader) -> None:
    reader.prove()
    Challenge.objects.update(passed_until=timezone.now() - timedelta(minutes=1))
    given = {"impression": "4", "recommend": "9", "notice": "5", "badly": '说得\n"太晚"了'}
    answer = reader.press("result-opinion", **given)
    for step in ("lapsed", "asked", "wrong"):
        assert answer.status_code in {200, 422}
        text = answer.content.decode()
        assert ("没有发送" in text) == (step == "lapsed")
        assert LETTER not in text
        waiting = {name: unescape(hidden(answer, name)) for name in given}
        assert waiting == given
        if step == "lapsed":
            answer = reader.press("result-code", **waiting)
        elif step == "asked":
            answer = reader.press("result-prove", code="nothing", **waiting)
    answer = reader.press("result-prove", code=reader.newest_code(), **waiting)
    text = answer.content.decode()
    assert LETTER in text
    assert text.count(" checked") == 3
    assert 'name="recommend" value="9" required checked' in text
    assert f">{escape(given['badly'])}</textarea>" in text
    assert not SurveyDrop.objects.exists()
    reader.press("result-opinion", **given)
    assert SurveyDrop.objects.get().recommend == 9


def test_a_link_of_another_purpose_opens_no_result(reader: Reader, cast: Cast) -> None:
    AccessLink.objects.filter(pk=reader.link.pk).update(purpose="answer")
    assert reader.client.get(reader.address).status_code == 404


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_it_is_light_and_in_every_language(tale: Tale, locale: str) -> None:
    reader = Reader(tale, tale.released(locale=locale))
    reader.prove()
    response = reader.client.get(reader.address, headers={"accept-encoding": "gzip"})
    assert len(response.content) <= 10 * 1024
    html = gzip.decompress(response.content).decode()
    assert f'<html lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in html
    assert f'<article class="card letter" id="code" lang="{locale}"' in html
    assert "<script" not in re.sub(r'<script src="[^"]*" defer></script>', "", html)


def test_the_interviews_own_page_says_that_there_is_news(tale: Tale, now: datetime) -> None:

    install_texts(tale.cast, now=now)
    (interview,) = tale.interviews()
    who = invite(tale.cast, now=tale.now, interview=interview)
    client = Client(headers={"user-agent": PHONE})
    assert "你的申请有新消息" not in client.get(who.address).content.decode()
    batch = tale.prepare(tale.decide([interview]))
    tale.submit(batch)
    tale.approve(batch)
    tale.release(batch)
    text = client.get(who.address).content.decode()
    assert "你的申请有新消息" in text
    assert LETTER not in text
    assert not LabMessage.objects.exists()
