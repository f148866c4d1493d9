"""What gives rights or keys away asks for the password again, unless it was given a moment ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, Cast, sign_in_client
from tests.messaging.test_mailbox_page import FILLED
from tests.messaging.test_template_overtaken import MINE, opened, stored
from tests.messaging.test_templates import invitation
from tests.results.feedback.test_pages import MODEL
from yuemian.accounts.models import CalendarAccount, CalendarFeed, Role, Session
from yuemian.messaging.models import Mailbox, ProviderAccount
from yuemian.results.models import LanguageModel
from yuemian.trust.models import AuditEntry


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


@pytest.mark.parametrize("path", ["/results/export", "/deliveries/export", "/surveys/export"])
def test_no_list_leaves_as_a_file_before_it(owner: Client, path: str) -> None:
    assert "attachment" not in owner.post(path, {"filter": ""}).headers.get("Content-Disposition", "")
    assert owner.post(path, {"filter": "", "own_password": PASSWORD})["Content-Type"].startswith("text/csv")


def test_the_mailbox_is_saved_after_it(owner: Client) -> None:
    page = owner.post("/settings/mailbox", FILLED)
    assert page.status_code == 422
    assert not Mailbox.objects.exists()
    assert 'value="imap.example.com"' in page.content.decode()
    assert owner.post("/settings/mailbox", FILLED | {"own_password": PASSWORD}).status_code == 302
    assert "own_password" not in str(AuditEntry.objects.get(action="mailbox.created").details)


def test_a_language_models_key_is_saved_after_it(owner: Client) -> None:
    page = "/settings/feedback/model"
    assert owner.post(page, MODEL).status_code == 422
    assert not LanguageModel.objects.exists()
    assert owner.post(page, MODEL | {"own_password": PASSWORD}).status_code == 302
    assert LanguageModel.objects.exists()


def test_the_companys_calendar_is_saved_after_it(owner: Client) -> None:
    page = "/settings/calendars/graph"
    form = {"tenant": "galaxy.example", "client_id": "a-b", "client_secret": "hush", "cloud": "global"}
    form = {f"graph-{name}": value for name, value in form.items()}
    asked = owner.post(page, form)
    assert asked.status_code == 422
    assert 'value="galaxy.example"' in asked.content.decode()
    assert not CalendarAccount.objects.exists()
    assert owner.post(page, form | {"graph-own_password": PASSWORD}).status_code == 302
    assert CalendarAccount.objects.exists()


def test_a_new_address_of_ones_calendar_is_shown_after_it(owner: Client) -> None:
    page = "/settings/account/calendar/feed"
    owner.post(page)
    assert not CalendarFeed.objects.exists()
    assert "webcal://" in owner.post(page, {"own_password": PASSWORD}).content.decode()


def test_a_text_is_published_after_it_and_is_a_draft_until_then(owner: Client, cast: Cast) -> None:
    template = invitation(cast)
    save, before = f"/templates/{template.pk}/save", template.versions.filter(published_at=None).count()
    asked = owner.post(save, opened(owner, template) | {"publish": "1"})
    assert asked.status_code == 200
    assert stored(template) == MINE
    assert template.versions.filter(published_at=None).count() == before + 1
    sent = dict(asked.context["sent"])
    wrong = owner.post(save, sent | {"own_password": "wrong"})
    assert wrong.status_code == 422
    assert dict(wrong.context["sent"]) == sent
    assert owner.post(save, sent | {"own_password": PASSWORD}).status_code == 303
    assert not template.versions.filter(published_at=None).exists()
    assert stored(template) == MINE


def test_a_new_person_begins_with_the_fewest_rights(owner: Client) -> None:
    form = owner.get("/settings/users/new").context["form"]
    assert form["role"].value() == Role.INTERVIEWER
