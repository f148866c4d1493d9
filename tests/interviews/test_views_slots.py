"""Bookable times in the console: the form that people write hours into, the week, requests, rules and absences."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django import forms
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_interview, create_user, sign_in_client
from tests.interviews.slots import create_policy, create_series, offers, press
from tests.portal.stories import invite
from yuemian.accounts.models import Role
from yuemian.domain.slots import Closure
from yuemian.domain.states import Purpose
from yuemian.interviews.actions.absence import NotAllowed, ask_to_choose, cannot_come, held_on
from yuemian.interviews.actions.reschedule import choose_slot, propose_times
from yuemian.interviews.actions.series import NotYours, Overtaken, close_days, open_day, save_series
from yuemian.interviews.calendars.feed import feed_of
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview, ReschedulePolicy, RescheduleRequest, Seat, Slot, SlotSeries
from yuemian.interviews.slots.calendars import NOBODY_ASKED
from yuemian.interviews.slots.forms import read_days, read_hours, write_closures
from yuemian.interviews.slots.week import week_of
from yuemian.messaging.calendar_event import CALENDAR_TIMES
from yuemian.messaging.models import Delivery, Notification
from yuemian.trust.vault import Vault

DAY = timedelta(days=1)
NINE, NOON = time(9), time(12)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def content(**fields: object) -> dict[str, object]:
    given: dict[str, object] = {
        "name": "陈默的上午", "day1": "9:00-12:00", "day3": "9：00–12：00、14:00至17:30", "minutes": 60, "buffer": 15,
        "capacity": 1, "notice_hours": 24, "ahead_days": 21, "time_zone": "Asia/Shanghai", "is_active": "on",
        "closed": "2026-12-24 – 2026-12-26\n2026/12/31 9:00-10:00", "extra": "2026-12-05 22:00-24:00",
    }  # fmt: skip
    return given | fields


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", []),
        ("9:00-12:00", [(NINE, NOON)]),
        ("14:00–17:30, 9:00 - 12:00", [(NINE, NOON), (time(14), time(17, 30))]),
        ("9：00至12：00、22:00~24:00", [(NINE, NOON), (time(22), time())]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: list[tuple[time, time]]) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    "text", ["nine to twelve", "9-12", "12:00-9:00", "25:00-26:00", "9:00-12:00 or later"]
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        read_hours(text)


def test_days_are_read_with_and_without_hours_and_written_back() -> None:
    text = "2026-12-24 – 2026-12-26\n2026-12-31 09:00–10:00"
    found = list(read_days(text))
    assert found == [
        (date(2026, 12, 24), date(2026, 12, 26), []),
        (date(2026, 12, 31), date(2026, 12, 31), [(NINE, time(10))]),
    ]
    closures = [Closure(first, last, *(hours[0] if hours else ())) for first, last, hours in found]
    assert write_closures(closures) == text


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-12-26 2026-12-24", "2026-12-24 9-10"])
def test_days_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        list(read_days(text))


def test_hr_adds_times_and_reads_them_back(cast: Cast, recruiter_client: Client) -> None:
    fields = content(interviewer=cast.interviewer.pk, branch=cast.shanghai.pk)
    response = recruiter_client.post("/slots/new", fields)
    series = SlotSeries.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/slots/{series.pk}")
    assert len(series.windows) == 4
    assert len(series.closures) == 2
    text = recruiter_client.get(f"/slots/{series.pk}").content.decode()
    for shown in ("09:00–12:00, 14:00–17:30", "2026-12-05 22:00–24:00", "2026-12-24 – 2026-12-26"):
        assert shown in text
    assert "陈默的上午" in recruiter_client.get("/slots").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day1", "morning"), ("closed", "christmas"), ("extra", "2026-12-05 9"), ("time_zone", "Moon"),
        ("mode", "video"), ("mode", "onsite"), ("minutes", "0"), ("capacity", "0"),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_says_where(
    cast: Cast, recruiter_client: Client, field: str, value: str
) -> None:
    fields = content(interviewer=cast.interviewer.pk, branch=cast.shanghai.pk) | {field: value}
    response = recruiter_client.post("/slots/new", fields)
    assert response.status_code == 422
    assert 'class="error' in response.content.decode()
    assert not SlotSeries.objects.exists()


def test_times_belong_to_somebody_and_have_an_hour(cast: Cast, recruiter_client: Client) -> None:
    nobody = content(branch=cast.shanghai.pk)
    assert recruiter_client.post("/slots/new", nobody).status_code == 422
    never = content(branch=cast.shanghai.pk, interviewer=cast.interviewer.pk, day1="", day3="", extra="")
    assert recruiter_client.post("/slots/new", never).status_code == 422


def test_interviewers_keep_their_own_times_and_nobody_elses(cast: Cast, now: datetime) -> None:
    client = sign_in_client(cast.interviewer)
    other = create_user(cast.organization, Role.INTERVIEWER, "别人")
    theirs = create_series(cast, now=now, interviewer=other)
    assert client.get(f"/slots/{theirs.pk}").status_code == 404
    fields = content(interviewer=other.pk, branch=cast.shanghai.pk)
    assert client.post("/slots/new", fields).status_code == 422
    assert client.post("/slots/new", fields | {"interviewer": cast.interviewer.pk}).status_code == 302
    with pytest.raises(NotYours):
        save_series(cast.interviewer, theirs, now=now)
    assert (
        close_days(cast.interviewer, [theirs.pk], Closure(date(2027, 1, 1), date(2027, 1, 1)), now=now) == 0
    )
    assert client.get("/slots/rules").status_code == 403


def test_a_hiring_lead_looks_and_changes_nothing(cast: Cast, now: datetime) -> None:
    series, client = create_series(cast, now=now), sign_in_client(cast.lead)
    assert client.get(f"/slots/{series.pk}").status_code == 200
    fields = content(interviewer=cast.interviewer.pk, branch=cast.shanghai.pk, number=1, name="新名字")
    assert client.post(f"/slots/{series.pk}", fields).status_code == 422
    series.refresh_from_db()
    assert series.name == "上午"
    assert client.post(f"/slots/{series.pk}/day", {"day": "2027-01-04"}).status_code == 302
    series.refresh_from_db()
    assert series.closures == []


def test_two_editors_do_not_overwrite_each_other(cast: Cast, now: datetime) -> None:
    series = create_series(cast, now=now)
    first, second = (SlotSeries.objects.get(pk=series.pk) for _ in range(2))
    save_series(cast.recruiter, first, now=now)
    with pytest.raises(Overtaken):
        save_series(cast.recruiter, second, now=now)


def test_a_day_is_closed_and_opened_again_with_a_press(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    series = create_series(cast, now=now)
    day = (now + 3 * DAY).date()
    recruiter_client.post(f"/slots/{series.pk}/day", {"day": str(day)})
    series.refresh_from_db()
    assert len(series.closures) == 1
    recruiter_client.post(f"/slots/{series.pk}/day", {"day": str(day), "open": "1"})
    series.refresh_from_db()
    assert series.closures == []
    close_days(cast.recruiter, [series.pk], Closure(day, day + DAY), now=now)
    open_day(cast.recruiter, series.pk, day, now=now)
    series.refresh_from_db()
    assert len(series.closures) == 1  # a whole holiday is no single day


def test_the_week_shows_who_sits_where_what_is_held_and_what_is_taken_otherwise(
    cast: Cast, now: datetime
) -> None:
    create_policy(cast, now=now, is_automatic=True, job=cast.sales)
    series = create_series(
        cast,
        now=now,
        capacity=2,
        windows=[{"weekday": d, "from": "09:00", "until": "12:00"} for d in range(1, 8)],
    )
    booked, held = invite(cast, now=now, job=cast.sales, name="甲"), invite(cast, now=now, name="乙")
    # At nine, whatever the hour is now: the interview in the way is to lie within the window, too.
    key = next(
        each.key for each in offers(booked.interview, now) if each.key.start.astimezone(series.zone).hour == 9
    )
    choose_slot(press(booked, now), key, words="")
    choose_slot(press(held, now), key, words="")
    day = key.start.astimezone(series.zone).date()
    create_interview(
        cast, now=now, starts_at=key.start + timedelta(hours=1), name="丙", phone="+8613900000009"
    )
    monday = day - timedelta(days=day.weekday())
    week = week_of(series, monday, now=now, viewer=cast.recruiter, outside=NOBODY_ASKED)
    cells = {
        cell.start: cell
        for each in week.days
        if each.day == day
        for cell in each.cells
        if cell.state != "busy"
    }
    assert [(each.name, each.is_held) for each in cells[key.start].sitters] == [("甲", False), ("乙", True)]
    assert (cells[key.start].state, cells[key.start].seats) == ("full", "2/2")
    states = [cell.state for each in week.days if each.day == day for cell in each.cells]
    assert states.count("busy") == 2  # the slot, and the interview that is in its way
    client = sign_in_client(cast.recruiter)
    text = client.get(f"/slots/{series.pk}?week={day}").content.decode()
    assert "甲" in text
    assert "乙" in text
    assert "丙" in text


def test_a_group_is_seen_together_by_the_company(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now, capacity=3)
    people = [invite(cast, now=now, name=name) for name in ("欧阳甲", "欧阳乙")]
    key = offers(people[0].interview, now)[0].key
    for who in people:
        choose_slot(press(who, now), key, words="")
    text = recruiter_client.get(f"/interviews/{people[0].interview.pk}").content.decode()
    assert "欧阳乙" in text


def test_a_smaller_group_keeps_the_seats_that_are_taken(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    series = create_series(cast, now=now, capacity=3)
    people = [invite(cast, now=now) for _ in range(3)]
    key = offers(people[0].interview, now)[0].key
    for who in people[:2]:
        choose_slot(press(who, now), key, words="")
    series.refresh_from_db()
    series.capacity = 1
    save_series(cast.recruiter, series, now=now)
    assert (Slot.objects.get().capacity, Seat.objects.count()) == (2, 2)
    assert key not in [each.key for each in offers(people[2].interview, now)]
    series.capacity = 5
    save_series(cast.recruiter, series, now=now)
    choose_slot(press(people[2], now), key, words="")
    assert Seat.objects.count() == 3


def test_one_press_on_today_accepts_what_was_asked_for(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    who = invite(cast, now=now)
    propose_times(press(who, now), [now + 5 * DAY], words="", note="上午")
    request = RescheduleRequest.objects.get()
    text = recruiter_client.get("/today").content.decode()
    found = re.search(
        rf'/requests/{request.pk}/accept\?whose=me".*?name="at" value="([^"]+)"', text, re.DOTALL
    )
    assert found
    response = recruiter_client.post(f"/requests/{request.pk}/accept", {"at": found[1], "from": "today"})
    assert response["Location"] == "/today?whose=me"
    interview = Interview.objects.get()
    assert (interview.starts_at, interview.answer) == (now + 5 * DAY, "accepted")
    again = recruiter_client.post(f"/requests/{request.pk}/accept", {"at": found[1]}, follow=True)
    assert again.status_code == 200
    assert Interview.objects.get().revision == 2


def test_the_interviews_page_holds_the_request_and_declines_it_with_words(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="周四 9:00", note="上午更好")
    request = RescheduleRequest.objects.get()
    address = f"/interviews/{who.interview.pk}"
    text = recruiter_client.get(address).content.decode()
    assert "上午更好" in text
    assert f"/requests/{request.pk}/decline" in text
    recruiter_client.post(f"/requests/{request.pk}/decline", {"text": " "})
    assert RescheduleRequest.objects.get().state == "open"
    recruiter_client.post(f"/requests/{request.pk}/decline", {"text": "很抱歉", "again": "1"})
    request.refresh_from_db()
    assert (request.state, request.is_counted) == ("declined", False)
    assert f"/requests/{request.pk}/decline" not in recruiter_client.get(address).content.decode()
    assert recruiter_client.get("/interviews").status_code == 200


def test_interviewers_decide_no_requests(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    propose_times(press(who, now), [now + 5 * DAY], words="", note="")
    client = sign_in_client(cast.interviewer)
    request = RescheduleRequest.objects.get()
    for deed in ("accept", "decline"):
        assert client.post(f"/requests/{request.pk}/{deed}", {"at": "x", "text": "x"}).status_code == 403


def test_rules_are_kept_for_everybody_and_for_a_place(cast: Cast, recruiter_client: Client) -> None:
    fields = {"most": 3, "latest_hours": 6, "hold_hours": 48, "proposals": 2, "offers_slots": "on"}
    recruiter_client.post("/slots/rules", fields)
    recruiter_client.post(
        "/slots/rules", fields | {"most": 1, "place": f"job:{cast.backend.pk}", "is_automatic": "on"}
    )
    recruiter_client.post("/slots/rules", fields | {"most": 4})
    found = {policy.job_id: policy for policy in ReschedulePolicy.objects.all()}
    assert (found[None].most, found[None].latest, found[None].is_automatic) == (4, timedelta(hours=6), False)
    assert (found[cast.backend.pk].most, found[cast.backend.pk].is_automatic) == (1, True)
    text = recruiter_client.get(f"/slots/rules?place=job:{cast.backend.pk}").content.decode()
    assert "后端工程师" in text
    recruiter_client.post("/slots/rules", {"drop": str(found[cast.backend.pk].pk)})
    assert ReschedulePolicy.objects.get().job_id is None
    assert recruiter_client.post("/slots/rules", fields | {"proposals": 9}).status_code == 422


def test_an_absence_tells_everybody_of_the_day_and_closes_it(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    series = create_series(cast, now=now)
    noon = (now + 2 * DAY).astimezone(series.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    told, untold = (
        invite(cast, now=now, starts_at=noon, name="甲"),
        create_interview(
            cast, now=now, starts_at=noon + timedelta(hours=2), name="乙", phone="+8613900000003"
        ),
    )
    other = create_interview(cast, now=now, starts_at=noon + DAY, name="丙", phone="+8613900000004")
    Delivery.objects.update(state="sent")
    query = f"?interviewer={cast.interviewer.pk}&day={noon.date()}"
    text = recruiter_client.get(f"/slots/absence{query}").content.decode()
    assert "甲" in text
    assert "丙" not in text
    fields = {
        "interviewer": str(cast.interviewer.pk), "day": str(noon.date()), "until": str((now + 9 * DAY).date()),
        "reason": "面试官生病", "ids": [str(told.interview.pk), str(untold.pk), str(other.pk)],
    }  # fmt: skip
    # What is not of that day was not shown, and is not the day's.
    fields["ids"] = fields["ids"][:2]
    assert recruiter_client.post("/slots/absence", fields).status_code == 302
    drafts = Interview.objects.filter(state="draft")
    assert set(drafts.values_list("pk", flat=True)) == {told.interview.pk, untold.pk}
    assert Notification.objects.filter(purpose=Purpose.CHANGE).count() == 1
    series.refresh_from_db()
    assert [each["first"] for each in series.closures] == [str(noon.date())]
    days = {each.span.start.astimezone(series.zone).date() for each in offers(told.interview, now)}
    assert days
    assert noon.date() not in days


def test_an_interviewer_says_it_for_themselves_alone(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now, starts_at=now + DAY)
    other = create_user(cast.organization, Role.INTERVIEWER, "别人")
    client = sign_in_client(cast.interviewer)
    assert client.get(f"/slots/absence?interviewer={other.pk}").status_code == 404
    assert sign_in_client(cast.lead).get("/slots/absence").status_code == 403
    given = {"day": (now + DAY).date(), "until": now + 5 * DAY, "reason": "", "now": now}
    with pytest.raises(NotAllowed):
        cannot_come(cast.interviewer, other, [interview.pk], **given)  # type: ignore[arg-type]
    assert cannot_come(cast.interviewer, cast.interviewer, [interview.pk], **given).asked == [interview.pk]  # type: ignore[arg-type]
    assert not held_on(
        cast.recruiter, cast.interviewer, (now + DAY).date(), cast.shanghai.zone, now=now
    ).exists()


def test_no_message_says_a_time_that_the_candidate_is_to_choose(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    ask_to_choose(cast.recruiter, interview.pk, until=now + 9 * DAY, reason="", now=now)
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    for locale, words in (("zh-hans", "由您选择"), ("en", "of your choice")):
        context = context_of(chosen.facts, cast.organization, locale)
        assert words in context["interview_when"]
        assert not context["is_settled"]
        assert context["interview_time"] == ""
    assert context_of(Interview.objects.with_people().get(), cast.organization, "en") == context


def test_calendars_hold_no_time_that_is_not_settled(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    Delivery.objects.update(state="sent")
    before = context_of(Interview.objects.with_people().get(), cast.organization, "en")[CALENDAR_TIMES]
    ask_to_choose(cast.recruiter, who.interview.pk, until=now + 9 * DAY, reason="", now=now)
    interview = Interview.objects.with_people().get()
    assert CALENDAR_TIMES not in context_of(interview, cast.organization, "en")
    told = Notification.objects.get(purpose=Purpose.CHANGE)
    sealed = Vault(cast.organization.pk).open_bytes(
        interview.application.candidate.key, Notification.PLACE, told.pk, told.parameters_sealed
    )
    # The mail takes the appointment out that was put in.
    assert before.encode() in sealed
    response = Client().get(f"{who.address}/invite.ics")
    assert (response.status_code, response["Location"]) == (303, f"{who.address}/times")
    assert b"BEGIN:VEVENT" not in feed_of(cast.interviewer, now=now)[0]


def test_hr_leaves_the_time_to_a_candidate_before_inviting(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_series(cast, now=now)
    interview = create_interview(cast, now=now, starts_at=now + 3 * DAY)
    address = f"/interviews/{interview.pk}"
    assert recruiter_client.get(f"{address}/choose").status_code == 200
    recruiter_client.post(f"{address}/choose", {"until": str((now + 9 * DAY).date()), "reason": ""})
    assert not Notification.objects.exists()
    who = invite(cast, now=now, interview=Interview.objects.with_people().get())
    for path in (address, "/interviews", "/today"):
        assert recruiter_client.get(path).status_code == 200
    choose_slot(press(who, now), offers(who.interview, now)[0].key, words="")
    interview.refresh_from_db()
    assert (interview.state, interview.answer) == ("scheduled", "accepted")


def test_who_has_chosen_no_time_waits_for_hr(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now, name="未选时间的人")
    ask_to_choose(cast.recruiter, interview.pk, until=now + DAY, reason="", now=now)
    Interview.objects.update(starts_at=now - timedelta(hours=1))
    text = recruiter_client.get("/today").content.decode()
    assert "未选时间的人" in text
