"""The board: filters, counters, search, pages, and who may see what."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews, sign_in_client
from yuemian.accounts.models import Branch, User
from yuemian.domain.addresses import read_phone
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.interviews import board, rows
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.board import Figure, Filters, NoticeState, Status
from yuemian.interviews.keyset import Place
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Delivery

BOTH = [Channel.EMAIL, Channel.SMS]


@pytest.fixture
def now() -> datetime:
    """Pages read the real clock."""
    return timezone.now()


def invite(cast: Cast, interviews: list[Interview], *, now: datetime) -> None:
    version = cast.templates[Purpose.INVITATION]
    summary = summarize(interviews, version, Purpose.INVITATION, BOTH, now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)


def link_of(interview: Interview) -> AccessLink:
    return AccessLink.objects.get(subject_id=interview.pk)


def names(client: Client, query: str) -> set[str]:
    answer = client.get(f"/interviews?{query}")
    assert answer.status_code == 200
    return {row.interview.application.candidate.name for row in answer.context["page"].rows}


def test_every_interview_counts_under_exactly_one_answer(cast: Cast, now: datetime) -> None:
    fresh, waiting, coming, failed = create_interviews(cast, 4, now=now)
    invite(cast, [waiting, coming, failed], now=now)
    respond(link_of(coming), Answer.ACCEPTED, "", now=now, was_confirmed=False)
    ask(link_of(waiting), "可以带电脑吗？", now=now)
    Delivery.objects.filter(notification__subject_id=failed.pk).update(state="permanent_failure")
    figures = board.count(cast.recruiter, Filters(), now=now)
    expected = {
        "all": 4, "not_invited": 1, "waiting": 1, "coming": 1, "not_coming": 0,
        "reschedule": 0, "question": 1, "failed": 1,
    }  # fmt: skip
    assert figures == {name: Figure(value) for name, value in expected.items()}
    rows = board.matching(cast.recruiter, Filters(status=Status.NOT_INVITED), now=now)
    assert [row.pk for row in rows] == [fresh.pk]


def test_counters_stop_where_nobody_reads_on_and_say_so(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interviews = create_interviews(cast, board.COUNTED + 2, now=now)
    figures = board.count(cast.recruiter, Filters(), now=now)
    assert (str(figures["all"]), str(figures["not_invited"]), str(figures["coming"])) == ("500+", "500+", "0")
    accepted = [interview.pk for interview in interviews[2:]]
    Interview.objects.filter(pk__in=accepted).update(answer=Answer.ACCEPTED)
    figures = board.count(cast.recruiter, Filters(), now=now)
    # One more than is counted tells that there are more; exactly so many are so many.
    assert (str(figures["not_invited"]), str(figures["coming"])) == ("2", "500")
    page = recruiter_client.get("/interviews", headers={"accept-language": "en"})
    assert "Select all 500+ that match" in page.content.decode()


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (NoticeState.FAILED, {"all": 1, "failed": 1}),
        (NoticeState.NONE, {"all": 1, "not_invited": 1}),
        (NoticeState.DELIVERED, {"all": 2, "waiting": 1, "coming": 1, "question": 1}),
    ],
)
def test_the_notice_narrows_every_counter(
    cast: Cast, now: datetime, notice: NoticeState, expected: dict[str, int]
) -> None:
    _, waiting, coming, failed = create_interviews(cast, 4, now=now)
    invite(cast, [waiting, coming, failed], now=now)
    Delivery.objects.update(state="delivered")
    respond(link_of(coming), Answer.ACCEPTED, "", now=now, was_confirmed=False)
    ask(link_of(waiting), "可以带电脑吗？", now=now)
    Delivery.objects.filter(notification__subject_id=failed.pk).update(state="permanent_failure")
    figures = board.count(cast.recruiter, Filters(notice=notice), now=now)
    assert {name: figure.value for name, figure in figures.items() if figure.value} == expected


def test_a_counter_that_stopped_looking_says_at_least(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "LOOKED", 3)
    create_interviews(cast, 4, now=now)
    figures = board.count(cast.recruiter, Filters(), now=now)
    assert (str(figures["not_invited"]), str(figures["failed"])) == ("3+", "0+")
    assert str(figures["all"]) == "4"


def test_a_name_that_many_share_is_found_and_counted_along_the_days(
    cast: Cast, recruiter_client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "NAMESAKES", 1)
    for name in ("王芳", "王伟", "李雷"):
        create_interview(cast, now=now, name=name)
    Interview.objects.filter(application__candidate__name="王伟").update(answer=Answer.ACCEPTED)
    assert names(recruiter_client, "q=王") == {"王芳", "王伟"}
    assert names(recruiter_client, "q=王&status=coming") == {"王伟"}
    figures = board.count(cast.recruiter, Filters(search="王"), now=now)
    assert {name: figure.value for name, figure in figures.items() if figure.value} == {
        "all": 2, "coming": 1, "not_invited": 1,
    }  # fmt: skip


def test_one_channel_that_arrived_outweighs_one_that_failed(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    invite(cast, [interview], now=now)
    Delivery.objects.filter(channel="email").update(state="permanent_failure")
    Delivery.objects.filter(channel="sms").update(state="delivered")
    (row,) = rows.page(cast.recruiter, Filters(notice=NoticeState.DELIVERED), now=now).rows
    assert row.notice is not None
    assert row.notice.state == "delivered"
    assert ("email", "permanent_failure") in row.notice.channels


def test_a_name_is_found_by_a_part_of_it(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interview(cast, now=now, name="欧阳娜娜")
    create_interview(cast, now=now, name="李雷")
    assert names(recruiter_client, "q=阳娜") == {"欧阳娜娜"}


@pytest.mark.parametrize("typed", ["138 0013 8000", "+86 138-0013-8000", "13800138000"])
def test_a_phone_is_found_as_people_type_it(
    cast: Cast, recruiter_client: Client, now: datetime, typed: str
) -> None:
    phone = read_phone("13800138000").value
    assert phone
    create_interview(cast, now=now, name="李雷", phone=phone.e164)
    create_interview(cast, now=now, name="韩梅梅", phone="+8613900139000")
    assert names(recruiter_client, f"q={typed.replace('+', '%2B')}") == {"李雷"}


def test_a_number_without_country_is_of_the_company_where_the_person_has_no_branch(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_interview(cast, now=now, name="Tan Wei", phone="+6591234567")
    assert names(recruiter_client, "q=9123 4567") == set()
    Branch.objects.update(region="SG")
    User.objects.filter(pk=cast.recruiter.pk).update(branch=None)
    assert names(recruiter_client, "q=9123 4567") == {"Tan Wei"}


def test_an_address_is_found_only_whole(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interview(cast, now=now, name="李雷", email="lilei@example.com")
    assert names(recruiter_client, "q=LiLei@example.com") == {"李雷"}
    assert names(recruiter_client, "q=lilei@example") == set()


def test_days_are_those_of_the_viewers_clock(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    zone = cast.shanghai.zone
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    create_interview(cast, now=now, name="今晚", starts_at=midnight + timedelta(hours=23, minutes=59))
    create_interview(cast, now=now, name="明早", starts_at=midnight + timedelta(days=1))
    create_interview(cast, now=now, name="昨天", starts_at=midnight - timedelta(minutes=1))
    assert names(recruiter_client, "day=today") == {"今晚"}
    assert names(recruiter_client, "day=tomorrow") == {"明早"}
    assert names(recruiter_client, "") == {"今晚", "明早"}
    assert names(recruiter_client, "day=any") == {"今晚", "明早", "昨天"}


@pytest.mark.parametrize(
    "query", ["job=none", "day=x&since=2026-13-40&state=%00&page=-1&status=1", "after=x&before=9.9"]
)
def test_what_the_url_cannot_mean_is_ignored(cast: Cast, recruiter_client: Client, query: str) -> None:
    assert recruiter_client.get(f"/interviews?{query}").status_code == 200


def test_a_cancelled_interview_shows_only_when_asked_for(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, name="李雷")
    Interview.objects.filter(pk=interview.pk).update(state="cancelled")
    assert names(recruiter_client, "day=any") == set()
    assert names(recruiter_client, "day=any&state=cancelled") == {"李雷"}


def test_the_number_of_queries_does_not_grow_with_the_rows(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    invite(cast, create_interviews(cast, 2, now=now), now=now)
    with CaptureQueriesContext(connection) as few:
        recruiter_client.get("/interviews")
    invite(cast, create_interviews(cast, 45, now=now), now=now)
    with CaptureQueriesContext(connection) as many:
        recruiter_client.get("/interviews")
    assert len(many) == len(few)


@pytest.mark.parametrize("sort", ["", "-time"])
def test_pages_go_on_and_back_without_a_gap_however_many_have_the_same_time(
    cast: Cast, recruiter_client: Client, now: datetime, sort: str
) -> None:
    """More than a page of one moment, so that the id alone decides."""
    create_interviews(cast, board.PAGE_SIZE + 20, now=now, starts_at=now + timedelta(days=2))
    create_interviews(cast, board.PAGE_SIZE + 3, now=now)
    pages, address = [], f"/interviews?sort={sort}"
    while address:
        answer = recruiter_client.get(address)
        pages.append([row.interview.pk for row in answer.context["page"].rows])
        back = answer.context["previous_page"]
        address = answer.context["next_page"] and f"/interviews{answer.context['next_page']}"
    seen = [pk for page in pages for pk in page]
    order = ["-starts_at", "-id"] if sort else ["starts_at", "id"]
    assert seen == list(Interview.objects.order_by(*order).values_list("pk", flat=True))
    for page in reversed(pages[:-1]):
        answer = recruiter_client.get(f"/interviews{back}")
        assert [row.interview.pk for row in answer.context["page"].rows] == page
        back = answer.context["previous_page"]
    assert back == ""


def test_a_page_behind_rows_that_are_gone_begins_anew(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interviews = create_interviews(cast, board.PAGE_SIZE + 1, now=now)
    following = recruiter_client.get("/interviews").context["next_page"]
    Interview.objects.filter(pk=interviews[-1].pk).update(state="cancelled")
    answer = recruiter_client.get(f"/interviews{following}")
    assert len(answer.context["page"].rows) == board.PAGE_SIZE
    assert (answer.context["previous_page"], answer.context["next_page"]) == ("", "")


def test_another_filter_begins_at_the_first_page(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_interviews(cast, board.PAGE_SIZE + 1, now=now)
    following = recruiter_client.get("/interviews").context["next_page"]
    page = recruiter_client.get(f"/interviews{following}").content.decode()
    links = [link for link in re.findall(r'href="(\?[^"]*|/interviews\?[^"]*)"', page) if "rel=" not in link]
    assert [link for link in links if "after=" in link] == []
    assert len([link for link in links if "before=" in link]) == 1


def test_a_later_page_is_entered_by_the_index(cast: Cast, now: datetime) -> None:
    last = create_interviews(cast, 3, now=now)[-1]
    rows_behind = board.matching(cast.recruiter, Filters(), now=now).filter(
        Place(last.starts_at, last.pk).beyond("starts_at", is_later=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = rows_behind.values_list("pk", "starts_at")[:51].explain()
    assert re.search(r"Index Cond: .*starts_at >= '", plan), plan
    assert "Sort" not in plan, plan


def test_an_empty_board_teaches_the_first_step(cast: Cast, recruiter_client: Client) -> None:
    page = recruiter_client.get("/interviews", headers={"accept-language": "en"}).content.decode()
    assert "No interviews yet" in page
    assert 'href="/imports"' in page
    assert 'href="/interviews/new"' in page


def test_a_hostile_name_is_text(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    hostile = '<img src=x onerror="alert(1)">{{ 7*7 }}'
    interview = create_interview(cast, now=now, name=hostile)
    for address in ("/interviews", f"/interviews/{interview.pk}", f"/interviews/{interview.pk}/cancel"):
        page = recruiter_client.get(address).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert ">49<" not in page


def test_an_interviewer_sees_only_the_interviews_they_hold(cast: Cast, now: datetime) -> None:
    mine = create_interview(cast, now=now, name="我的")
    other = create_interview(cast, now=now, name="别人的")
    other.participants.all().delete()
    client = sign_in_client(cast.interviewer)
    assert names(client, "") == {"我的"}
    assert client.get(f"/interviews/{mine.pk}").status_code == 200
    assert client.get(f"/interviews/{other.pk}").status_code == 404


READ = ("/interviews", "/interviews/{id}", "/interviews/{id}/preview")
EDIT = ("/interviews/new", "/interviews/{id}/change", "/interviews/{id}/cancel")
SEND = ("/batches",)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("owner", READ + EDIT + SEND),
        ("recruiter", READ + EDIT + SEND),
        ("lead", READ),
        ("interviewer", READ),
        ("auditor", ()),
    ],
)
def test_each_role_opens_its_own_pages_and_no_other(
    cast: Cast, now: datetime, who: str, allowed: tuple[str, ...]
) -> None:
    interview = create_interview(cast, now=now)
    client = sign_in_client(getattr(cast, who))
    for address in READ + EDIT + SEND:
        expected = 200 if address in allowed else 403
        assert client.get(address.format(id=interview.pk)).status_code == expected, address
    if SEND[0] not in allowed:
        assert client.post("/send", {"ids": [interview.pk]}).status_code == 403
    if EDIT[0] not in allowed:
        assert client.post(f"/interviews/{interview.pk}/contacts").status_code == 403
        assert client.post(f"/interviews/{interview.pk}/answer", {"text": "x"}).status_code == 403
