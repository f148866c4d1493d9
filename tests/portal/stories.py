"""What the portal's tests share: an invited candidate, what a page hands out, and a person's press."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories import Cast, create_interview
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.portal import nonce
from yuemian.trust.vault import Vault

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.53"
)
#: What the page's script reports of a person's tap.
TAP = "1.1.touch.0.1"


@dataclass
class Invited:
    """An interview whose candidate holds a link; `token` is what the message carries."""

    interview: Interview
    link: AccessLink
    token: str

    @property
    def address(self) -> str:
        return f"/c/{self.token}"

    def page_nonce(self, *, now: datetime, age: float = 10, revision: int = 1) -> str:
        return nonce.issue(self.token, "page", revision, now=now - timedelta(seconds=age))


def invite(cast: Cast, *, now: datetime, purpose: Purpose = Purpose.INVITATION, **fields: Any) -> Invited:
    interview = fields.pop("interview", None) or create_interview(cast, now=now, **fields)
    version = cast.templates[purpose]
    summary = summarize([interview], version, purpose, [Channel.EMAIL, Channel.SMS], now=now)
    send(cast.recruiter, summary, version, purpose, now=now)
    return invited(interview)


def invited(interview: Interview) -> Invited:
    """The newest link of an interview."""
    notification = Notification.objects.filter(subject_id=interview.pk).latest("created_at", "id")
    token = snapshot_of(notification, Vault(interview.organization_id))["token"]
    return Invited(interview, AccessLink.objects.get(notification=notification), token)


def phone() -> Client:
    """A candidate's browser."""
    return Client(headers={"user-agent": PHONE})


def tap(client: Client, who: Invited, answer: str, *, now: datetime, **fields: Any) -> HttpResponse:
    """A person's press on an answer, ten seconds after the page came."""
    content = {
        "token": who.token,
        "nonce": who.page_nonce(now=now, age=fields.pop("age", 10), revision=fields.pop("revision", 1)),
        "report": TAP,
        "answer": answer,
    }
    return client.post("/c/answer", content | fields)  # type: ignore[return-value]


def confirm(
    client: Client,
    who: Invited,
    action: str,
    *,
    now: datetime,
    age: float = 5,
    revision: int = 1,
    **fields: Any,
) -> HttpResponse:
    """The press on the summary page."""
    moment = now - timedelta(seconds=age)
    given = nonce.issue(who.token, f"summary:{action}", revision, now=moment)
    path = fields.pop("path", "/c/ask" if action == "question" else "/c/answer")
    content = {"token": who.token, "confirm": given, "answer": action}
    return client.post(path, content | fields)  # type: ignore[return-value]


def hidden(response: HttpResponse, name: str) -> str:
    """The value of the first hidden field of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, f"no field {name}"
    return found.group(1)
