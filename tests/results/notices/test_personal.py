"""What a letter says to one person alone: the next step, and what a pass offers; never to anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, install_texts
from tests.results.stories import Tale
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions import library
from yuemian.onboarding.models import OnboardingCase
from yuemian.onboarding.offer import OfferTerms, terms_of
from yuemian.results.actions import approvals
from yuemian.results.actions.notices import edit_notice, rewrite_notices, set_personal
from yuemian.results.models import ResultNotice
from yuemian.results.notices.personal import Personal
from yuemian.trust.vault import Vault

OFFER = {"monthly": "20000", "rules": "cn-shanghai", "housing_share": ""}


@pytest.fixture
def hired(tale: Tale) -> list[ResultNotice]:
    decisions = tale.decide(tale.interviews(2), Outcome.PASS)
    return tale.of(tale.prepare(decisions, next_step="本周内与您联系。"))


def test_one_person_reads_their_own_next_step_and_the_others_the_batches(
    tale: Tale, hired: list[ResultNotice]
) -> None:
    first, second = hired
    set_personal(tale.cast.recruiter, first.pk, Personal("周五前请回复入职日期。"), now=tale.now)
    first.refresh_from_db()
    assert "周五前请回复入职日期。" in tale.text(first).body
    assert "本周内与您联系。" not in tale.text(first).body
    assert "本周内与您联系。" in tale.text(second).body
    rewrite_notices(tale.cast.recruiter, [first.pk], now=tale.now)
    first.refresh_from_db()
    assert "周五前请回复入职日期。" in tale.text(first).body
    set_personal(tale.cast.recruiter, first.pk, Personal(), now=tale.now)
    first.refresh_from_db()
    assert first.personal_sealed is None
    assert "本周内与您联系。" in tale.text(first).body


def test_the_words_for_one_are_sealed_with_their_key(tale: Tale, hired: list[ResultNotice]) -> None:
    set_personal(tale.cast.recruiter, hired[0].pk, Personal("周五前请回复。"), now=tale.now)
    hired[0].refresh_from_db()
    assert "周五".encode() not in bytes(hired[0].personal_sealed or b"")


def test_a_pass_says_what_it_offers_in_the_letters_language(tale: Tale, recruiter_client: Client) -> None:
    hired = tale.only(tale.drafts(1, Outcome.PASS, locale="en"))
    address = f"/results/letter/{hired.pk}"
    assert 'name="monthly"' in recruiter_client.get(address).content.decode()
    assert recruiter_client.post(f"{address}/personal", {"next_step": "", **OFFER}).status_code == 303
    hired.refresh_from_db()
    body = tale.text(hired).body
    assert "**Your pay**\nMonthly salary before deductions: CN¥20,000.00\n" in body
    assert "An estimate by the rules of Shanghai" in body


def test_what_was_offered_stands_on_the_form_that_follows(
    tale: Tale, cast: Cast, hired: list[ResultNotice]
) -> None:
    install_texts(cast, Purpose.ONBOARDING, now=tale.now)
    offer = OfferTerms(monthly=20000, rules="cn-shanghai").write()  # type: ignore[arg-type]
    set_personal(cast.recruiter, hired[0].pk, Personal(offer=offer), now=tale.now)
    batch = hired[0].batch
    assert batch is not None
    tale.submit(batch)
    tale.approve(batch)
    tale.release(batch)
    vault = Vault(cast.organization.pk)
    cases = {each.candidate_id: each for each in OnboardingCase.objects.with_people()}
    assert terms_of(cases[hired[0].candidate_id], vault) == OfferTerms.read(offer)
    assert terms_of(cases[hired[1].candidate_id], vault) is None


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.ADVANCE])
def test_no_other_letter_offers_anything(tale: Tale, recruiter_client: Client, outcome: Outcome) -> None:
    notice = tale.only(tale.drafts(1, outcome))
    address = f"/results/letter/{notice.pk}"
    assert 'name="monthly"' not in recruiter_client.get(address).content.decode()
    recruiter_client.post(f"{address}/personal", {"next_step": "再见。", **OFFER})
    notice.refresh_from_db()
    assert "20,000" not in tale.text(notice).body


def test_it_is_a_draft_again_whatever_others_had_said(tale: Tale, hired: list[ResultNotice]) -> None:
    batch = hired[0].batch
    assert batch is not None
    tale.submit(batch)
    tale.approve(batch)
    set_personal(tale.cast.recruiter, hired[0].pk, Personal("请带证件。"), now=tale.now)
    assert tale.states(batch) == [NoticeState.APPROVED, NoticeState.DRAFT]
    tale.release(batch)
    with pytest.raises(ForbiddenMove):
        set_personal(tale.cast.recruiter, hired[1].pk, Personal("请带证件。"), now=tale.now)


def test_the_page_says_where_the_template_has_no_place_for_it(
    tale: Tale, recruiter_client: Client, hired: list[ResultNotice]
) -> None:
    letter, user = hired[0].letter, tale.cast.recruiter
    text = library.Text("结果", "{{ candidate_name }}，您好：您通过了。")
    library.save_draft(user, letter.template, (Channel.EMAIL, "zh-hans"), text, now=tale.now)
    library.publish(user, letter.template, now=tale.now)
    address = f"/results/letter/{hired[0].pk}"
    recruiter_client.post(f"{address}/personal", {"next_step": "请带证件。", **OFFER})
    page = recruiter_client.get(address).content.decode()
    assert "{{ next_step }}" in page
    assert "{{ offer }}" in page


def test_one_press_gives_the_template_a_place_for_it(
    tale: Tale, recruiter_client: Client, hired: list[ResultNotice]
) -> None:
    """In a draft, before the last paragraph, with the shipped heading of each language; to be published by a person."""
    letter, user = hired[0].letter, tale.cast.recruiter
    text = library.Text("结果", "{{ candidate_name }}，您好：您通过了。\n\n{{ next_step }}\n\n星河科技")
    for locale in ("zh-hans", "en"):
        library.save_draft(user, letter.template, (Channel.EMAIL, locale), text, now=tale.now)
    library.publish(user, letter.template, now=tale.now)
    address = f"/results/letter/{hired[0].pk}"
    recruiter_client.post(f"{address}/personal", {"next_step": "请带证件。", **OFFER})
    assert f"{address}/room" in recruiter_client.get(address).content.decode()
    for _ in range(2):  # once, however often it is pressed
        answer = recruiter_client.post(f"{address}/room")
        assert answer["Location"] == f"/templates/{letter.template_id}"
    draft = letter.template.versions.get(published_at=None)
    bodies = dict(draft.variants.values_list("locale", "body"))
    assert bodies["zh-hans"].endswith(
        "{{ next_step }}\n{% if offer %}\n\n**薪资**\n{{ offer }}\n{% endif %}\n\n星河科技"
    )
    assert "**Your pay**" in bodies["en"]
    library.publish(user, letter.template, now=tale.now)
    rewrite_notices(tale.cast.recruiter, [hired[0].pk], now=tale.now)
    assert "16,155.00" in tale.text(ResultNotice.objects.get(pk=hired[0].pk)).body


def test_a_wrong_amount_is_refused_beside_the_field(
    tale: Tale, recruiter_client: Client, hired: list[ResultNotice]
) -> None:
    address = f"/results/letter/{hired[0].pk}/personal"
    response = recruiter_client.post(address, {"next_step": "请带证件。", **OFFER, "monthly": "-1"})
    assert response.status_code == 422
    assert "请带证件。" in response.content.decode()
    hired[0].refresh_from_db()
    assert hired[0].personal_sealed is None


def test_words_by_hand_are_replaced_only_when_it_is_written_anew(
    tale: Tale, hired: list[ResultNotice]
) -> None:
    notice = hired[0]
    edit_notice(tale.cast.recruiter, notice.pk, "结果", "亲爱的欧阳小雨：欢迎！", now=tale.now)
    assert approvals.submit_batch(tale.cast.recruiter, notice.batch_id, now=timezone.now()).count == 2  # type: ignore[arg-type]
    notice.refresh_from_db()
    assert tale.text(notice).body == "亲爱的欧阳小雨：欢迎！"
    set_personal(tale.cast.recruiter, notice.pk, Personal("请带证件。"), now=tale.now + timedelta(minutes=1))
    notice.refresh_from_db()
    assert not notice.is_edited
    assert "请带证件。" in tale.text(notice).body
