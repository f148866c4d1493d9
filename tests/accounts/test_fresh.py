"""What gives rights or keys away asks for the password again, unless it was given a moment ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, Cast, sign_in_client
from yuemian.accounts.models import Role, Session
from yuemian.messaging.models import ProviderAccount


@pytest.fixture
def owner(cast: Cast) -> Client:
    """Signed in for an hour."""
    client = sign_in_client(cast.owner)
    Session.objects.update(created_at=timezone.now() - timedelta(hours=1))
    return client


def promoted(cast: Cast, **more: str) -> dict[str, str]:
    return {
        "name": "林悦", "email": cast.recruiter.email, "role": "administrator", "locale": "zh-hans", "phone": "",
        "is_active": "on", "password": "",
    } | more  # fmt: skip


def role_of(cast: Cast) -> str:
    cast.recruiter.refresh_from_db()
    return cast.recruiter.role


def test_a_role_changes_after_the_password(owner: Client, cast: Cast) -> None:
    page = f"/settings/users/{cast.recruiter.pk}"
    assert "own_password" in owner.get(page).context["form"].fields
    for wrong in ({}, {"own_password": "not mine at all"}):
        assert owner.post(page, promoted(cast, **wrong)).status_code == 422
    assert role_of(cast) == Role.RECRUITER
    assert owner.post(page, promoted(cast, own_password=PASSWORD)).status_code == 302
    assert role_of(cast) == Role.ADMINISTRATOR


def test_whoever_gave_it_a_moment_ago_is_not_asked(owner: Client, cast: Cast) -> None:
    page = f"/settings/users/{cast.recruiter.pk}"
    assert "own_password" not in sign_in_client(cast.owner).get(page).context["form"].fields
    owner.post(page, promoted(cast, own_password=PASSWORD))
    assert "own_password" not in owner.get(page).context["form"].fields
    assert owner.post(page, promoted(cast, role="recruiter")).status_code == 302


def test_it_is_not_guessed_through_an_open_session(owner: Client, cast: Cast) -> None:
    page = f"/settings/users/{cast.recruiter.pk}"
    for _ in range(5):
        owner.post(page, promoted(cast, own_password="wrong"))
    assert owner.post(page, promoted(cast, own_password=PASSWORD)).status_code == 422
    assert role_of(cast) == Role.RECRUITER


def test_a_channels_account_is_saved_after_it(owner: Client) -> None:
    page = "/settings/channels/new?provider=smtp"
    fields = owner.get(page).context["form"]
    form: dict[str, Any] = {each.html_name: "" if each.value() is None else each.value() for each in fields}
    form |= {"name": "Relay", "config_host": "smtp.example.com"}
    assert owner.post(page, form | {"own_password": ""}).status_code == 422
    assert not ProviderAccount.objects.exists()
    assert owner.post(page, form | {"own_password": PASSWORD}).status_code == 302
    assert ProviderAccount.objects.exists()


def test_a_button_asks_on_a_page_of_its_own_and_goes_on(owner: Client) -> None:
    page = owner.post("/results/export", {"filter": "state=decided"})
    assert page["Content-Type"].startswith("text/html")
    assert page.context["sent"] == [("filter", "state=decided")]
    assert owner.post("/results/export", {"filter": "", "own_password": "wrong"}).status_code == 422
    answer = owner.post("/results/export", {"filter": "", "own_password": PASSWORD})
    assert answer["Content-Type"].startswith("text/csv")


def test_a_new_person_begins_with_the_fewest_rights(owner: Client) -> None:
    form = owner.get("/settings/users/new").context["form"]
    assert form["role"].value() == Role.INTERVIEWER
