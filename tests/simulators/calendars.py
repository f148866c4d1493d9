"""Google's freeBusy and Microsoft's getSchedule on loopback, as strict about requests as their documents are."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.simulators.http_server import DROP, HANG, Request, answer

JSON = "Content-Type: application/json; charset=utf-8"
#: Made once: a key takes a moment.
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
SCOPE = "https://www.googleapis.com/auth/calendar.freebusy"


@dataclass
class CalendarService:
    """What both have in common: tokens that can be revoked, and faults to be played before the next answers."""

    port: int = 0
    tokens: list[str] = field(default_factory=list)
    #: DROP, HANG, or a status, taken one by one.
    faults: list[str | int] = field(default_factory=list)
    sign_in_status: int = 200
    seconds: int = 3600
    wrong: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def issue(self) -> bytes:
        if self.sign_in_status != 200:
            return answer(self.sign_in_status, '{"error":"invalid_grant"}', JSON)
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        content = {"access_token": self.tokens[-1], "expires_in": self.seconds, "token_type": "Bearer"}
        return answer(200, json.dumps(content), JSON)

    def fault(self) -> bytes | str | None:
        if not self.faults:
            return None
        found = self.faults.pop(0)
        if found in (DROP, HANG):
            return str(found)
        return answer(int(found), json.dumps({"error": {"code": found, "errors": []}}), JSON)

    def is_known(self, request: Request) -> bool:
        """Only the newest token works."""
        return bool(self.tokens) and request.headers.get("authorization") == f"Bearer {self.tokens[-1]}"

    def refuse(self, why: str) -> bytes:
        self.wrong.append(why)
        return answer(400, json.dumps({"error": {"code": 400, "message": why, "errors": []}}), JSON)


@dataclass
class GoogleCalendar(CalendarService):
    """`calendars` are what people share: busy times, or an error's reason."""

    calendars: dict[str, list[tuple[str, str]] | str] = field(default_factory=dict)
    subject: str = ""

    def credentials(self) -> str:
        return json.dumps(
            {
                "type": "service_account",
                "client_email": "yuemian@project.iam.gserviceaccount.com",
                "private_key": PEM,
                "private_key_id": "key-1",
                "token_uri": f"{self.address}/token",
            }
        )

    def __call__(self, request: Request) -> bytes | str:
        if request.path == "/token":
            return self._token(request)
        if (fault := self.fault()) is not None:
            return fault
        if (request.method, request.path) != ("POST", "/calendar/v3/freeBusy"):
            return answer(404, "{}", JSON)
        if not self.is_known(request):
            return answer(401, '{"error":{"code":401,"errors":[{"reason":"authError"}]}}', JSON)
        return self._free_busy(request)

    def _token(self, request: Request) -> bytes:
        form = parse_qs(request.body.decode())
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return self.refuse("grant_type")
        head, claims, signature = form["assertion"][0].split(".")
        try:
            KEY.public_key().verify(
                _decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return self.refuse("signature")
        said, kind = json.loads(_decoded(claims)), json.loads(_decoded(head))
        wanted = {
            "iss": "yuemian@project.iam.gserviceaccount.com",
            "scope": SCOPE,
            "aud": f"{self.address}/token",
        }
        if any(said.get(name) != value for name, value in wanted.items()) or said["exp"] - said["iat"] > 3600:
            return self.refuse("claims")
        if (kind["alg"], kind["kid"], said.get("sub", "")) != ("RS256", "key-1", self.subject):
            return self.refuse("head or subject")
        return self.issue()

    def _free_busy(self, request: Request) -> bytes:
        body = json.loads(request.body)
        if set(body) - {
            "timeMin",
            "timeMax",
            "timeZone",
            "items",
            "calendarExpansionMax",
            "groupExpansionMax",
        }:
            return self.refuse("unknown field")
        if not all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body[n]) for n in ("timeMin", "timeMax")):
            return self.refuse("time")
        ids = [item["id"] for item in body["items"]]
        if len(ids) > 50:
            return self.refuse("tooManyCalendarsRequested")
        found: dict[str, Any] = {}
        for each in ids:
            shared = self.calendars.get(each, "notFound")
            if isinstance(shared, str):
                found[each] = {"errors": [{"domain": "global", "reason": shared}], "busy": []}
            else:
                found[each] = {"busy": [{"start": start, "end": end} for start, end in shared]}
        content = {"kind": "calendar#freeBusy", "timeMin": body["timeMin"], "calendars": found}
        return answer(200, json.dumps(content), JSON)


@dataclass
class MicrosoftGraph(CalendarService):
    """`mailboxes` are schedule items (status, start, end), a view alone, or an error's code."""

    mailboxes: dict[str, list[tuple[str, str, str]] | str] = field(default_factory=dict)

    def __call__(self, request: Request) -> bytes | str:
        if request.path.endswith("/oauth2/v2.0/token"):
            return self._token(request)
        if (fault := self.fault()) is not None:
            return fault
        found = re.fullmatch(r"/v1\.0/users/([^/]+)/calendar/getSchedule", request.path)
        if request.method != "POST" or not found:
            return answer(404, "{}", JSON)
        if not self.is_known(request):
            return answer(401, '{"error":{"code":"InvalidAuthenticationToken"}}', JSON)
        if unquote(found[1]) not in self.mailboxes:
            return answer(404, '{"error":{"code":"ErrorInvalidUser"}}', JSON)
        return self._schedule(request)

    def _token(self, request: Request) -> bytes:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        wanted = {
            "grant_type": "client_credentials",
            "client_id": "app-1",
            "client_secret": "s3cret+/=&",
            "scope": f"{self.address}/.default",
        }
        if form != wanted or not request.path.startswith("/contoso.example/"):
            return self.refuse("sign-in")
        return self.issue()

    def _schedule(self, request: Request) -> bytes:
        body = json.loads(request.body)
        if request.headers.get("prefer") != 'outlook.timezone="UTC"':
            return self.refuse("prefer")
        if not 5 <= body["availabilityViewInterval"] <= 1440 or len(body["schedules"]) > 20:
            return self.refuse("interval or schedules")
        for name in ("startTime", "endTime"):
            datetime.fromisoformat(body[name]["dateTime"])
            if body[name]["timeZone"] != "UTC":
                return self.refuse("zone")
        return answer(200, json.dumps({"value": [self._one(each) for each in body["schedules"]]}), JSON)

    def _one(self, mailbox: str) -> dict[str, Any]:
        kept = self.mailboxes.get(mailbox, "ErrorMailRecipientNotFound")
        if isinstance(kept, str) and kept.startswith("Error"):
            return {"scheduleId": mailbox, "error": {"message": "x", "responseCode": kept}}
        if isinstance(kept, str):
            return {"scheduleId": mailbox, "availabilityView": kept, "scheduleItems": []}
        items = [
            {
                "status": status,
                "subject": "Divorce lawyer",
                "location": "secret",
                "isPrivate": False,
                "start": {"dateTime": f"{start}.0000000", "timeZone": "UTC"},
                "end": {"dateTime": f"{end}.0000000", "timeZone": "UTC"},
            }
            for status, start, end in kept
        ]
        return {"scheduleId": mailbox.upper(), "availabilityView": "02", "scheduleItems": items}


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
