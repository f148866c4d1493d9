"""One interview: entered by hand, looked at, answered, changed, cancelled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews, sign_in_client
from yuemian.domain.names import comparable_name
from yuemian.domain.states import Answer, Channel, Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.forms import facts_of
from yuemian.interviews.models import Interview
from yuemian.interviews.views.editing import _blank
from yuemian.messaging.models import AccessLink, Conversation, Delivery, Notification, Visit
from yuemian.trust.models import AuditEntry

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def entered(cast: Cast, now: datetime, **changes: Any) -> dict[str, Any]:
    """A whole form of a new interview."""
    start = (now + timedelta(days=3)).astimezone(cast.shanghai.zone)
    return {
        "name": "王小雨", "phone": "138 0013 8000", "email": "wang@example.com", "job": cast.backend.pk,
        "branch": cast.shanghai.pk, "recruiter": cast.recruiter.pk, "interviewers": [cast.interviewer.pk],
        "round": "初试", "date": f"{start:%Y-%m-%d}", "time": "14:30", "time_zone": "Asia/Shanghai",
        "minutes": "60", "mode": "onsite", "place_name": "星河大厦", **changes,
    }  # fmt: skip


def test_a_new_interview_is_meant_for_tomorrow_where_it_is(cast: Cast) -> None:
    at_night = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # one in the morning in Shanghai
    assert _blank(cast.recruiter, at_night)["date"] == date(2026, 11, 29)


def told(cast: Cast, *, now: datetime, **fields: Any) -> Interview:
    """An interview whose candidate has received the invitation."""
    start = now.replace(second=0, microsecond=0) + timedelta(days=3)
    interview = create_interview(cast, now=now, starts_at=start, **fields)
    version = cast.templates[Purpose.INVITATION]
    both = [Channel.EMAIL, Channel.SMS]
    summary = summarize([interview], version, Purpose.INVITATION, both, now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    Delivery.objects.update(state="sent", sent_at=now)
    return interview


def change_form(interview: Interview, **changes: Any) -> dict[str, Any]:
    values = {k: v for k, v in facts_of(interview).items() if v is not None} | {"reason": ""} | changes
    return {
        k: v.strftime("%H:%M") if k == "time" and not isinstance(v, str) else v for k, v in values.items()
    }


# --- By hand -----------------------------------------------------------------------------------------------


def test_an_interview_entered_by_hand_stands_at_its_wall_clock(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    answer = recruiter_client.post("/interviews/new", entered(cast, now))
    interview = Interview.objects.get()
    assert answer["Location"] == f"/interviews/{interview.pk}"
    assert f"{interview.starts_at.astimezone(cast.shanghai.zone):%H:%M}" == "14:30"
    assert interview.application.candidate.name_key == comparable_name("王小雨")
    assert ContactPoint.objects.count() == 2
    assert list(interview.interviewers.all()) == [cast.interviewer]


def test_language_and_source_are_kept_as_an_import_keeps_them(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    page = recruiter_client.get("/interviews/new", headers=ENGLISH).content.decode()
    assert "Of the branch" in page
    assert cast.source.name in page
    recruiter_client.post("/interviews/new", entered(cast, now, language="ja", source=cast.source.pk))
    application = Interview.objects.get().application
    assert application.candidate.locale == "ja"
    assert application.source == cast.source
    # Whoever comes again keeps what is stored of them.
    recruiter_client.post("/interviews/new", entered(cast, now, language="de", round="复试"))
    application.refresh_from_db()
    assert Candidate.objects.get().locale == "ja"
    assert application.source == cast.source


def test_without_a_word_the_branch_says_the_language_and_nothing_a_source(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    recruiter_client.post("/interviews/new", entered(cast, now, branch=cast.singapore.pk))
    application = Interview.objects.get().application
    assert application.candidate.locale == cast.singapore.locale != cast.shanghai.locale
    assert application.source is None


def test_a_source_that_the_company_does_not_have_is_refused(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    answer = recruiter_client.post("/interviews/new", entered(cast, now, source=uuid4()))
    assert answer.status_code == 422
    assert not Interview.objects.exists()


def test_entering_and_inviting_leads_to_the_send_page(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    answer = recruiter_client.post("/interviews/new", entered(cast, now, invite="1"))
    assert answer["Location"].startswith("/send/")
    assert Notification.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phone": "138001380"}, "too short"),
        ({"phone": "", "email": ""}, "so that the candidate can be reached"),
        ({"email": "wang.example.com"}, "has an @"),
        ({"date": "2020-01-01"}, "already passed"),
        ({"mode": "video", "video_link": ""}, "needs its link"),
        ({"place_name": ""}, "where the candidate should come"),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone"),
        ({"name": "http://evil.example"}, "never holds a link"),
    ],
)
def test_a_wrong_entry_is_explained_and_nothing_is_created(
    cast: Cast, recruiter_client: Client, now: datetime, changes: dict[str, str], said: str
) -> None:
    answer = recruiter_client.post("/interviews/new", entered(cast, now, **changes), headers=ENGLISH)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Interview.objects.exists()


def test_a_typing_slip_is_asked_back_and_the_typed_address_can_be_kept(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    form = entered(cast, now, email="wang@gmial.com")
    asked = recruiter_client.post("/interviews/new", form, headers=ENGLISH)
    assert "Did you mean wang@gmail.com?" in asked.content.decode()
    assert asked.context["form"].data["email"] == "wang@gmail.com"
    kept = recruiter_client.post("/interviews/new", form | {"email_asked": "wang@gmial.com"})
    assert kept.status_code == 302


def test_the_same_person_again_becomes_no_second_candidate(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    recruiter_client.post("/interviews/new", entered(cast, now))
    recruiter_client.post("/interviews/new", entered(cast, now, round="复试", time="16:00"))
    assert (Candidate.objects.count(), Interview.objects.count()) == (1, 2)


def test_a_phone_of_somebody_else_is_asked_about(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    recruiter_client.post("/interviews/new", entered(cast, now))
    other = entered(cast, now, name="王大雷", email="")
    asked = recruiter_client.post("/interviews/new", other, headers=ENGLISH)
    page = asked.content.decode()
    assert "belongs to 王*雨" in page
    assert "shares_contact" in page
    assert recruiter_client.post("/interviews/new", other | {"shares_contact": "on"}).status_code == 302
    assert Candidate.objects.count() == 2


# --- Looking -----------------------------------------------------------------------------------------------


def test_the_page_tells_the_whole_story_newest_first(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = told(cast, now=now)
    link = AccessLink.objects.get()
    organization = {"organization": cast.organization}
    Delivery.objects.filter(channel="email").update(state="sent", sent_at=now, settled_at=now)
    Delivery.objects.filter(channel="sms").update(
        state="cancelled", reason="stopped_by_person", settled_at=now
    )
    for second, kind, is_bot in ((3, "fetched", True), (4, "fetched", True), (60, "viewed", False)):
        at = now + timedelta(seconds=second)
        Visit.objects.create(**organization, link=link, at=at, kind=kind, is_suspected_bot=is_bot)
    respond(link, Answer.DECLINED, "已入职别处", now=now + timedelta(minutes=2), was_confirmed=False)
    page = recruiter_client.get(f"/interviews/{interview.pk}", headers=ENGLISH)
    titles = [entry.title for entry, _ in page.context["entries"]]
    assert titles[:3] == [
        "Answered: Not coming",
        "Candidate opened the page",
        "Link fetched, probably by a machine (mail scanner or preview)",
    ]
    assert page.context["entries"][2][0].times == 2
    assert "Invitation · Email sent to the phone lab" in titles
    assert "Invitation · Text message called off" in titles
    assert "已入职别处" in page.content.decode()


def test_the_drawer_gets_a_part_of_the_page(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    headers = {"HX-Request": "true", "HX-Target": "drawer-content"}
    page = recruiter_client.get(f"/interviews/{interview.pk}", headers=headers).content.decode()
    assert "data-drawer-title" in page
    assert "<html" not in page


def test_addresses_are_masked_until_somebody_asks_and_that_is_written_down(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, email="lilei@example.com", phone="+8613800138000")
    page = recruiter_client.get(f"/interviews/{interview.pk}").content.decode()
    assert "l***@example.com" in page
    assert "138****8000" in page
    assert "lilei@example.com" not in page
    assert not AuditEntry.objects.filter(action="contact.shown").exists()
    shown = recruiter_client.post(f"/interviews/{interview.pk}/contacts").content.decode()
    assert "lilei@example.com" in shown
    entry = AuditEntry.objects.get(action="contact.shown")
    assert entry.actor_id == cast.recruiter.pk
    assert "lilei" not in str(entry.details)


def test_the_page_of_one_interview_reads_a_constant_number_of_rows(
    cast: Cast, recruiter_client: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    interview = told(cast, now=now)
    link = AccessLink.objects.get()
    for number in range(5):
        ask(link, f"问题 {number}", now=now + timedelta(minutes=number))
    with django_assert_max_num_queries(52):
        recruiter_client.get(f"/interviews/{interview.pk}")


def test_an_answer_goes_out_and_closes_the_question(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = told(cast, now=now)
    ask(AccessLink.objects.get(), "可以带电脑吗？", now=now)
    assert Conversation.objects.get().waiting_since is not None
    recruiter_client.post(f"/interviews/{interview.pk}/answer", {"text": "可以，现场有投影。"})
    assert Conversation.objects.get().waiting_since is None
    assert Notification.objects.filter(purpose="answer").count() == 1
    page = recruiter_client.get(f"/interviews/{interview.pk}").content.decode()
    assert "可以，现场有投影。" in page


def test_an_interviewer_does_not_read_what_candidates_write_to_hr(
    cast: Cast, now: datetime, recruiter_client: Client
) -> None:
    interview = told(cast, now=now)
    ask(AccessLink.objects.get(), "薪资可以谈吗？", now=now)
    page = sign_in_client(cast.interviewer).get(f"/interviews/{interview.pk}").content.decode()
    assert "薪资" not in page


# --- Changing and cancelling -------------------------------------------------------------------------------


def test_a_change_is_shown_with_its_consequences_before_it_is_done(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = told(cast, now=now, name="李雷")
    respond(AccessLink.objects.get(), Answer.ACCEPTED, "", now=now, was_confirmed=False)
    later = f"{facts_of(interview)['date'] + timedelta(days=1):%Y-%m-%d}"
    form = change_form(interview, date=later, reason="面试官出差")
    address = f"/interviews/{interview.pk}/change"
    shown = recruiter_client.post(address, form, headers=ENGLISH)
    text = shown.content.decode()
    assert "was told the old facts and will be told the new ones now, by email and text message." in text
    assert "“Coming” no longer counts" in text
    interview.refresh_from_db()
    assert interview.revision == 1
    done = recruiter_client.post(address, form | {"confirmed": "1"})
    assert done["Location"] == f"/interviews/{interview.pk}"
    interview.refresh_from_db()
    assert (interview.revision, interview.answer) == (2, "needs_action")
    assert Notification.objects.filter(purpose="change").count() == 1


def test_what_only_the_page_shows_is_changed_without_a_message(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = told(cast, now=now)
    form = change_form(interview, materials="学位证书")
    address = f"/interviews/{interview.pk}/change"
    text = recruiter_client.post(address, form, headers=ENGLISH).content.decode()
    assert "No message is sent." in text
    recruiter_client.post(address, form | {"confirmed": "1"})
    interview.refresh_from_db()
    assert (interview.materials, interview.revision) == ("学位证书", 1)


def test_somebody_elses_change_in_between_is_not_overwritten(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    form = change_form(interview, place_name="3 层", confirmed="1")
    Interview.objects.filter(pk=interview.pk).update(revision=2, place_name="5 层")
    answer = recruiter_client.post(f"/interviews/{interview.pk}/change", form, headers=ENGLISH)
    assert "Somebody changed this interview meanwhile" in answer.content.decode()
    interview.refresh_from_db()
    assert interview.place_name == "5 层"


def test_cancelling_says_who_will_be_told_and_tells_them(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = told(cast, now=now)
    address = f"/interviews/{interview.pk}/cancel"
    assert (
        "will be told now, by email and text message"
        in recruiter_client.get(address, headers=ENGLISH).content.decode()
    )
    interview.refresh_from_db()
    assert interview.state == "scheduled"
    recruiter_client.post(address, {"reason": "职位暂停"})
    interview.refresh_from_db()
    assert interview.state == "cancelled"
    assert Notification.objects.filter(purpose="cancellation").count() == 1


def test_an_interview_that_has_begun_is_changed_no_more(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (interview,) = create_interviews(cast, 1, now=now, starts_at=now - timedelta(minutes=1))
    for verb in ("change", "cancel"):
        assert recruiter_client.get(f"/interviews/{interview.pk}/{verb}").status_code == 302
    recruiter_client.post(f"/interviews/{interview.pk}/cancel", {})
    interview.refresh_from_db()
    assert interview.state == "scheduled"
