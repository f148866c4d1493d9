"""The Today page: who may open it, one press for a whole list, who came, the list for reception."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.factories import (
    PASSWORD,
    Cast,
    create_cast,
    create_interview,
    create_interviews,
    create_template,
    sign_in_client,
)
from tests.interviews.today import invite
from yuemian.accounts.models import Role
from yuemian.domain.states import Answer, Attendance, InterviewState, Purpose
from yuemian.interviews.actions.accept import Press, accept_suggestions
from yuemian.interviews.actions.choose import Outdated
from yuemian.interviews.models import Interview
from yuemian.interviews.suggestions import suggest
from yuemian.messaging.models import Batch, Delivery, Notification
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def page(client: Client, query: str = "") -> Any:
    answer: Any = client.get(f"/today{query}")
    assert answer.status_code == 200
    return answer


def presses(answer: Any) -> list[str]:
    """What the page's confirm strip would send."""
    return re.findall(r'name="press" value="([^"]+)"', answer.content.decode())


def press(client: Client, values: list[str], whose: str = "me") -> Any:
    return client.post("/today/invite", {"whose": whose, "press": values})


# --- Who sees it


@pytest.mark.parametrize(
    ("role", "status"),
    [("recruiter", 200), ("lead", 200), ("owner", 200), ("interviewer", 200), ("auditor", 403)],
)
def test_everybody_but_auditors_has_a_today(cast: Cast, role: str, status: int) -> None:
    assert sign_in_client(getattr(cast, role)).get("/today").status_code == status


@pytest.mark.parametrize(
    ("role", "home"),
    [("recruiter", "/today"), ("lead", "/today"), ("owner", "/today"), ("interviewer", "/today"),
     ("auditor", "/settings/audit")],
)  # fmt: skip
def test_everybody_who_signs_in_lands_on_a_page_that_is_theirs(cast: Cast, role: str, home: str) -> None:
    client = Client()
    person = getattr(cast, role)
    answer = client.post("/sign-in", {"email": person.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == home
    assert answer.status_code == 200
    menu = [entry["path"] for entry in answer.context["frame"]["navigation"]]
    assert menu
    assert {client.get(url).status_code for url in menu} == {200}


def test_an_interviewer_sees_whom_they_meet_where_and_whom_to_ask_and_no_work_of_hr(
    cast: Cast, now: datetime
) -> None:
    mine = create_interview(cast, now=now, name="我的候选人", starts_at=now + HOUR)
    other = create_interview(cast, now=now, name="别人的候选人", starts_at=now + HOUR)
    other.participants.all().delete()
    text = page(sign_in_client(cast.interviewer), "?whose=all").content.decode()
    assert f'href="/interviews/{mine.pk}"' in text
    assert "星河大厦 12 层" in text
    assert "021-55550100" in text
    assert cast.recruiter.email in text
    assert "别人的候选人" not in text
    assert "/today/invite" not in text
    assert text.count(f"/today/attendance/{mine.pk}") == text.count("/today/attendance") > 0


def test_nothing_of_another_organization_is_seen_not_even_by_its_branch(cast: Cast, now: datetime) -> None:
    create_interview(cast, now=now, name="秘密候选人", starts_at=now + HOUR)
    branch = cast.shanghai.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    stranger = create_cast(now=now, name="远山科技").recruiter
    client = sign_in_client(stranger)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', '', true)")
    for query in ("", "?whose=all", f"?whose={branch}"):
        assert "秘密候选人" not in page(client, query).content.decode()


def test_leads_look_and_press_nothing(cast: Cast, now: datetime) -> None:
    create_interview(cast, now=now, starts_at=now + DAY)
    client = sign_in_client(cast.lead)
    assert presses(page(client)) == []
    assert client.post("/today/invite", {"press": []}).status_code == 403


def test_a_day_without_anything_is_calm(cast: Cast, recruiter_client: Client) -> None:
    assert 'class="empty"' in page(recruiter_client).content.decode()


def test_the_stream_asks_for_the_live_part_alone(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interview(cast, now=now, starts_at=now + DAY)
    part = recruiter_client.get("/today", headers={"HX-Request": "true", "HX-Target": "today-live"})
    assert part.content.decode().lstrip().startswith('<div id="today-live"')


# --- One press for the whole list


def test_the_whole_list_is_invited_by_one_press(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interviews(cast, 8, now=now, starts_at=now + DAY)
    answer = press(recruiter_client, presses(page(recruiter_client)))
    assert answer["Location"] == "/today?whose=me"
    batch = Batch.objects.get()
    assert (batch.total, batch.state, batch.created_by) == (8, "running", cast.recruiter)
    assert Notification.objects.filter(purpose=Purpose.INVITATION).count() == 8
    assert presses(page(recruiter_client)) == []


def test_pressed_twice_it_is_sent_once(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interviews(cast, 3, now=now, starts_at=now + DAY)
    values = presses(page(recruiter_client))
    first, second = press(recruiter_client, values), press(recruiter_client, values)
    assert first["Location"] == second["Location"]
    assert (Batch.objects.count(), Notification.objects.count()) == (1, 3)
    assert AuditEntry.objects.filter(action="batch.sent").count() == 1


def test_two_windows_that_show_the_same_list_send_it_once(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_interviews(cast, 3, now=now, starts_at=now + DAY)
    one, other = presses(page(recruiter_client)), presses(page(recruiter_client))
    press(recruiter_client, one)
    answer = press(recruiter_client, other)
    assert answer["Location"] == "/today?whose=me#invite"
    assert Notification.objects.count() == 3


def test_nothing_leaves_when_somebody_else_stands_on_the_list_now(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    """As many as were shown, but not the same people."""
    first, _ = create_interviews(cast, 2, now=now, starts_at=now + DAY)
    values = presses(page(recruiter_client))
    Interview.objects.filter(pk=first.pk).update(answer=Answer.ACCEPTED)
    create_interview(cast, now=now, starts_at=now + DAY)
    press(recruiter_client, values)
    assert Notification.objects.count() == 0


def test_every_round_gets_its_own_template_and_batch(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    second = create_template(cast.organization, Purpose.INVITATION, now=now, name="复试邀请")
    second.template.round = "复试"
    second.template.save()
    create_interviews(cast, 2, now=now, starts_at=now + DAY)
    create_interview(cast, now=now, starts_at=now + DAY, round="复试")
    press(recruiter_client, presses(page(recruiter_client)))
    found = {batch.version: batch.total for batch in Batch.objects.select_related("version")}
    assert found == {cast.templates[Purpose.INVITATION]: 2, second: 1}


def test_the_strip_says_who_is_left_out_and_why(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interview(cast, now=now, starts_at=now + DAY)
    create_interview(cast, now=now, starts_at=now + DAY, email="", phone="")
    context = page(recruiter_client).context
    assert context["suggestions"]["all"].going == 1
    assert [count for _, count in context["suggestions"]["left_out"]] == [1]


def test_without_a_published_invitation_the_strip_says_where_to_publish_one(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_interview(cast, now=now, starts_at=now + DAY)
    template = cast.templates[Purpose.INVITATION].template
    template.is_archived = True
    template.save()
    answer = page(recruiter_client)
    assert answer.context["suggestions"]["problem"]
    assert presses(answer) == []


def test_what_was_not_written_by_our_page_does_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_interview(cast, now=now, starts_at=now + DAY)
    assert press(recruiter_client, ["x", "a:b:c", ""]).status_code == 302
    assert Notification.objects.count() == 0


@pytest.mark.parametrize("is_same_page", [True, False], ids=["the same page", "two windows"])
def test_two_people_who_press_at_the_same_moment_send_once(
    transactional_db: None, is_same_page: bool
) -> None:
    now = timezone.now()
    with transaction.atomic():
        cast = create_cast(now=now)
        ids = [interview.pk for interview in create_interviews(cast, 5, now=now, starts_at=now + DAY)]
    organization, user = cast.organization.pk, cast.recruiter
    with acting_in(organization):
        windows = [suggest(user, ids, now=now) for _ in range(2)]
    if is_same_page:
        windows[1] = windows[0]
    barrier, outcomes = Barrier(2), []

    def work(window: Any) -> None:
        offers = [Press(offer.version.pk, offer.batch_id, offer.seen) for offer in window.offers]
        try:
            with acting_in(organization):
                barrier.wait(10)
                outcomes.append(len(accept_suggestions(user, ids, offers, now=now)))
        except Outdated:
            outcomes.append(0)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[window]) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with acting_in(organization):
        assert Notification.objects.count() == 5
        assert Batch.objects.count() == 1
    assert sorted(outcomes) == ([1, 1] if is_same_page else [0, 1])


# --- Who came


def test_who_came_is_said_with_one_tap_and_corrected_with_another(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now - HOUR)
    Interview.objects.filter(pk=interview.pk).update(answer=Answer.ACCEPTED)
    address = f"/today/attendance/{interview.pk}?whose=me"
    assert address.split("?", maxsplit=1)[0] in page(recruiter_client).content.decode()
    for said, state in (("attended", InterviewState.COMPLETED), ("no_show", InterviewState.NO_SHOW)):
        assert recruiter_client.post(address, {"attendance": said}).status_code == 302
        interview.refresh_from_db()
        assert (interview.attendance, interview.state) == (said, state)


def test_nobody_can_have_come_tomorrow(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    recruiter_client.post(f"/today/attendance/{interview.pk}", {"attendance": "attended"})
    interview.refresh_from_db()
    assert interview.attendance == Attendance.UNKNOWN
    assert "/today/attendance/" not in page(recruiter_client).content.decode()


def test_an_interviewer_says_who_came_of_their_own(cast: Cast, now: datetime) -> None:
    mine, other = (create_interview(cast, now=now, starts_at=now - HOUR) for _ in range(2))
    other.participants.all().delete()
    said = {"attendance": "attended"}
    for user, interview, status in (
        (cast.interviewer, mine, 302), (cast.interviewer, other, 404), (cast.lead, other, 403),
    ):  # fmt: skip
        answer = sign_in_client(user).post(f"/today/attendance/{interview.pk}", said)
        assert answer.status_code == status
    assert set(Interview.objects.values_list("pk", "attendance")) == {
        (mine.pk, "attended"), (other.pk, "unknown"),
    }  # fmt: skip


# --- The list for reception


def test_reception_reads_names_and_hours_and_can_reach_nobody(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    noon = timezone.localtime(now, cast.shanghai.zone).replace(hour=12, minute=0)
    interview = create_interview(
        cast, now=now, name="王小雨", starts_at=noon, email="xy@example.com", phone="+8613900139000"
    )
    declined = create_interview(cast, now=now, name="不来的人", starts_at=noon)
    Interview.objects.filter(pk=declined.pk).update(answer=Answer.DECLINED)
    text = recruiter_client.get("/today/reception").content.decode()
    assert "王小雨" in text
    assert "12:00" in text
    assert "不来的人" not in text
    assert not re.search(r"xy@|138000|mailto:|tel:", text)
    assert f'href="/interviews/{interview.pk}' not in text


def test_the_page_holds_no_address_of_a_candidate(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interviews = create_interviews(
        cast, 2, now=now, starts_at=now + HOUR, email="secret@example.com", phone=""
    )
    invite(cast, interviews[:1], now=now)
    assert Delivery.objects.count() == 1
    assert "secret@" not in page(recruiter_client).content.decode()
    assert cast.recruiter.role == Role.RECRUITER


def test_where_no_address_reaches_a_candidate_one_press_leads_to_their_page(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    candidate = interview.application.candidate
    link = f'href="/candidates/{candidate.pk}"'
    assert link not in page(recruiter_client).content.decode()
    candidate.contact_points.update(state="invalid")
    assert link in page(recruiter_client).content.decode()
    assert recruiter_client.get(f"/candidates/{candidate.pk}").status_code == 200
