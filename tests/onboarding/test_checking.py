"""HR checks what was handed in: what is typed beside an entry is kept until it is sent back."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, sign_in_client
from tests.onboarding.stories import Hired, fill_in, hire
from yuemian.domain.onboarding import CaseState, Review
from yuemian.onboarding.models import OnboardingAnswer

pytestmark = pytest.mark.django_db


@pytest.fixture
def hired(cast: Cast) -> Hired:
    found = hire(cast, now=timezone.now())
    fill_in(found, now=timezone.now())
    return found


@pytest.fixture
def client(cast: Cast) -> Client:
    return sign_in_client(cast.recruiter)


def test_what_is_typed_beside_others_outlives_a_press_on_right(client: Client, hired: Hired) -> None:
    address = f"/onboarding/{hired.case.pk}/check"
    typed = {"comment-id_number": "看不清", "comment-mobile": "少一位"}
    answer = client.post(address, {"accept": "bank_account", **typed})
    text = answer.content.decode()
    assert (answer.status_code, text.count("<details open>")) == (200, 2)
    assert 'value="看不清"' in text
    assert 'value="少一位"' in text
    assert OnboardingAnswer.objects.get(key="bank_account").review == Review.ACCEPTED
    assert f'formaction="{address}#q-mobile"' in text
    # Who is right after all has nothing to correct.
    text = client.post(address, {"accept": "mobile", **typed}).content.decode()
    assert 'value="看不清"' in text
    assert "少一位" not in text
    last = client.post(address, {"accept": "id_number", "comment-id_number": "看不清"})
    assert last["Location"] == f"/onboarding/{hired.case.pk}#q-id_number"


def test_it_is_not_complete_while_a_correction_stands_there(client: Client, hired: Hired) -> None:
    address = f"/onboarding/{hired.case.pk}/check"
    answer = client.post(address, {"deed": "complete", "comment-mobile": "少一位"})
    assert hired.again().state == CaseState.SUBMITTED
    text = answer.content.decode()
    assert 'value="少一位"' in text
    assert "请先退回需要更正的内容，或将其清空，再点“资料齐全，完成”。" in text
    assert client.post(address, {"deed": "complete", "comment-mobile": " "}).status_code == 302
    assert hired.again().state == CaseState.COMPLETE


def test_what_is_typed_outlives_a_look_in_clear_and_what_is_arranged(client: Client, hired: Hired) -> None:
    address = f"/onboarding/{hired.case.pk}"
    typed = {"comment-mobile": "少一位"}
    fields = (
        ("unmask", {"reason": "check"}, 200),
        ("unmask", {"reason": "because"}, 422),
        ("arrange", {"deed": "day", "starts_on": "2027-01-04"}, 200),
        ("arrange", {"deed": "day", "starts_on": "soon"}, 422),
        ("arrange", {"deed": "offer", "monthly": "20000", "rules": ""}, 200),
        ("arrange", {"deed": "offer", "monthly": "much", "rules": ""}, 422),
    )
    for deed, given, status in fields:
        answer = client.post(f"{address}/{deed}", given | typed)
        assert (answer.status_code, 'value="少一位"' in answer.content.decode()) == (status, True), given
    assert client.post(f"{address}/arrange", {"deed": "day", "starts_on": ""}).status_code == 302


def test_every_field_of_the_page_belongs_to_its_one_form(client: Client, hired: Hired) -> None:
    """A press on any of its buttons takes along what is typed."""
    text = client.get(f"/onboarding/{hired.case.pk}").content.decode()
    for name in ("comment-mobile", "reason", "starts_on", "monthly", "rules", "housing_share"):
        (tag,) = re.findall(rf'<(?:input|select)[^>]*name="{name}"[^>]*>', text)
        assert 'form="check"' in tag, name
    assert '<form method="post" action="' in text
    assert text.count('form="check" formaction="') >= 3
