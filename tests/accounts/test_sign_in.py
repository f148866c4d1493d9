"""Signing in and out, and what the sessions hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from tests.factories import PASSWORD, Cast, sign_in_client
from yuemian.accounts.actions import PER_ADDRESS
from yuemian.accounts.models import Session
from yuemian.config import settings as ours
from yuemian.trust.models import AuditEntry, RateLimit


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in", {"email": email, "password": password}).status_code


def test_the_right_password_opens_a_session_whose_token_is_not_stored(cast: Cast) -> None:
    client = Client()
    assert sign_in(client, cast.recruiter.email.upper()) == 302
    token = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/settings").status_code == 200
    assert token.encode() not in bytes(Session.objects.get().token_hash)


def test_a_wrong_password_and_an_unknown_person_read_the_same(cast: Cast) -> None:
    client = Client()
    wrong = client.post("/sign-in", {"email": cast.recruiter.email, "password": "wrong"})
    unknown = client.post("/sign-in", {"email": "nobody@galaxy.example", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert "不匹配" in wrong.content.decode()
    assert "不匹配" in unknown.content.decode()


def test_the_sixth_try_waits_even_with_the_right_password(cast: Cast) -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, cast.recruiter.email, "wrong")
    assert sign_in(client, cast.recruiter.email) == 429


def test_made_up_addresses_leave_no_more_rows_than_one_address_may_try(cast: Cast) -> None:
    client = Client()
    answers = [sign_in(client, f"nobody{n}@galaxy.example", "wrong") for n in range(100)]
    assert set(answers) == {422, 429}
    assert RateLimit.objects.count() <= PER_ADDRESS.hits + 1


def test_a_page_that_is_not_public_leads_to_sign_in_and_back(cast: Cast) -> None:
    response = Client().get("/settings/users?page=2")
    assert response.headers["Location"] == "/sign-in?next=%2Fsettings%2Fusers%3Fpage%3D2"


def test_sign_in_never_leads_to_another_site(cast: Cast) -> None:
    answer = Client().post(
        "/sign-in", {"email": cast.recruiter.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_session_on_the_server(cast: Cast) -> None:
    client = sign_in_client(cast.recruiter)
    token = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-out")
    client.cookies[settings.SESSION_COOKIE_NAME] = token
    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timedelta(seconds=-1)},
        {"last_seen_at": timedelta(minutes=-31)},
        {"ended_at": timedelta()},
    ],
    ids=["absolute", "idle", "ended"],
)
def test_an_old_session_opens_nothing(cast: Cast, change: dict[str, timedelta]) -> None:
    client = sign_in_client(cast.recruiter)
    Session.objects.update(**{name: timezone.now() + offset for name, offset in change.items()})
    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(("headers", "status"), [({"X-Unattended": "1"}, 302), ({}, 200)])
def test_what_a_page_asks_for_by_itself_keeps_no_session(
    cast: Cast, headers: dict[str, str], status: int
) -> None:
    client = sign_in_client(cast.recruiter)
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=29))
    assert client.get("/settings", headers=headers).status_code == 200
    Session.objects.update(last_seen_at=F("last_seen_at") - timedelta(minutes=2))
    assert client.get("/settings").status_code == status


def test_whoever_only_reads_and_types_stays_signed_in(cast: Cast) -> None:
    client = sign_in_client(cast.recruiter)
    assert 'data-attended="/session"' in client.get("/settings").content.decode()
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=29))
    assert client.get("/session").status_code == 204
    assert Session.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)


def test_signing_in_again_leads_back_to_the_page_that_stood_there(cast: Cast) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/results?state=decided"}
    answer = Client().get("/results/attention", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Fresults%3Fstate%3Ddecided"


def test_disabling_a_person_ends_their_sessions(cast: Cast) -> None:
    theirs, mine = sign_in_client(cast.recruiter), sign_in_client(cast.owner)
    answer = mine.post(
        f"/settings/users/{cast.recruiter.pk}",
        {
            "name": "林悦",
            "email": cast.recruiter.email,
            "role": "recruiter",
            "locale": "zh-hans",
            "phone": "",
        },
    )
    assert answer.status_code == 302
    assert theirs.get("/settings").status_code == 302


def test_the_last_administrator_cannot_be_lost(cast: Cast) -> None:
    answer = sign_in_client(cast.owner).post(
        f"/settings/users/{cast.owner.pk}",
        {
            "name": "管理员",
            "email": cast.owner.email,
            "role": "auditor",
            "locale": "zh-hans",
            "is_active": "on",
        },
    )
    assert answer.status_code == 422
    assert "最后一位管理员" in answer.content.decode()


def test_changing_the_password_ends_the_other_sessions(cast: Cast) -> None:
    here, elsewhere = sign_in_client(cast.recruiter), sign_in_client(cast.recruiter)
    answer = here.post("/settings/account", {"present": PASSWORD, "new": "another-long-quiet-phrase"})
    assert answer.status_code == 302
    assert here.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 302


def test_going_live_asks_for_the_password(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    assert client.post("/settings/rehearsal", {"wanted": "live", "password": "wrong"}).status_code == 422
    cast.organization.refresh_from_db()
    assert cast.organization.is_rehearsal
    assert client.post("/settings/rehearsal", {"wanted": "live", "password": PASSWORD}).status_code == 302
    cast.organization.refresh_from_db()
    assert not cast.organization.is_rehearsal


@pytest.mark.parametrize(
    "path", ["/settings/organization", "/settings/rehearsal", "/settings/users", "/settings/audit"]
)
def test_a_recruiter_may_not_open_the_administrators_pages(cast: Cast, path: str) -> None:
    assert sign_in_client(cast.recruiter).get(path).status_code == 403


def test_refused_sign_ins_are_in_the_audit_trail(cast: Cast) -> None:
    sign_in(Client(), cast.recruiter.email, "wrong")
    assert AuditEntry.objects.filter(action="user.sign_in_refused").count() == 1


def test_a_form_from_another_site_is_refused(cast: Cast) -> None:
    client = sign_in_client(cast.recruiter)
    answer = client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_each_try_at_a_stolen_hash_costs_a_hundred_megabytes() -> None:
    """The suite's own passwords are cheaper (`tests/hashing.py`)."""
    (name,) = ours.PASSWORD_HASHERS
    hasher = import_string(name)()
    assert hasher.encode("quiet-river", hasher.salt()).startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
