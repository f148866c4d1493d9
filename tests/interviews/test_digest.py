"""The morning digest: what it says, to whom, once a day, on everybody's own clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import override

from tests.factories import Cast, create_cast, create_interview, create_interviews, create_user
from tests.interviews.today import invite
from yuemian.accounts.models import Branch, Role, User
from yuemian.domain.states import Answer, DeliveryState, Purpose
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.interviews.actions.digests import send_digests
from yuemian.interviews.digest import BUTTONS, LONGEST_TEXT, DigestContent, as_text, make_digest
from yuemian.interviews.models import Digest, Interview
from yuemian.interviews.today import Part, Scope, read_today
from yuemian.messaging.clock import CHORES
from yuemian.messaging.defaults import install_new_purposes
from yuemian.messaging.models import AccessLink, Delivery, Notification, Template
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: tests.conftest.NOW is a Wednesday, 09:00 in Shanghai: half past eight has struck there and in Singapore.
SATURDAY = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


@pytest.fixture
def alone(cast: Cast, now: datetime) -> Cast:
    """Only the recruiter gets a digest, so that counts speak of one person."""
    install_new_purposes(cast.organization, now)
    User.objects.exclude(pk=cast.recruiter.pk).update(digest_at=None)
    return cast


def send(cast: Cast, now: datetime) -> int:
    return send_digests(cast.organization.pk, now)


def said(notification: Notification) -> dict[str, Any]:
    key = organization_key(notification.organization_id)
    vault = Vault(notification.organization_id)
    content = vault.open_bytes(key, Notification.PLACE, notification.pk, notification.parameters_sealed)
    context: dict[str, Any] = orjson.loads(content)["context"]
    return context


def digests() -> list[Notification]:
    return list(Notification.objects.filter(purpose=Purpose.DIGEST).order_by("created_at"))


def content_for(user: User, now: datetime, language: str = "en") -> DigestContent:
    today = read_today(user, Scope.of(user), now=now)
    with override(language):
        return make_digest(today)


def answered(interview: Interview, answer: Answer) -> None:
    Interview.objects.filter(pk=interview.pk).update(answer=answer)


# --- When, and how often


def test_the_clock_knows_the_chore() -> None:
    assert CHORES["digests"].run == "yuemian.interviews.actions.digests.send_digests"


def test_a_digest_is_planned_once_a_day(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, starts_at=now + DAY)
    assert [send(alone, now + n * HOUR) for n in (0, 1, 2)] == [1, 0, 0]
    (notification,) = digests()
    assert (notification.user, notification.candidate) == (alone.recruiter, None)
    assert list(Delivery.objects.values_list("channel", "state")) == [("email", "queued")]
    assert send(alone, now + DAY) == 1


def test_before_the_hour_and_long_after_it_nothing_comes(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, starts_at=now + 2 * DAY)
    eight = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert send(alone, eight) == 0
    assert send(alone, eight + 7 * HOUR) == 0
    assert Digest.objects.count() == 0


def test_everybody_has_their_own_clock(cast: Cast, now: datetime) -> None:
    """09:00 in Shanghai is 01:00 in London and 20:00 of the day before in New York."""
    install_new_purposes(cast.organization, now)
    User.objects.update(digest_at=None)
    london = Branch.objects.create(organization=cast.organization, name="伦敦", time_zone="Europe/London")
    new_york = Branch.objects.create(
        organization=cast.organization, name="纽约", time_zone="America/New_York"
    )
    people = {
        "here": create_user(cast.organization, Role.ADMINISTRATOR, "甲", branch=cast.shanghai),
        "asleep": create_user(cast.organization, Role.ADMINISTRATOR, "乙", branch=london),
        "evening": create_user(
            cast.organization, Role.ADMINISTRATOR, "丙", branch=new_york, digest_at=time(19, 30)
        ),
    }
    create_interview(cast, now=now, starts_at=now + DAY)
    assert send(cast, now) == 2
    days = {each.user: str(each.day) for each in Digest.objects.select_related("user")}
    assert days == {people["here"]: "2026-11-25", people["evening"]: "2026-11-24"}


def test_who_travels_westward_hears_once_a_day(alone: Cast, now: datetime) -> None:
    """Half past eight strikes twice for somebody who flies from Shanghai to New York."""
    create_interview(alone, now=now, starts_at=now + 2 * DAY)
    assert send(alone, now) == 1
    new_york = Branch.objects.create(
        organization=alone.organization, name="纽约", time_zone="America/New_York"
    )
    User.objects.filter(pk=alone.recruiter.pk).update(branch=new_york)
    same_day = datetime(2026, 11, 25, 8, 31, tzinfo=ZoneInfo("America/New_York"))
    assert send(alone, same_day) == 0
    assert send(alone, same_day + DAY) == 1


def test_a_later_hour_chosen_after_the_digest_brings_no_second_one(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, starts_at=now + 2 * DAY)
    assert send(alone, now) == 1
    User.objects.filter(pk=alone.recruiter.pk).update(digest_at=time(9, 30))
    assert send(alone, now + HOUR) == 0


def test_two_workers_at_once_plan_it_once(transactional_db: None, now: datetime) -> None:
    with transaction.atomic():
        cast = create_cast(now=now)
        install_new_purposes(cast.organization, now)
        User.objects.exclude(pk__in=[cast.recruiter.pk, cast.lead.pk]).update(digest_at=None)
        create_interview(cast, now=now, starts_at=now + DAY)
    organization, barrier, counts = cast.organization.pk, Barrier(2), []

    def work() -> None:
        try:
            with acting_in(organization):
                barrier.wait(10)
                counts.append(send_digests(organization, now))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with acting_in(organization):
        assert Notification.objects.filter(purpose=Purpose.DIGEST).count() == 2
    assert sum(counts) == 2


def test_a_worker_that_dies_before_the_commit_has_done_nothing_and_the_next_one_does_it(
    transactional_db: None, now: datetime
) -> None:
    with transaction.atomic():
        cast = create_cast(now=now)
        install_new_purposes(cast.organization, now)
        User.objects.exclude(pk=cast.recruiter.pk).update(digest_at=None)
        create_interview(cast, now=now, starts_at=now + DAY)

    with acting_in(cast.organization.pk):
        assert send_digests(cast.organization.pk, now) == 1
        transaction.set_rollback(True)
    with acting_in(cast.organization.pk):
        assert (Digest.objects.count(), Notification.objects.count()) == (0, 0)
    with acting_in(cast.organization.pk):
        assert send_digests(cast.organization.pk, now) == 1
        assert len(digests()) == 1


# --- Whether


def test_a_day_without_anything_brings_nothing_and_is_not_looked_at_again(alone: Cast, now: datetime) -> None:
    assert send(alone, now) == 0
    assert Digest.objects.get().notification is None
    create_interview(alone, now=now, starts_at=now + DAY)
    assert send(alone, now + HOUR) == 0


def test_who_wants_to_hear_that_there_is_nothing_hears_it(alone: Cast, now: datetime) -> None:
    User.objects.filter(pk=alone.recruiter.pk).update(is_empty_digest_wanted=True)
    assert send(alone, now) == 1
    assert send(alone, SATURDAY) == 0


@pytest.mark.parametrize(
    ("starts_in", "answer", "count"),
    [
        (5 * HOUR, Answer.ACCEPTED, 1),  # somebody comes on Saturday
        (2 * DAY, Answer.NEEDS_ACTION, 0),  # to be invited: can wait for Monday
        (5 * DAY, Answer.RESCHEDULE_REQUESTED, 1),  # somebody waits
    ],
)
def test_on_a_day_off_only_what_cannot_wait_comes(
    alone: Cast, starts_in: timedelta, answer: Answer, count: int
) -> None:
    interview = create_interview(alone, now=SATURDAY, starts_at=SATURDAY + starts_in)
    answered(interview, answer)
    assert send(alone, SATURDAY) == count


def test_a_chinese_make_up_workday_is_a_workday(alone: Cast) -> None:
    """Saturday, 14 February 2026 is worked for the Spring Festival."""
    saturday = datetime(2026, 2, 14, 1, 0, tzinfo=UTC)
    create_interview(alone, now=saturday, starts_at=saturday + 2 * DAY)
    assert send(alone, saturday) == 1


@pytest.mark.parametrize(("regions", "count"), [(("US", "US"), 1), (("CN", "CN"), 0), (("CN", "US"), 1)])
def test_whoever_has_no_branch_works_when_one_of_them_does(
    alone: Cast, regions: tuple[str, ...], count: int
) -> None:
    """Friday, 2 October 2026 is a holiday in China alone."""
    friday = datetime(2026, 10, 2, 1, 0, tzinfo=UTC)
    User.objects.filter(pk=alone.recruiter.pk).update(branch=None)
    Branch.objects.exclude(pk=alone.shanghai.pk).update(region=regions[0])
    Branch.objects.filter(pk=alone.shanghai.pk).update(region=regions[1])
    create_interview(alone, now=friday, starts_at=friday + 2 * DAY)
    assert send(alone, friday) == count


@pytest.mark.parametrize("fields", [{"digest_at": None}, {"is_active": False}, {"role": Role.AUDITOR}])
def test_never_means_never(alone: Cast, now: datetime, fields: dict[str, Any]) -> None:
    create_interview(alone, now=now, starts_at=now + DAY)
    User.objects.filter(pk=alone.recruiter.pk).update(**fields)
    assert send(alone, now) == 0


def test_live_without_mail_nothing_is_planned(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, starts_at=now + DAY)
    alone.organization.is_rehearsal = False
    alone.organization.save()
    assert send(alone, now) == 0
    assert Digest.objects.count() == 0


def test_an_organization_that_took_the_frame_out_of_use_gets_none(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, starts_at=now + 2 * DAY)
    Template.objects.filter(purpose=Purpose.DIGEST).update(is_archived=True)
    assert send(alone, now) == 0
    assert Digest.objects.count() == 0


# --- What it says


def test_it_says_the_same_parts_as_the_page_in_the_persons_language(alone: Cast, now: datetime) -> None:
    create_interview(alone, now=now, name="王小雨", starts_at=now + DAY)
    coming = create_interview(alone, now=now, name="李明", starts_at=now + 2 * HOUR)
    answered(coming, Answer.ACCEPTED)
    zh, en = (content_for(alone.recruiter, now, language) for language in ("zh-hans", "en"))
    assert en.summary == "To be invited 1, Today 1, Tomorrow 1"
    assert [section.title for section in en.sections] == ["To be invited", "Today", "Tomorrow"]
    assert en.sections[1].entries[0][0] == "11:00  李明"
    assert [section.entries[0][0] for section in zh.sections] == [
        section.entries[0][0] for section in en.sections
    ]
    assert zh.day == "11月25日 周三"
    assert en.day == "Wed, 25 Nov"


def test_every_part_of_a_day_leads_somewhere() -> None:
    assert BUTTONS.keys() == set(Part)


def test_the_text_says_all_that_the_cards_say(alone: Cast, now: datetime) -> None:
    create_interviews(alone, 9, now=now, starts_at=now + DAY)
    silent = create_interviews(alone, 2, now=now, starts_at=now + 5 * DAY)
    invite(alone, silent, now=now)
    content = content_for(alone.recruiter, now)
    text = content.context("林悦")["digest"]
    for section in content.sections:
        assert section.title in text
        assert section.link in text
        assert section.more in text
        for entry in section.entries:
            assert all(part in text for part in entry)


def test_links_lead_behind_the_sign_in_and_name_nobody(alone: Cast, now: datetime) -> None:
    create_interviews(alone, 3, now=now, starts_at=now + DAY)
    send(alone, now)
    context = said(digests()[0])
    links = re.findall(r"https?://\S+", orjson.dumps(context).decode())
    assert {re.sub(r"[#\"].*", "", link) for link in links} <= {"http://localhost:8000/today?whose=me"} | {
        link for link in links if link.endswith('today?whose=me",')
    }
    assert AccessLink.objects.count() == 0


def test_neither_words_of_candidates_nor_addresses_are_in_it(alone: Cast, now: datetime) -> None:
    interview = create_interview(
        alone, now=now, starts_at=now + DAY, email="secret@example.com", phone="+8613800138000"
    )
    invite(alone, [interview], now=now, state=DeliveryState.PERMANENT_FAILURE, reason="invalid_contact")
    text = orjson.dumps(content_for(alone.recruiter, now).context("x")).decode()
    assert not re.search(r"secret@|138000", text)


def test_an_interviewer_hears_of_those_they_meet_alone(cast: Cast, now: datetime) -> None:
    mine = create_interview(cast, now=now, name="我的候选人", starts_at=now + HOUR)
    other = create_interview(cast, now=now, name="别人的候选人", starts_at=now + HOUR)
    other.participants.all().delete()
    content = content_for(cast.interviewer, now)
    assert [entry[0] for section in content.sections for entry in section.entries] == [
        f"10:00  {mine.application.candidate.name}"
    ]


def test_names_from_outside_cannot_break_it(alone: Cast, now: datetime) -> None:
    name = "/c/abcdefghijklmnopqrstuvwxyz **x**\n" + "很" * 80
    create_interview(alone, now=now, name=name, starts_at=now + DAY)
    text = content_for(alone.recruiter, now).context("x")["digest"]
    assert not re.search(r"/c/[A-Za-z0-9_-]{16,}", text)
    assert "**" not in text
    assert "很" * 40 not in text


def test_however_much_there_is_the_text_stays_within_what_a_template_takes(
    alone: Cast, now: datetime
) -> None:
    for starts_in in (HOUR, DAY, 2 * DAY):
        create_interviews(alone, 30, now=now, name="很长的名字" * 12, starts_at=now + starts_in)
    invite(alone, list(Interview.objects.with_people()[:40]), now=now)
    content = content_for(alone.recruiter, now)
    assert len(as_text(content.sections)) <= LONGEST_TEXT
    assert all(section.link in as_text(content.sections) for section in content.sections)


def test_what_was_said_is_forgotten_when_anybody_is_erased(alone: Cast, now: datetime) -> None:
    """It may name them; the one that is just leaving still says what it says."""
    interview = create_interview(alone, now=now, starts_at=now + 2 * DAY)
    send(alone, now)
    Delivery.objects.update(state="sent", sent_at=now, settled_at=now)
    send(alone, now + DAY)
    ask_erasure(interview.application.candidate, now=now + DAY)
    first, second = digests()
    assert bytes(first.parameters_sealed) == b""
    assert said(second)["user_name"] == alone.recruiter.name


# --- Whoever it comes to says when


def test_the_hour_is_needed_only_by_whoever_wants_a_digest(cast: Cast, recruiter_client: Client) -> None:
    page = recruiter_client.get("/settings/account", headers={"accept-language": "zh-hans"}).content.decode()
    label = page[page.index('for="id_at"') :]
    assert "选填" not in label[: label.index("</label>")]
    address = "/settings/account/digest"
    assert recruiter_client.post(address, {"is_wanted": "on", "at": ""}).status_code == 422
    assert recruiter_client.post(address, {"is_wanted": "on", "at": "07:15"}).status_code == 302
    cast.recruiter.refresh_from_db()
    assert cast.recruiter.digest_at == time(7, 15)
    assert recruiter_client.post(address, {"at": ""}).status_code == 302
    cast.recruiter.refresh_from_db()
    assert cast.recruiter.digest_at is None
