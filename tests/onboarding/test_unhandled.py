"""Forms that nobody looks after: those never sent, and those handed in that the company leaves lying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.factories import Cast, sign_in_client
from tests.onboarding.stories import Hired, fill_in, hire
from yuemian.accounts.models import Organization
from yuemian.domain.onboarding import CaseState, unhandled_until
from yuemian.domain.retention import NOTICE
from yuemian.hiring.actions.erase import erase_due, hold, release
from yuemian.hiring.actions.retain import look_for_what_is_over
from yuemian.messaging.models import Notification
from yuemian.onboarding import tasks
from yuemian.onboarding.actions import fill, review
from yuemian.onboarding.actions.locking import locked
from yuemian.onboarding.models import DocumentPiece, OnboardingAnswer, OnboardingCase
from yuemian.onboarding.tasks import delete_what_is_over, remind_and_expire
from yuemian.trust.models import AuditEntry

DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def now() -> datetime:
    """This morning: the database's own clock says when somebody came, and that counts as activity."""
    return timezone.now().replace(hour=1, minute=0, second=0, microsecond=0)


@pytest.fixture
def hired(cast: Cast, now: datetime) -> Hired:
    return hire(cast, now=now)


@pytest.mark.parametrize(
    ("first_day", "days"), [(None, 90), (60, 90), (300, 330), (-20, 30)], ids=["none", "soon", "far", "past"]
)
def test_the_limit_is_what_was_promised_and_ninety_days_where_no_first_day_is_known(
    first_day: int | None, days: int
) -> None:
    handed_in = datetime(2027, 3, 1, tzinfo=SHANGHAI)
    starts_on = None if first_day is None else (handed_in + first_day * DAY).date()
    assert unhandled_until(handed_in, starts_on, 30 * DAY, SHANGHAI) == handed_in + days * DAY


def nights(hired: Hired, now: datetime) -> None:
    """What the clock does by then, each chore once."""
    organization = Organization.objects.get(pk=hired.case.organization_id)
    remind_and_expire(organization.pk, now)
    delete_what_is_over(organization.pk, now)
    look_for_what_is_over(organization, now=now)
    erase_due(organization.pk, now=now, limit=10)


def test_a_form_that_nobody_checks_is_deleted_and_keeps_its_person_no_longer(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    for day in (30, 89):
        nights(hired, now + day * DAY)
    assert OnboardingAnswer.objects.exists()
    nights(hired, now + 90 * DAY)
    case = hired.again()
    assert (case.state, case.deleted_at) == (CaseState.EXPIRED, now + 90 * DAY)
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    actions = (
        AuditEntry.objects.filter(subject_id=case.pk).order_by("sequence").values_list("action", flat=True)
    )
    assert list(actions)[-2:] == ["onboarding.expired", "onboarding.deleted"]
    nights(hired, now + 270 * DAY - NOTICE)
    nights(hired, now + 270 * DAY)
    assert hired.again().application.candidate.erased_at


def test_a_form_that_is_never_handed_in_is_deleted_and_keeps_its_person_no_longer(
    hired: Hired, now: datetime
) -> None:
    for day in (14, 44, 44 + 180 - 14, 44 + 180):
        nights(hired, now + day * DAY)
    assert hired.again().state == CaseState.WITHDRAWN
    assert hired.again().application.candidate.erased_at


def test_what_was_handed_in_before_there_was_a_limit_is_warned_of_for_two_weeks(
    hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    OnboardingCase.objects.update(delete_at=None)
    later = now + 400 * DAY
    nights(hired, later)
    assert hired.again().delete_at == later + NOTICE
    nights(hired, later + NOTICE)
    assert hired.again().deleted_at == later + NOTICE


def test_whoever_handles_it_puts_the_limit_off(cast: Cast, hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    late = now + 89 * DAY
    review.set_first_day(cast.recruiter, hired.case.pk, (now - 40 * DAY).date(), now=late)
    assert hired.again().delete_at == late + NOTICE
    review.send_back(cast.recruiter, hired.case.pk, {"bank_account": "卡号已注销"}, now=late)
    assert hired.again().delete_at is None
    fill.hand_in(hired.case.pk, now=late)
    assert hired.again().state == CaseState.RETURNED


def test_what_must_be_kept_for_a_dispute_is_kept_until_that_ends(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    candidate = hired.again().application.candidate
    hold(cast.owner, candidate, "劳动争议", now=now)
    assert delete_what_is_over(cast.organization.pk, now + 400 * DAY) == 0
    tasks.delete_if_due(hired.case.pk, now + 400 * DAY)
    assert OnboardingAnswer.objects.exists()
    release(cast.owner, candidate, now=now + 400 * DAY)
    assert delete_what_is_over(cast.organization.pk, now + 400 * DAY) == 1
    assert not OnboardingAnswer.objects.exists()


@pytest.mark.parametrize("who", ["recruiter", "owner", "lead"])
def test_today_warns_of_it_for_two_weeks(cast: Cast, who: str) -> None:
    now = timezone.now()
    hired = hire(cast, now=now)
    fill_in(hired, now=now)
    client = sign_in_client(getattr(cast, who))
    assert "unchecked-forms" not in client.get("/today").content.decode()
    OnboardingCase.objects.update(delete_at=now + NOTICE - timedelta(hours=1))
    is_shown = f"unchecked-{hired.case.pk}" in client.get("/today").content.decode()
    assert is_shown is (who != "lead")
    if is_shown:
        assert "如果无人核对" in client.get(f"/onboarding/{hired.case.pk}").content.decode()


def test_administrators_are_warned_of_everybodys(cast: Cast) -> None:
    now = timezone.now()
    hired = hire(cast, now=now)
    fill_in(hired, now=now)
    OnboardingCase.objects.update(delete_at=now + DAY)
    page = sign_in_client(cast.owner).get("/today?whose=me").content.decode()
    assert f"unchecked-{hired.case.pk}" in page


@pytest.mark.parametrize("ended", [fill.withdraw, fill_in], ids=["left", "handed in"])
def test_a_form_that_changed_after_it_was_found_silent_is_not_reminded_of(
    hired: Hired, now: datetime, monkeypatch: pytest.MonkeyPatch, ended: Callable[..., None]
) -> None:
    """Handed in, or left, between the look and the lock."""
    later = now + 3 * DAY

    def changed_meanwhile(case_id: object) -> OnboardingCase:
        monkeypatch.setattr(tasks, "locked", locked)
        ended(hired if ended is fill_in else hired.case.pk, now=later)
        return locked(hired.case.pk)

    monkeypatch.setattr(tasks, "locked", changed_meanwhile)
    said = Notification.objects.count()
    assert remind_and_expire(hired.case.organization_id, later) == 1
    assert Notification.objects.count() == said
    assert hired.again().reminded_at is None
