"""What the tests of “My data” share: a candidate's browser that asks for a code, reads it, and types it."""

from __future__ import annotations

import re
from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.portal.stories import TAP, Invited, phone
from yuemian.messaging.models import Notification
from yuemian.trust.vault import Vault


class Browser:
    """A candidate in one browser, pressing buttons as a person does."""

    def __init__(self, who: Invited) -> None:
        self.who, self.client = who, phone()

    def page(self) -> str:
        response = self.client.get(f"{self.who.address}/data")
        assert response.status_code == 200
        return response.content.decode()

    def press(self, name: str, **fields: Any) -> HttpResponse:
        """One press of a person, ten seconds after the page came."""
        content = {"token": self.who.token, "nonce": self.who.page_nonce(now=timezone.now()), "report": TAP}
        return self.client.post(f"/c/{name}", content | fields)  # type: ignore[return-value]

    def type_code(self, code: str, purpose: str = "data") -> HttpResponse:
        return self.press("prove", purpose=purpose, code=code)

    def step_up(self) -> None:
        """Asks for a code and types it; from then on everything is open here."""
        self.press("code")
        self.type_code(code_for(self.who))


def code_for(who: Invited) -> str:
    """The newest code that was written for this candidate, from the sealed snapshot."""
    return str(snapshot(newest(who))["context"]["code"])


def newest(who: Invited, purpose: str = "code") -> Notification:
    candidate = who.interview.application.candidate_id
    return Notification.objects.filter(candidate=candidate, purpose=purpose).latest("created_at", "id")


def snapshot(row: Notification) -> dict[str, Any]:
    key, vault = row.key, Vault(row.organization_id)
    content = vault.open_bytes(key, Notification.PLACE, row.pk, row.parameters_sealed)
    return dict(orjson.loads(content))


def forms_to(page: str, action: str) -> int:
    return len(re.findall(rf'action="/c/{action}"', page))


def machine() -> Client:
    """A scanner: an ordinary agent, nothing reported."""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"
    return Client(headers={"user-agent": agent})
