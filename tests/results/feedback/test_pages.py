"""The pages: facts beside the text, the checks' answer while one types, review one by one or many at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import Cast, sign_in_client
from tests.results.feedback.factories import create_reason, create_scorecard, drafted, rejected, text_of
from yuemian.results.feedback import reading
from yuemian.results.models import Feedback, FeedbackRules, LanguageModel, Phrase

pytestmark = pytest.mark.django_db


@pytest.fixture
def feedback(cast: Cast, now: datetime) -> Feedback:
    return drafted(cast, rejected(cast, now=now, reasons=[create_reason(cast)], name="周小满"), now=now)


def page(client: Client, feedback: Feedback) -> str:
    return client.get(reverse("feedback-item", args=[feedback.pk])).content.decode()


def form_of(html: str) -> dict[str, str]:
    form = html[html.index('id="text-form"') :]
    return dict(re.findall(r'<input type="hidden" name="(edition|facts_at)" value="([^"]*)"', form)[:2])


def press(
    client: Client, feedback: Feedback, text: str, deed: str = "review", **more: str
) -> tuple[int, str]:
    data = {**form_of(page(client, feedback)), "text": text, "deed": deed, **more}
    answer = client.post(reverse("feedback-save", args=[feedback.pk]), data)
    return answer.status_code, answer.content.decode()


def test_the_page_shows_facts_and_which_sentence_rests_on_which(
    recruiter_client: Client, feedback: Feedback
) -> None:
    html = page(recruiter_client, feedback)
    assert "周小满" in html
    assert f'href="/jobs/{feedback.decision.application.job_id}"' in html
    assert "家里有事" in html  # the reviewer sees what the candidate does not
    marked = re.findall(r'data-evidence="([\d ]+)" tabindex="0"><span dir="auto">([^<]+)', html)
    assert any(ids == "1" and "链表" in text for ids, text in marked)
    assert any(ids == "3" and "缓存" in text for ids, text in marked)


def test_the_list_says_what_waits_and_offers_drafts(
    recruiter_client: Client, cast: Cast, now: datetime
) -> None:
    rejected(cast, now=now)
    html = recruiter_client.get(reverse("feedback")).content.decode()
    assert reverse("feedback-draft") in html
    recruiter_client.post(reverse("feedback-draft"))
    assert Feedback.objects.count() == 1
    html = recruiter_client.get(reverse("feedback")).content.decode()
    assert str(Feedback.objects.get().pk) in html


def test_typing_is_answered_and_changes_nothing(
    recruiter_client: Client, cast: Cast, feedback: Feedback
) -> None:
    before = text_of(cast, feedback)
    answer = recruiter_client.post(reverse("feedback-look", args=[feedback.pk]), {"text": "您的年龄偏大。"})
    html = answer.content.decode()
    assert 'data-verdict="blocked"' in html
    assert 'value="review"' not in html
    assert text_of(cast, Feedback.objects.get(pk=feedback.pk)) == before


def test_one_press_reviews_and_goes_on_to_the_next(
    recruiter_client: Client, cast: Cast, feedback: Feedback, now: datetime
) -> None:
    second = drafted(cast, rejected(cast, now=now), now=now + timedelta(minutes=1))
    data = {**form_of(page(recruiter_client, feedback)), "text": text_of(cast, feedback), "deed": "review"}
    answer = recruiter_client.post(reverse("feedback-save", args=[feedback.pk]), data)
    assert answer.headers["Location"] == reverse("feedback-item", args=[second.pk])
    assert Feedback.objects.get(pk=feedback.pk).reviewed_by == cast.recruiter


def test_a_refused_text_stands_on_the_page_again(
    recruiter_client: Client, cast: Cast, feedback: Feedback
) -> None:
    status, html = press(recruiter_client, feedback, "谢谢您。您的领导力非常突出。")
    assert status == 422
    assert "您的领导力非常突出" in html
    assert not Feedback.objects.get(pk=feedback.pk).reviewed_at
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    status, _ = press(recruiter_client, feedback, "谢谢您。您的领导力非常突出。", seen=found[1])
    assert status == 303


def test_another_length_asks_before_it_overwrites_what_a_person_wrote(
    recruiter_client: Client, cast: Cast, feedback: Feedback
) -> None:
    press(recruiter_client, feedback, "谢谢您。", deed="save")
    address = reverse("feedback-redraft", args=[feedback.pk])
    edition = str(Feedback.objects.get(pk=feedback.pk).edition)
    data = {"length": "short", "tone": "warm", "edition": edition}
    assert 'name="sure"' in recruiter_client.post(address, data).content.decode()
    assert text_of(cast, Feedback.objects.get(pk=feedback.pk)) == "谢谢您。"
    recruiter_client.post(address, data | {"sure": "1"})
    assert "链表" not in text_of(cast, Feedback.objects.get(pk=feedback.pk))
    assert Feedback.objects.get(pk=feedback.pk).length == "short"


def test_many_are_reviewed_after_a_look_at_some(recruiter_client: Client, cast: Cast, now: datetime) -> None:
    for number in range(5):
        drafted(cast, rejected(cast, now=now), now=now + timedelta(minutes=number))
    html = recruiter_client.get(reverse("feedback-review-all")).content.decode()
    found = re.search(r'name="shown" value="([^"]*)"', html)
    assert found
    assert len(found[1].split()) == 5
    assert html.count('class="feedback-text"') == 3
    recruiter_client.post(reverse("feedback-review-all"), {"shown": found[1]})
    assert Feedback.objects.filter(reviewed_at__isnull=False).count() == 5


def test_a_review_is_taken_back(recruiter_client: Client, cast: Cast, feedback: Feedback) -> None:
    press(recruiter_client, feedback, text_of(cast, feedback))
    recruiter_client.post(reverse("feedback-take-back", args=[feedback.pk]))
    assert Feedback.objects.get(pk=feedback.pk).reviewed_at is None


def test_a_changed_scorecard_is_said(
    recruiter_client: Client, cast: Cast, feedback: Feedback, now: datetime
) -> None:
    create_scorecard(cast, feedback.decision.interview, by=cast.lead, now=now + timedelta(minutes=1))
    html = page(recruiter_client, feedback)
    assert "notice" in html
    assert "tone-warning" in recruiter_client.get(reverse("feedback")).content.decode()


def test_who_may_not_see_results_sees_nothing(cast: Cast, feedback: Feedback) -> None:
    client = sign_in_client(cast.interviewer)
    for address in (reverse("feedback"), reverse("feedback-item", args=[feedback.pk])):
        assert client.get(address).status_code == 403


def test_own_phrases_are_kept_replaced_and_deleted(recruiter_client: Client, cast: Cast) -> None:
    address = reverse("feedback-phrase", args=["coding"])
    data = {
        "rating": "4",
        "locale": "zh-hans",
        "length": "any",
        "family": "",
        "round": "",
        "text": "您的代码整洁大方。",
    }
    for text in ("您的代码整洁大方。", "您的代码读起来很舒服。"):
        assert recruiter_client.post(address, data | {"text": text}).status_code == 302
    phrase = Phrase.objects.get()
    assert phrase.text == "您的代码读起来很舒服。"
    assert phrase.text in recruiter_client.get(address).content.decode()
    recruiter_client.post(reverse("feedback-phrase-delete", args=[phrase.pk]))
    assert not Phrase.objects.exists()


@pytest.mark.parametrize(
    "text", ["您虽然年龄偏大，代码还不错。", "您的代码写得比别人差。", "您的代码不够好。"]
)
def test_a_phrase_that_no_letter_may_say_is_refused(recruiter_client: Client, cast: Cast, text: str) -> None:
    data = {"rating": "4", "locale": "zh-hans", "length": "any", "family": "", "round": "", "text": text}
    answer = recruiter_client.post(reverse("feedback-phrase", args=["coding"]), data)
    assert answer.status_code == 422
    assert not Phrase.objects.exists()


def test_a_phrase_is_shown_in_a_letter_before_it_is_saved(recruiter_client: Client, cast: Cast) -> None:
    data = {"competency": "coding", "rating": "4", "locale": "zh-hans", "text": "您的代码整洁大方。"}
    html = recruiter_client.post(reverse("feedback-phrase-preview"), data).content.decode()
    assert "<mark>您的代码整洁大方。</mark>" in html
    assert "谢" in html


def test_rules_are_saved(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    client.post(reverse("settings-feedback"), {"length": "short", "tone": "plain"})
    rules = FeedbackRules.objects.get()
    assert (rules.length, rules.tone) == ("short", "plain")


def test_the_settings_of_feedback_say_where_the_time_to_apply_again_is_set(cast: Cast) -> None:
    html = sign_in_client(cast.owner).get(reverse("settings-feedback")).content.decode()
    assert f'href="{reverse("approval-rules")}"' in html
    assert "again_after" not in html


MODEL = {
    "base_url": "https://llm.example.com/v1",
    "model": "qwen-plus",
    "api_key": "sk-secret-1",
    "capability": "json_object",
    "is_active": "on",
}


def test_the_models_key_goes_in_and_never_out(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    assert client.post(reverse("settings-language-model"), MODEL).status_code == 302
    assert "sk-secret-1" not in client.get(reverse("settings-feedback")).content.decode()
    # Left empty it stays, but never goes to another server.
    assert client.post(reverse("settings-language-model"), MODEL | {"api_key": ""}).status_code == 302
    moved = MODEL | {"api_key": "", "base_url": "https://other.example.com/v1"}
    assert client.post(reverse("settings-language-model"), moved).status_code == 422
    assert bytes(LanguageModel.objects.get().config_sealed).find(b"sk-secret") < 0


def test_the_model_is_offered_only_where_it_is_switched_on(
    recruiter_client: Client, cast: Cast, feedback: Feedback
) -> None:
    assert reverse("feedback-ask-model", args=[feedback.pk]) not in page(recruiter_client, feedback)
    sign_in_client(cast.owner).post(reverse("settings-language-model"), MODEL)
    assert reverse("feedback-ask-model", args=[feedback.pk]) in page(recruiter_client, feedback)


def test_an_unknown_id_is_not_found(recruiter_client: Client) -> None:
    assert recruiter_client.get(reverse("feedback-item", args=[UUID(int=1)])).status_code == 404


def listed(client: Client, address: str) -> list[str]:
    html = client.get(address, headers={"HX-Target": "feedback-list"}).content.decode()
    return re.findall(r'<a href="/results/feedback/([0-9a-f-]{36})[^"]*" data-row', html)


def link_of(client: Client, address: str, rel: str) -> str:
    html = client.get(address).content.decode()
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    assert found, rel
    return reverse("feedback") + unescape(found[1])


def test_a_long_queue_has_pages_that_lose_and_repeat_nobody(
    recruiter_client: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    made = [drafted(cast, rejected(cast, now=now), now=now + timedelta(minutes=n // 2)) for n in range(5)]
    order = [str(each.pk) for each in sorted(made, key=lambda each: (each.created_at, each.pk))]
    first = reverse("feedback")
    second = link_of(recruiter_client, first, "next")
    third = link_of(recruiter_client, second, "next")
    assert [listed(recruiter_client, each) for each in (first, second, third)] == [
        order[:2],
        order[2:4],
        order[4:],
    ]
    back = link_of(recruiter_client, third, "prev")
    assert listed(recruiter_client, back) == order[2:4]
    # Back at the beginning nothing is left out, and a page whose rows are gone is the first one.
    assert listed(recruiter_client, link_of(recruiter_client, back, "prev")) == order[:2]
    Feedback.objects.filter(pk__in=order[4:]).update(reviewed_at=now)
    assert listed(recruiter_client, third) == order[:2]


def test_what_a_person_changed_of_the_draft_stands_beside_it(
    recruiter_client: Client, cast: Cast, feedback: Feedback
) -> None:
    assert "<ins>" not in page(recruiter_client, feedback)
    draft = text_of(cast, feedback)
    press(recruiter_client, feedback, f"衷心问候。{draft} <b>祝好</b>", deed="save")
    html = page(recruiter_client, Feedback.objects.get(pk=feedback.pk))
    assert "<ins>衷心问候。</ins>" in html
    assert "&lt;b&gt;" in html
    assert "<b>祝好" not in html
    typed = recruiter_client.post(reverse("feedback-look", args=[feedback.pk]), {"text": draft})
    assert "<ins>" not in typed.content.decode()
