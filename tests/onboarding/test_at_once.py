"""Many files at the same moment, and the scanner's second look: nothing lost, nothing doubled, no transaction held."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils import timezone

from tests.factories import Cast, install_texts
from tests.onboarding.stories import Browser, Hired, agree, fill_in, hire
from tests.portal.conftest import acting_in_new
from tests.portal.stories import phone
from yuemian.channels.clamd import Verdict
from yuemian.domain.onboarding import MOST_FILES, DocumentState, Section
from yuemian.domain.states import Purpose
from yuemian.messaging.clock import CHORES
from yuemian.messaging.engine.clock import Clock
from yuemian.onboarding.actions import documents
from yuemian.onboarding.checking import Checked
from yuemian.onboarding.models import Document, DocumentPiece, OnboardingPolicy
from yuemian.onboarding.quarantine import Quarantined, directory_of
from yuemian.onboarding.storage import read_pieces
from yuemian.portal import onboarding_views
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault

PEOPLE, FRONTS, DEGREES = 8, 13, 12
THREADS = 24


@dataclass
class Company:
    cast: Cast
    now: datetime

    def inside(self) -> AbstractContextManager[None]:
        return acting_in(self.cast.organization.pk)


@pytest.fixture
def company(transactional_db: None) -> Company:
    now = timezone.now()
    with acting_in_new(now) as cast:
        install_texts(cast, Purpose.CODE, now=now)
        return Company(cast, now)


def as_it_came(upload: Quarantined, name: str, declared: str, *, now: datetime) -> Checked:
    """In the place of the cleaning process, whose own tests are elsewhere: 200 of it would take minutes."""
    return Checked(b"".join(upload.pieces()), "image/jpeg", 1)


def create_person(company: Company, number: int) -> Hired:
    ways = {"email": f"w{number}@example.com", "phone": f"+8613900{number:06d}"}
    return hire(company.cast, now=company.now, name=f"王{number}", **ways)


def send(browser: Browser, key: str, content: bytes) -> int:
    """As a phone does that is told to come back; returns how often it was."""
    client, turned_away = phone(), 0
    client.cookies = browser.client.cookies
    try:
        while True:
            fields = browser.fields() | {
                "key": key,
                "file": SimpleUploadedFile("a.jpg", content, "image/jpeg"),
            }
            answer = client.post("/c/onboarding-file", fields)
            if answer.status_code != 429:
                assert answer.status_code == 303
                return turned_away
            turned_away += 1
            threading.Event().wait(0.05)
    finally:
        connections.close_all()


def kept(hired: Hired) -> list[tuple[str, bytes]]:
    case = hired.again()
    vault, key = Vault(case.organization_id), case.application.candidate.key
    return [(each.key, read_pieces(vault, key, each)) for each in case.documents.filter(state="ready")]


def test_two_hundred_files_at_once_are_all_answered_and_no_limit_is_passed(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onboarding_views, "check_file", as_it_came)
    with company.inside():
        people = [create_person(company, number) for number in range(PEOPLE)]
        browsers = [Browser(hired) for hired in people]
        for hired, browser in zip(people, browsers, strict=True):
            agree(hired, Section.IDENTITY, Section.EDUCATION, now=company.now)
            browser.prove()
    for browser in browsers:  # so that the tenth place is never taken from it
        send(browser, "id_front", b"first")
    tasks = [
        (browser, key, f"{number} {key} {turn}".encode())
        for key, turns in (("id_front", FRONTS), ("degree", DEGREES))
        for turn in range(turns)
        for number, browser in enumerate(browsers)
    ]
    assert len(tasks) == 200
    with ThreadPoolExecutor(THREADS) as pool:
        turned_away = sum(pool.map(lambda task: send(*task), tasks))
    assert turned_away > 0  # so many were at the door at once
    sent = {(key, content) for _browser, key, content in tasks}
    with company.inside():
        for number, hired in enumerate(people):
            found = kept(hired)
            assert Counter(key for key, _content in found) == {"id_front": 1, "degree": MOST_FILES - 1}
            assert len(set(found)) == len(found)
            assert set(found) <= sent
            assert all(content.startswith(b"%d " % number) for _key, content in found)
            said = Counter(
                AuditEntry.objects.filter(
                    subject_id=hired.case.pk, action__contains="onboarding.file_"
                ).values_list("action", flat=True)
            )
            refused = DEGREES - (MOST_FILES - 1)
            received = 1 + FRONTS + MOST_FILES - 1
            assert said == {"onboarding.file_received": received, "onboarding.file_refused": refused}
        assert DocumentPiece.objects.count() == PEOPLE * MOST_FILES
    assert list(directory_of().iterdir()) == []


class Scanner:
    """Says `verdict`, and remembers whether a transaction was open while it was asked."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)
        self.was_in_transaction: list[bool] = []

    def scan(self, pieces: Iterable[bytes], *, now: datetime) -> Verdict:
        assert b"".join(pieces)
        self.was_in_transaction.append(connection.in_atomic_block)
        return self.verdicts.pop(0) if self.verdicts else Verdict.UNKNOWN


def test_the_scanner_is_asked_again_outside_of_any_transaction_and_only_clean_is_clean(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company.inside():
        hired = hire(company.cast, now=company.now)
        OnboardingPolicy.objects.update(needs_scanner=True)
        fill_in(hired, now=company.now)
    scanner = Scanner(Verdict.CLEAN, Verdict.INFECTED, Verdict.UNKNOWN)
    monkeypatch.setattr(documents, "scanner", lambda: scanner)
    clock = Clock({"onboarding-checking": CHORES["onboarding-checking"]})
    clock.tick()
    assert scanner.was_in_transaction == [False] * 3
    with company.inside():
        states = Counter(Document.objects.values_list("state", flat=True))
        assert states == {DocumentState.READY: 1, DocumentState.REFUSED: 1, DocumentState.CHECKING: 1}
        (refused,) = Document.objects.filter(state=DocumentState.REFUSED)
        assert (refused.refusal, refused.pieces.count()) == ("infected", 0)


def test_a_file_that_the_scanner_cannot_judge_holds_up_no_other_and_stays_in_quarantine(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company.inside():
        hired = hire(company.cast, now=company.now)
        OnboardingPolicy.objects.update(needs_scanner=True)
        fill_in(hired, now=company.now)
        odd = Document.objects.earliest("received_at")
    scanner = Scanner(Verdict.UNKNOWN, Verdict.CLEAN, Verdict.CLEAN)
    monkeypatch.setattr(documents, "scanner", lambda: scanner)
    organization = company.cast.organization.pk
    assert [documents.check_again(organization, now=company.now) for _ in range(4)] == [0, 1, 1, 0]
    with company.inside():
        assert Document.objects.get(state=DocumentState.CHECKING).pk == odd.pk


def test_what_was_removed_while_the_scanner_was_asked_is_not_brought_back(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company.inside():
        hired = hire(company.cast, now=company.now)
        OnboardingPolicy.objects.update(needs_scanner=True)
        fill_in(hired, now=company.now)

    class Slow(Scanner):
        def scan(self, pieces: Iterable[bytes], *, now: datetime) -> Verdict:
            with company.inside():
                Document.objects.all().delete()
            return super().scan(pieces, now=now)

    monkeypatch.setattr(documents, "scanner", lambda: Slow(Verdict.CLEAN))
    documents.check_again(company.cast.organization.pk, now=company.now)
    with company.inside():
        assert not Document.objects.exists()
        assert not DocumentPiece.objects.exists()
