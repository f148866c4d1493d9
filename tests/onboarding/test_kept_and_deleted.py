"""How long what was given is kept: until it is due and no longer, whatever became of the form meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from django.utils import timezone

from tests.factories import Cast, backdate, install_texts, sign_in_client
from tests.onboarding.stories import ACCOUNT, IDENTITY, Browser, Hired, fill_in, given, hire, keep
from yuemian.accounts.models import Organization
from yuemian.domain.onboarding import CaseState, Section
from yuemian.domain.retention import NOTICE
from yuemian.domain.states import Purpose
from yuemian.hiring.actions.erase import erase_due
from yuemian.hiring.actions.retain import look_for_what_is_over, past_of
from yuemian.hiring.export import as_html, as_json
from yuemian.hiring.holdings import holdings
from yuemian.messaging.models import AccessLink
from yuemian.onboarding.actions import fill, review
from yuemian.onboarding.actions.export import export_cases
from yuemian.onboarding.models import Consent, DocumentPiece, OnboardingAnswer, OnboardingField
from yuemian.onboarding.offer import OfferTerms
from yuemian.onboarding.tasks import delete_if_due, delete_what_is_over, remind_and_expire
from yuemian.trust.vault import Vault

DAY = timedelta(days=1)


@pytest.fixture
def hired(cast: Cast, now: datetime) -> Hired:
    somebody = hire(cast, now=now)
    backdate(now)
    return somebody


def test_what_is_given_after_a_deletion_is_handed_over_and_deleted_in_its_turn(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    organization = cast.organization.pk
    remind_and_expire(organization, now + 14 * DAY)
    assert delete_what_is_over(organization, now + 44 * DAY) == 1
    later = now + 45 * DAY
    review.reopen(cast.recruiter, hired.case.pk, until=later + 14 * DAY, now=later)
    assert hired.again().deleted_at is None
    fill_in(hired, now=later)
    review.complete(cast.recruiter, hired.case.pk, now=later)
    text, count = export_cases(cast.recruiter, [hired.case.pk], "json", now=later)
    assert (count, len(orjson.loads(text)["onboardings"])) == (1, 1)
    assert delete_what_is_over(organization, later + 29 * DAY) == 0
    assert delete_what_is_over(organization, later + 30 * DAY) == 1
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    assert hired.again().deleted_at == later + 30 * DAY


def test_what_was_opened_again_or_put_off_since_it_was_found_due_is_not_deleted(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    review.complete(cast.recruiter, hired.case.pk, now=now)
    due = now + 30 * DAY
    review.set_first_day(cast.recruiter, hired.case.pk, due.date(), now=due)
    delete_if_due(hired.case.pk, due)
    review.send_back(cast.recruiter, hired.case.pk, {"bank_account": "卡号已注销"}, now=due)
    delete_if_due(hired.case.pk, due)
    case = hired.again()
    assert (case.state, case.deleted_at) == (CaseState.RETURNED, None)
    assert OnboardingAnswer.objects.exists()


def look(hired: Hired, now: datetime) -> int:
    """The nightly look, and what is due by then."""
    organization = Organization.objects.get(pk=hired.case.organization_id)
    found = look_for_what_is_over(organization, now=now)
    erase_due(organization.pk, now=now, limit=10)
    return found


def test_nobody_is_erased_before_their_first_day_and_before_what_they_gave_is_said_to_go(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    review.complete(cast.recruiter, hired.case.pk, now=now)
    first = (now + 300 * DAY).date()
    review.set_first_day(cast.recruiter, hired.case.pk, first, now=now)
    delete_at = hired.again().delete_at
    assert delete_at
    Organization.objects.update(retention_days=30)
    for day in (20, 180, 299):
        assert look(hired, now + day * DAY) == 0
    assert look(hired, delete_at + 30 * DAY - NOTICE) == 1
    assert look(hired, delete_at + 30 * DAY) == 0
    assert hired.again().application.candidate.erased_at


def test_a_form_that_is_being_filled_in_anew_is_not_erased(cast: Cast, hired: Hired, now: datetime) -> None:
    Organization.objects.update(retention_days=30)
    fill_in(hired, now=now)
    review.send_back(cast.recruiter, hired.case.pk, {"id_number": "号码看不清"}, now=now + 25 * DAY)
    assert look(hired, now + 30 * DAY) == 0
    assert look(hired, hired.again().deadline_at + 30 * DAY - NOTICE) == 1


def test_a_form_that_waits_for_the_company_stops_the_time(cast: Cast, hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    past = past_of(Organization.objects.get(), hired.case.candidate_id)
    assert past
    assert past.is_waiting
    assert look(hired, now + 4000 * DAY) == 0
    fill.withdraw(hired.case.pk, now=now)
    assert look(hired, now + 4000 * DAY) == 1


@pytest.fixture
def complete(cast: Cast) -> Hired:
    """Handed in and accepted today, by the clock of the browsers."""
    now = timezone.now()
    install_texts(cast, Purpose.CODE, now=now)
    hired = hire(cast, now=now)
    fill_in(hired, now=now)
    review.complete(cast.recruiter, hired.case.pk, now=now)
    return hired


def test_a_consent_can_be_taken_back_as_long_as_what_was_given_is_kept(complete: Hired) -> None:
    AccessLink.objects.filter(subject_id=complete.case.pk).update(expires_at=timezone.now() - DAY)
    browser = Browser(complete)
    browser.prove()
    assert browser.press("revoke", "bank")["Location"].endswith("#bank")
    assert not OnboardingAnswer.objects.filter(section="bank").exists()
    delete_what_is_over(complete.case.organization_id, timezone.now() + 31 * DAY)
    assert browser.client.get(complete.address).status_code == 404


def ask_only(hired: Hired, *keys: str) -> None:
    """Identity and account are unticked; the other questions are removed."""
    kinds = {"legal_name": ("text", "basics"), "id_number": ("identity", "identity")}
    for key, (kind, section) in kinds.items():
        OnboardingField.objects.create(
            organization_id=hired.case.organization_id,
            branch=hired.case.branch,
            key=key,
            kind=kind,
            section=section,
            is_asked=key in keys,
        )


def test_the_consent_to_what_is_asked_no_more_can_be_taken_back(complete: Hired) -> None:
    ask_only(complete, "legal_name")
    browser = Browser(complete)
    browser.prove()
    page = browser.page()
    assert page.count('value="revoke"') == 4
    assert IDENTITY not in page
    browser.press("revoke", "identity")
    assert not Consent.objects.filter(section="identity", withdrawn_at=None).exists()
    assert browser.page().count('value="revoke"') == 3


def test_what_is_kept_lists_whatever_stands_in_a_case(cast: Cast, complete: Hired) -> None:
    now, pk = timezone.now(), complete.case.pk
    review.set_first_day(cast.recruiter, pk, date(2027, 7, 1), now=now)
    review.set_offer(cast.recruiter, pk, OfferTerms(Decimal(31234)), now=now)
    review.send_back(cast.recruiter, pk, {"id_front": "照片模糊"}, now=now)
    ask_only(complete, "legal_name")
    candidate, vault = complete.again().application.candidate, Vault(cast.organization.pk)
    for text in (as_json(candidate, vault, now=now).decode(), as_html(candidate, vault, now=now)):
        for kept in (IDENTITY, ACCOUNT, "王小雨", "139 0013 9000", "照片模糊", "2027", "31"):
            assert kept in text or kept.replace(" ", "") in text, kept
    (entries,) = (each.read(candidate, vault) for each in holdings() if each.kind == "onboarding")
    shown = " ".join(each.shown(is_open=False) for each in entries)
    for kept in (IDENTITY, ACCOUNT, "王小雨", "照片模糊", "2027", "234"):
        assert kept not in shown
    assert {"pay", "first_day", "comment"} <= {name for each in entries for name in each.data}


def test_hr_sees_what_is_asked_no_more_in_part_and_hands_it_over_no_more(cast: Cast, complete: Hired) -> None:
    ask_only(complete, "legal_name")
    client = sign_in_client(cast.recruiter)
    page = client.get(f"/onboarding/{complete.case.pk}").content.decode()
    assert "已不再询问" in page
    assert IDENTITY not in page
    assert IDENTITY[:3] + "*" in page
    assert page.count('name="accept"') == 1
    text, _count = export_cases(cast.recruiter, [complete.case.pk], "json", now=timezone.now())
    assert orjson.loads(text)["onboardings"][0]["fields"] == {"legal_name": "王小雨"}


def test_what_was_not_accepted_can_be_mended_and_says_that_it_was(cast: Cast, complete: Hired) -> None:
    now, pk = timezone.now(), complete.case.pk
    client = sign_in_client(cast.recruiter)
    review.accept(cast.recruiter, pk, "bank_account", now=now)
    review.send_back(cast.recruiter, pk, {"id_front": "照片模糊"}, now=now)
    later = now + timedelta(minutes=5)
    keep(complete, "id_front", now=later)
    mended = given({"address": "北京市长安街 1 号", "bank_name": "招商银行"})
    fill.save_entries(pk, mended, pressed=Section.BANK, now=later)
    assert fill.hand_in(pk, now=later) == []
    page = client.get(f"/onboarding/{pk}").content.decode()
    marked = [part for part in page.split('<tr id="q-')[1:] if "要求重填后有改动" in part]
    assert [part.partition('"')[0] for part in marked] == ["address", "id_front"]
