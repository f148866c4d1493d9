"""The demo organization: complete, in rehearsal, founded once, by the owner alone."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from PIL import Image

from yuemian.accounts.models import Branch, Organization, User
from yuemian.config.demo import (
    DemoAccounts,
    WrongRole,
    create_demo,
    draw_logo,
    found_demo,
    make_passphrase,
)
from yuemian.config.demo_week.story import Story
from yuemian.domain.results import Outcome
from yuemian.domain.states import Answer, DeliveryState, Purpose
from yuemian.domain.survey import MINIMUM
from yuemian.hiring.models import Job, JobFamily, Source
from yuemian.interviews.models import Interview, RescheduleRequest, SlotSeries, SurveyAnswer, SurveyDrop
from yuemian.messaging.actions.content import version_for
from yuemian.messaging.defaults import shipped_templates
from yuemian.messaging.models import Block, Conversation, Delivery, LabMessage, Notification, Template
from yuemian.onboarding.models import Document, OnboardingCase
from yuemian.results.models import Decision, ResultNotice


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """The owner founds; the test's transaction ends as the web role again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        yield
        cursor.execute("SET LOCAL ROLE yuemian_app")


@pytest.fixture
def demo(as_owner: None, now: datetime) -> DemoAccounts:
    accounts = found_demo(now, is_bare=True)
    assert accounts is not None
    return accounts


def test_the_demo_has_a_company_with_people_jobs_and_sources(demo: DemoAccounts) -> None:
    organization = Organization.objects.get()
    assert (organization.name, organization.is_rehearsal) == ("星河科技", True)
    assert {branch.time_zone for branch in Branch.objects.all()} == {"Asia/Shanghai", "Asia/Singapore"}
    assert JobFamily.objects.count() == 3
    assert Job.objects.count() == 5
    assert Source.objects.count() == 5
    assert User.objects.filter(role="recruiter").count() == 3


def test_everybody_signs_in_with_the_passphrase(demo: DemoAccounts) -> None:
    assert User.objects.get(email="linyue@galaxy.example").has_password(demo.passphrase)
    assert {email for _, _, email in demo.people} == set(User.objects.values_list("email", flat=True))


def test_templates_are_there_and_nothing_was_ever_sent(demo: DemoAccounts) -> None:
    organization = Organization.objects.get()
    assert Template.objects.count() == len(shipped_templates())
    assert version_for(organization.pk, Purpose.INVITATION, "复试").template.round == "复试"
    assert version_for(organization.pk, Purpose.INVITATION, "加面").template.round == ""
    assert Notification.objects.count() == 0


def test_every_job_has_company_video_highlights_testimonial_and_benefits_in_both_languages(
    demo: DemoAccounts,
) -> None:
    wanted = {"company", "video", "highlights", "testimonial", "benefits"}
    for job in Job.objects.all():
        for locale in ("zh-hans", "en"):
            found = Block.objects.filter(locale=locale).for_job(job)
            assert {block.kind for block in found} == wanted, (job.title, locale)


NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
#: Before dawn on a Monday after a weekend, at night on a Saturday, and on a Tuesday, with the weekend before questions.
MOMENTS = [
    datetime(2026, 11, 29, 20, tzinfo=UTC),
    datetime(2026, 11, 28, 14, 30, tzinfo=UTC),
    datetime(2026, 11, 24, 3, 7, tzinfo=UTC),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_week_can_be_told_at_any_moment(as_owner: None, moment: datetime) -> None:
    assert found_demo(moment) is not None
    assert Interview.objects.filter(starts_at__gt=moment).count() >= 5
    assert {Outcome.ADVANCE, Outcome.PASS, Outcome.REJECT} <= set(
        Decision.objects.values_list("outcome", flat=True)
    )
    assert not Delivery.objects.exclude(is_rehearsal=True).exists()
    late = Delivery.objects.filter(state=DeliveryState.QUEUED, due_at__lt=moment - timedelta(hours=2))
    assert not late.exists()


def test_on_a_working_day_at_noon_everything_is_under_way(as_owner: None) -> None:
    assert found_demo(NOON) is not None
    assert {"attended", "no_show", "unknown"} == set(Interview.objects.values_list("attendance", flat=True))
    assert set(Interview.objects.values_list("answer", flat=True)) == {str(answer) for answer in Answer}
    assert {"draft", "submitted", "returned", "released"} == set(
        ResultNotice.objects.values_list("state", flat=True)
    )
    assert {"open", "pending", "snoozed", "resolved"} == set(
        Conversation.objects.values_list("state", flat=True)
    )
    assert {"filling", "submitted"} == set(OnboardingCase.objects.values_list("state", flat=True))
    assert Document.objects.filter(state="ready").count() == 3
    assert RescheduleRequest.objects.filter(state="open").count() == 2
    assert {1, 6} == set(SlotSeries.objects.values_list("capacity", flat=True))
    assert SurveyAnswer.objects.filter(kind="interview").count() >= MINIMUM
    assert 0 < SurveyDrop.objects.filter(kind="result").count() < MINIMUM
    told = LabMessage.objects.filter(delivery__notification__purpose=Purpose.RESULT)
    assert told.exists()


def test_a_week_that_cannot_be_told_keeps_nobody_from_starting(
    as_owner: None, now: datetime, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIRECTORY = tmp_path
    monkeypatch.setattr(Story, "live", lambda _: 1 // 0)
    assert create_demo(now) is not None
    assert Organization.objects.count() == 1
    assert not Interview.objects.exists()


def test_the_logo_is_a_small_png() -> None:
    content = draw_logo()
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (256, 256))
    assert len(content) < 50_000


def test_a_second_start_founds_nothing(demo: DemoAccounts, now: datetime) -> None:
    assert found_demo(now) is None


def test_the_web_role_founds_nothing(db: None, now: datetime) -> None:
    with pytest.raises(WrongRole):
        found_demo(now)


def test_the_accounts_are_kept_where_only_their_owner_reads_them(
    as_owner: None, now: datetime, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIRECTORY = tmp_path
    told = create_demo(now)
    path = tmp_path / "demo-accounts.txt"
    assert told is not None
    assert path.read_text("utf-8").strip() == told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "linyue@galaxy.example" in told


def test_passphrases_differ() -> None:
    assert len({make_passphrase() for _ in range(20)}) == 20
