"""The demo organization: complete, in rehearsal, founded once, by the owner alone."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from datetime import datetime
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
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Job, JobFamily, Source
from yuemian.messaging.actions.content import version_for
from yuemian.messaging.defaults import shipped_templates
from yuemian.messaging.models import Block, Notification, Template


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """The owner founds; the test's transaction ends as the web role again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        yield
        cursor.execute("SET LOCAL ROLE yuemian_app")


@pytest.fixture
def demo(as_owner: None, now: datetime) -> DemoAccounts:
    accounts = found_demo(now)
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
