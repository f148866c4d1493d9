"""An interview whose time the candidate is still to choose: no page gives the day to choose by as its time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.factories import Cast, create_interview, create_template, sign_in_client
from tests.interviews.conversations import ask, of
from tests.portal.stories import Invited, invite, phone
from tests.results.decisions.people import interviewed
from yuemian.domain.states import Answer, InterviewState, Mode, Purpose
from yuemian.interviews.actions import consult
from yuemian.interviews.digest import make_digest
from yuemian.interviews.models import Interview
from yuemian.interviews.previews import upcoming_people
from yuemian.interviews.today import Scope, read_today
from yuemian.messaging.models import Message

LINK = "https://meet.example.com/abc"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def until(now: datetime) -> datetime:
    """Of another hour than anything else that happens in these stories."""
    return (now + timedelta(days=6, hours=5)).replace(minute=47, second=0, microsecond=0)


def draft(cast: Cast, until: datetime, *, now: datetime, **fields: Any) -> Invited:
    interview = create_interview(cast, now=now, starts_at=until, **fields)
    Interview.objects.filter(pk=interview.pk).update(state=InterviewState.DRAFT, video_link=LINK)
    return invite(cast, now=now, interview=Interview.objects.with_people().get(pk=interview.pk))


def clocks(interview: Interview, until: datetime) -> list[str]:
    local = until.astimezone(interview.zone)
    return [f"{local:%H:%M}", f"{local - timedelta(hours=1):%H:%M}"]


def seen(who: Invited, until: datetime, part: str = "") -> str:
    """What the candidate reads, in which no time stands but that to choose by, and that is said to be it."""
    page = phone().get(f"{who.address}{part}").content.decode()
    page = re.sub(r'<p class="small until">[^<]*</p>', "", page)
    for clock in clocks(who.interview, until):
        assert clock not in page
    return page


def looked_at(client: Client, who: Invited, until: datetime, address: str) -> None:
    """A page of the console, which says by when to choose."""
    page = client.get(address).content.decode()
    assert "选择截止" in page, address
    (clock, _opens) = clocks(who.interview, until)
    assert not re.search(rf'<time class="when"[^>]*>[^<]*{clock}', page), address


def test_the_candidate_reads_that_the_time_is_theirs_to_choose(
    cast: Cast, now: datetime, until: datetime
) -> None:
    who = draft(cast, until, now=now, mode=Mode.VIDEO)
    page = seen(who, until)
    assert "选定时间后" in page
    assert LINK not in page
    assert "由你选择时间" in seen(who, until, "/needs")
    assert "由你选择时间" in seen(who, until, "/data")


def test_the_link_waits_for_a_time_even_close_to_the_day_to_choose_by(cast: Cast, now: datetime) -> None:
    soon = now + timedelta(minutes=20)
    who = draft(cast, soon, now=now, mode=Mode.VIDEO)
    assert LINK not in phone().get(who.address).content.decode()
    Interview.objects.update(starts_at=now - timedelta(minutes=1))
    page = phone().get(who.address).content.decode()
    assert LINK not in page
    assert "选定时间后" not in page


def test_nobody_rings_at_a_time_that_was_never_chosen(cast: Cast, now: datetime, until: datetime) -> None:
    who = draft(cast, until, now=now, mode=Mode.PHONE)
    assert "届时我们会用" in seen(who, until)
    Interview.objects.update(starts_at=now - timedelta(minutes=1))
    assert "届时我们会用" not in phone().get(who.address).content.decode()


def test_pages_about_one_interview_say_by_when_to_choose(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    who = draft(cast, until, now=now)
    interview = who.interview
    for page in ("choose", "change", "people", "cancel"):
        looked_at(recruiter_client, who, until, f"/interviews/{interview.pk}/{page}")
    assert (
        "改动它就会定下面试时间"
        in recruiter_client.get(f"/interviews/{interview.pk}/change").content.decode()
    )
    looked_at(recruiter_client, who, until, f"/candidates/{interview.application.candidate_id}")


def test_a_change_that_sets_the_time_says_there_was_none(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    who = draft(cast, until, now=now)
    address = f"/interviews/{who.interview.pk}/change"
    found = recruiter_client.get(address).context["form"].initial
    fields = {name: value for name, value in found.items() if value is not None}
    later = {"date": (until + timedelta(days=1)).astimezone(who.interview.zone).date().isoformat()}
    answer = recruiter_client.post(address, fields | later | {"time": f"{found['time']:%H:%M}"})
    ((_label, old, _new), *rest) = answer.context["differences"]
    assert (old, rest) == ("待选时间", [])


def test_the_inbox_and_a_question_passed_on_say_it_too(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    who = draft(cast, until, now=now)
    create_template(
        cast.organization, Purpose.CONSULTATION, now=now, subject="？", body="{{ question_link }}"
    )
    ask(who.interview, "可以线上面试吗？", at=now)
    conversation = of(who.interview)
    looked_at(recruiter_client, who, until, f"/inbox/{conversation.pk}")
    question = Message.objects.get(conversation=conversation)
    flags = {"is_name_shown": False, "with_conversation": False}
    passed_on = consult.consult(
        cast.recruiter, question, cast.interviewer, who.interview, "请说说", now=now, **flags
    )
    interviewer = sign_in_client(cast.interviewer)
    looked_at(interviewer, who, until, f"/asked/{passed_on.pk}")


def test_the_list_of_whoever_is_not_written_to_says_it_too(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    who = draft(cast, until, now=now)
    Interview.objects.update(answer=Answer.DECLINED)
    chosen = recruiter_client.post("/send", {"ids": [str(who.interview.pk)]})["Location"]
    given = f"?set=1&template={cast.templates[Purpose.INVITATION].pk}&channel=email"
    looked_at(recruiter_client, who, until, f"{chosen}/left-out{given}")


def test_results_say_it_of_the_next_round(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    (before,) = interviewed(cast, 1, now=now)
    who = draft(cast, until, now=now)
    Interview.objects.filter(pk=who.interview.pk).update(application=before.application)
    looked_at(recruiter_client, who, until, f"/results/{before.pk}")


def test_results_say_of_an_earlier_round_that_none_was_chosen(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (held,) = interviewed(cast, 1, now=now)
    before = (now - timedelta(days=9)).replace(minute=47)
    other = create_interview(cast, now=now, starts_at=before)
    Interview.objects.filter(pk=other.pk).update(
        application=held.application, state=InterviewState.CANCELLED, is_untimed=True
    )
    page = recruiter_client.get(f"/results/{held.pk}").content.decode()
    assert "未选定时间" in page
    assert f"{before.astimezone(held.zone):%H:%M}" not in page


def test_lists_to_choose_from_and_the_digest_give_no_day_for_it(
    cast: Cast, now: datetime, until: datetime
) -> None:
    draft(cast, until, now=now)
    with override("zh-hans"):
        (person,) = upcoming_people(cast.recruiter, "")
        assert person.label.endswith("待选时间")
        Interview.objects.update(starts_at=now - timedelta(hours=1))
        digest = make_digest(read_today(cast.recruiter, Scope.of(cast.recruiter), now=now))
    said = [line[1] for section in digest.sections for line in section.entries]
    assert any("选择截止" in line for line in said)


def test_nobody_is_asked_whether_they_are_free_at_a_time_that_is_none(
    cast: Cast, recruiter_client: Client, now: datetime, until: datetime
) -> None:
    address = f"/interviews/{draft(cast, until, now=now).interview.pk}"
    for page in ("", "/people"):
        assert "free-busy" not in recruiter_client.get(f"{address}{page}").content.decode()
    free = recruiter_client.get(
        f"{address}/free-busy", {"chosen": "1", "interviewers": str(cast.interviewer.pk)}
    )
    assert cast.interviewer.name not in free.content.decode()
