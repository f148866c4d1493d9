"""One's own account: password, sessions, the digest's hour and the calendar are everybody's, whatever their role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import PASSWORD, Cast, create_user, sign_in_client
from yuemian.accounts.models import Permission, Role


def links_of(client: Client, address: str) -> list[str]:
    answer: Any = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return re.findall(r'href="([^"#?]+)', answer.content.decode())


@pytest.mark.parametrize("role", Role.values)
def test_everybody_reaches_account_and_calendar_by_links_alone(cast: Cast, role: str) -> None:
    person = create_user(cast.organization, Role(role), "林悦")
    client = sign_in_client(person)
    assert "/settings/account" in links_of(client, "/")
    onward = links_of(client, "/settings/account")
    # Whoever sees no candidates has no interviews to see in a calendar.
    assert ("/settings/account/calendar" in onward) == person.may(Permission.SEE_INTERVIEWS)
    if person.may(Permission.SEE_INTERVIEWS):
        links_of(client, "/settings/account/calendar")


def test_an_interviewers_day_leads_to_the_calendar(cast: Cast) -> None:
    assert "/settings/account/calendar" in links_of(sign_in_client(cast.interviewer), "/today")


def test_ones_own_password_is_not_changed_among_people(cast: Cast) -> None:
    client, elsewhere = sign_in_client(cast.owner), sign_in_client(cast.owner)
    page = f"/settings/users/{cast.owner.pk}"
    assert "password" not in client.get(page).context["form"].fields
    assert "/settings/account" in links_of(client, page)
    form = {
        "name": "管理员", "email": cast.owner.email, "role": "administrator", "locale": "zh-hans", "phone": "",
        "is_active": "on", "password": "quite another password",
    }  # fmt: skip
    assert client.post(page, form).status_code == 302
    cast.owner.refresh_from_db()
    assert cast.owner.has_password(PASSWORD)
    assert elsewhere.get("/settings").status_code == 200
