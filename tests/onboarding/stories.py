"""What the tests of onboarding share: somebody who is hired, their link, their browser behind the code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone

from tests.factories import Cast, create_interview, install_texts
from tests.onboarding.hostile import jpeg
from tests.portal.stories import TAP, phone
from yuemian.domain.onboarding import Section
from yuemian.domain.states import Purpose
from yuemian.messaging.models import AccessLink, Notification
from yuemian.onboarding.actions.begin import begin_onboarding
from yuemian.onboarding.actions.documents import keep_document, may_upload
from yuemian.onboarding.actions.fill import give_consent, hand_in, save_entries
from yuemian.onboarding.asking import consent_of, policy_of
from yuemian.onboarding.checking import Checked
from yuemian.onboarding.models import OnboardingCase
from yuemian.portal import nonce
from yuemian.trust.vault import Vault

IDENTITY, ACCOUNT = "11010519491231002X", "6225760008219524"
BASICS = {
    "legal_name": "王小雨",
    "mobile": "13800138000",
    "address": "上海市世纪大道 100 号",
    "available_from": "",
}
ENTRIES = {
    Section.BASICS: BASICS,
    Section.IDENTITY: {"id_number": IDENTITY},
    Section.BANK: {"bank_name": "招商银行", "bank_account": ACCOUNT},
    Section.EMERGENCY: {
        "emergency.name": "王女士",
        "emergency.relation": "母亲",
        "emergency.phone": "13900139000",
    },
}
FILES = ("id_front", "id_back", "degree")


@dataclass
class Hired:
    """A case and the token of its newest link."""

    case: OnboardingCase
    token: str

    @property
    def address(self) -> str:
        return f"/c/{self.token}/onboarding"

    def again(self) -> OnboardingCase:
        return OnboardingCase.objects.with_people().get(pk=self.case.pk)


def hire(cast: Cast, *, now: datetime, **fields: Any) -> Hired:
    if not Notification.objects.filter(purpose=Purpose.ONBOARDING).exists():
        install_texts(cast, Purpose.ONBOARDING, now=now)
    if not policy_of(cast.organization.pk).pk or policy_of(cast.organization.pk).needs_scanner:
        policy = policy_of(cast.organization.pk)
        policy.needs_scanner = fields.pop("needs_scanner", False)
        policy.save()
    interview = create_interview(cast, now=now, **fields)
    case = begin_onboarding(cast.recruiter, interview.pk, now=now)
    return Hired(case, token_of(case))


def token_of(case: OnboardingCase) -> str:
    said = Notification.objects.filter(subject_id=case.pk).latest("created_at", "id")
    sealed = Vault(case.organization_id).open_bytes(
        case.application.candidate.key, Notification.PLACE, said.pk, said.parameters_sealed
    )
    assert AccessLink.objects.filter(notification=said, purpose="onboarding").exists()
    token: str = orjson.loads(sealed)["token"]
    return token


def agree(hired: Hired, *sections: Section, now: datetime) -> None:
    for section in sections:
        words = consent_of(hired.case.organization_id, section, "zh-hans")
        assert give_consent(hired.case.pk, words, words.hash.hex(), now=now)


def given(fields: dict[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in fields.items():
        key, _, part = name.partition(".")
        found.setdefault(key, {})[part] = value
    return found


def fill_in(hired: Hired, *, now: datetime) -> None:
    """Everything that is asked, and handed in."""
    agree(hired, Section.IDENTITY, Section.EDUCATION, Section.BANK, Section.EMERGENCY, now=now)
    for section, fields in ENTRIES.items():
        assert save_entries(hired.case.pk, given(fields), pressed=section, now=now) == {}
    for key in FILES:
        keep(hired, key, now=now)
    assert hand_in(hired.case.pk, now=now) == []


def keep(
    hired: Hired,
    key: str,
    *,
    now: datetime,
    content: bytes = b"\xff\xd8" + b"x" * 3_000_000,
    kind: str = "image/jpeg",
) -> None:
    """A file as the cleaning process gave it, below the upload."""
    spec = may_upload(hired.case.pk, key, now=now)
    assert spec
    name = f"{key}.{kind.rpartition('/')[2]}"
    assert keep_document(hired.case.pk, spec, name, Checked(content, kind, 1), now=now) is None


class Browser:
    """A candidate in one browser, pressing as a person does."""

    def __init__(self, hired: Hired) -> None:
        self.hired, self.client = hired, phone()

    def page(self) -> str:
        response = self.client.get(self.hired.address)
        assert response.status_code == 200
        return response.content.decode()

    def post(self, name: str, **fields: Any) -> HttpResponse:
        return self.client.post(f"/c/{name}", self.fields() | fields)  # type: ignore[return-value]

    def fields(self) -> dict[str, Any]:
        moment = timezone.now()
        stamp = nonce.issue(self.hired.token, "page", 1, now=moment - timedelta(seconds=10))
        return {"token": self.hired.token, "nonce": stamp, "report": TAP}

    def press(self, deed: str, section: str = "basics", **fields: Any) -> HttpResponse:
        return self.post("onboarding-form", deed=deed, section=section, **fields)

    def pause(self, **fields: Any) -> HttpResponse:
        """The script sends what was typed."""
        return self.post("onboarding-save", **fields)

    def wrong(self, **fields: Any) -> list[str]:
        """What the script is told could not be kept of that."""
        found: list[str] = orjson.loads(self.pause(**fields).content)["wrong"]
        return found

    def send(self, key: str, name: str, content: bytes, kind: str) -> HttpResponse:
        return self.post("onboarding-file", key=key, file=SimpleUploadedFile(name, content, kind))

    def agree(self, section: str) -> HttpResponse:
        found = re.search(rf'name="hash.{section}" value="(\w+)"', self.page())
        assert found
        ticked = {f"agreed.{section}": "1", f"hash.{section}": found[1]}
        return self.post("onboarding-form", deed=f"agree.{section}", **ticked)

    def prove(self) -> None:
        """Ask for the code, read it, type it."""
        assert self.post("onboarding-code").status_code == 303
        assert self.post("onboarding-prove", code=code_of(self.hired)).status_code == 303


def code_of(hired: Hired) -> str:
    said = Notification.objects.filter(purpose=Purpose.CODE).latest("created_at", "id")
    key = hired.again().application.candidate.key
    sealed = Vault(hired.case.organization_id).open_bytes(
        key, Notification.PLACE, said.pk, said.parameters_sealed
    )
    return str(orjson.loads(sealed)["context"]["code"])


def scan() -> bytes:
    """A photo as a phone makes it."""
    return jpeg(1200, 800)
