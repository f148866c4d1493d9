"""Two companies in one installation: nothing of one opens, answers or counts for the other."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_cast, create_interview, sign_in_client
from yuemian.domain.states import Purpose
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Batch
from yuemian.trust.tenancy import acting_in


@pytest.fixture
def ours(transactional_db: None) -> Cast:
    with transaction.atomic():
        cast = create_cast(now=timezone.now(), name="甲公司")
        create_interview(cast, now=timezone.now(), name="甲的候选人", email="same@example.com")
    return cast


@pytest.fixture
def stranger(ours: Cast) -> Client:
    """The administrator of another company: everything is allowed, but only at home."""
    with transaction.atomic():
        cast = create_cast(now=timezone.now(), name="乙公司")
        create_interview(cast, now=timezone.now(), name="乙的候选人", email="same@example.com")
        return sign_in_client(cast.owner)


def test_no_id_of_another_company_opens(ours: Cast, stranger: Client) -> None:
    with acting_in(ours.organization.pk):
        client = sign_in_client(ours.recruiter)
        interview = Interview.objects.get()
    chosen = {"ids": [interview.pk]}
    draft = client.post("/send", chosen)["Location"]
    version = ours.templates[Purpose.INVITATION].pk
    form = {"set": "1", "template": version, "channel": ["email"], "expected": "1"}
    batch = client.post(draft, form)["Location"]
    draft = client.post("/send", chosen)["Location"]
    own = f"/interviews/{interview.pk}"
    gets = [own, f"{own}/change", f"{own}/cancel", f"{own}/preview", f"{own}/mail?template={version}", draft]
    gets += [f"{draft}/left-out", batch]
    posts = [f"{own}/change", f"{own}/cancel", f"{own}/contacts", f"{own}/answer", draft, f"{draft}/test"]
    posts += [f"{batch}/stop", f"{batch}/pause", f"{batch}/resume"]
    assert {address: client.get(address).status_code for address in gets} == dict.fromkeys(gets, 200)
    assert {address: stranger.get(address).status_code for address in gets} == dict.fromkeys(gets, 404)
    assert {address: stranger.post(address).status_code for address in posts} == dict.fromkeys(posts, 404)


def test_no_search_and_no_selection_reaches_another_company(ours: Cast, stranger: Client) -> None:
    with acting_in(ours.organization.pk):
        interview = Interview.objects.get()
    for query in (
        "",
        "q=甲的",
        "q=same@example.com",
        f"job={ours.backend.pk}",
        f"recruiter={ours.recruiter.pk}",
    ):
        page = stranger.get(f"/interviews?{query}").content.decode()
        assert "甲的候选人" not in page
        assert ours.recruiter.name not in page or "乙公司" in page
    assert stranger.post("/send", {"ids": [interview.pk]})["Location"] == "/interviews"
    everything = stranger.post("/send", {"all_matching": "1", "filter": "day=any"})["Location"]
    assert stranger.get(everything).context["chosen"] == 1
    with acting_in(ours.organization.pk):
        assert Batch.objects.count() == 0


def test_another_companys_template_cannot_be_sent(ours: Cast, stranger: Client) -> None:
    draft = stranger.post("/send", {"all_matching": "1", "filter": ""})["Location"]
    foreign = str(ours.templates[Purpose.INVITATION].pk)
    page = stranger.get(draft, {"set": "1", "template": foreign, "channel": ["email"]})
    assert str(page.context["choice"].version.pk) != foreign
