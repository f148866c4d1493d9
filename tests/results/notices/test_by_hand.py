"""What somebody wrote by hand on a letter is not lost before they were asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast
from tests.results.notices.test_pages import hidden
from tests.results.stories import Tale
from yuemian.domain.results import Outcome
from yuemian.results.actions import notices
from yuemian.results.models import ResultNotice

WORDS = "欧阳小雨，您好！我们亲手写了这一封。"
ASKED = "重新起草吗？"


@pytest.fixture
def tale(cast: Cast) -> Tale:
    return Tale(cast, timezone.now() - timedelta(minutes=1))


def by_hand(tale: Tale, notice: ResultNotice) -> None:
    notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", WORDS, now=tale.now)


def words(tale: Tale, notice: ResultNotice) -> str:
    return tale.text(ResultNotice.objects.select_related("candidate__key").get(pk=notice.pk)).body


def test_a_correction_asks_before_it_is_written_anew(tale: Tale, recruiter_client: Client) -> None:
    first = tale.only(tale.released(outcome=Outcome.REJECT))
    notice = tale.only(tale.prepare(tale.decide([first.decision.interview], Outcome.REJECT)))
    by_hand(tale, notice)
    address = f"/results/letter/{notice.pk}/look"
    page = recruiter_client.post(address, {"reason": "录入时选错了人", "back": "letter"})
    text = page.content.decode()
    assert ASKED in text
    assert words(tale, notice) == WORDS
    assert not ResultNotice.objects.get(pk=notice.pk).is_correction
    recruiter_client.post(address, hidden(text, address))
    assert ResultNotice.objects.get(pk=notice.pk).is_correction
    assert "有误" in words(tale, notice)


@pytest.mark.parametrize("named", ["all", "one"])
def test_writing_anew_asks_too_and_says_how_many(tale: Tale, recruiter_client: Client, named: str) -> None:
    batch = tale.drafts(2)
    edited, other = tale.of(batch)
    by_hand(tale, edited)
    address = f"/results/letters/{batch.pk}/act"
    fields = {"act": "rewrite", "ids": "all" if named == "all" else str(edited.pk)}
    text = recruiter_client.post(address, fields).content.decode()
    assert ASKED in text
    assert "1 封信经过手工修改" in text
    assert words(tale, edited) == WORDS
    recruiter_client.post(address, hidden(text, address))
    assert words(tale, edited) != WORDS
    unasked = recruiter_client.post(address, fields | {"ids": str(other.pk)})
    assert unasked.status_code == 303
