"""Another time on the candidate's page: what is shown, what a press does, what the loser of a race sees."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from tests.factories import Cast
from tests.interviews.slots import create_policy, create_series
from tests.interviews.test_invite import facts_of
from tests.portal.stories import TAP, Invited, hidden, invite, phone
from yuemian.domain.states import Purpose
from yuemian.interviews.actions.change import By, cancel_interview, change_interview, unsettle_all
from yuemian.interviews.models import Interview, RescheduleRequest, Response, Seat
from yuemian.interviews.timeline import note_of
from yuemian.messaging.models import Notification
from yuemian.portal import nonce
from yuemian.portal.moving import _moment, _NoTime

DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
VALUES = re.compile(r'name="slot" value="([0-9a-f]{32}\.\d+)"')


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def page(who: Invited, said: str = "") -> str:
    response = phone().get(f"{who.address}/times{said}")
    assert response.status_code == 200
    return response.content.decode()


def values(who: Invited) -> list[str]:
    return VALUES.findall(page(who))


def press(who: Invited, deed: str, now: datetime, **fields: str) -> Any:
    """A person's tap, ten seconds after the page came."""
    content = {"token": who.token, "nonce": who.page_nonce(now=now), "report": TAP}
    return phone().post(f"/c/{deed}", content | fields)


def local(moment: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def typed_in(text: str, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def state(who: Invited) -> tuple[str, int]:
    interview = Interview.objects.get(pk=who.interview.pk)
    return interview.answer, interview.revision


def test_the_main_page_leads_to_the_times(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    assert f'href="{who.address}/times"' in phone().get(who.address).content.decode()


def test_the_page_shows_days_and_hours_on_the_candidates_clock(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now, starts_at=now + 9 * DAY)
    text = page(who)
    assert "09:00–10:00" in text
    assert "北京时间" in text
    away = invite(cast, now=now, starts_at=now + 9 * DAY, candidate_zone="Europe/London", locale="en")
    text = page(away)
    assert re.search(r"0[12]:00–0[23]:00", text)
    assert "London time" in text
    assert "09:00 there" in text


def test_one_press_moves_the_interview_where_the_policy_is_automatic(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now)
    who = invite(cast, now=now)
    response = press(who, "slot", now, slot=values(who)[0])
    assert (response.status_code, response["Location"]) == (303, f"{who.address}#answer")
    assert state(who) == ("accepted", 2)
    text = phone().get(who.address).content.decode()
    assert "能来" in text
    assert "请重新答复" not in text


def test_a_request_is_shown_and_can_be_taken_back(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    chosen = values(who)[0]
    press(who, "slot", now, slot=chosen, note="上午更好")
    assert state(who) == ("reschedule_requested", 1)
    assert "上午更好" in phone().get(who.address).content.decode()
    text = page(who)
    assert f'value="{chosen}" required checked' in text
    assert "candidate-withdrawal" not in text
    assert 'action="/c/withdrawal"' in text
    press(who, "withdrawal", now)
    assert state(who) == ("needs_action", 1)
    assert RescheduleRequest.objects.get().state == "withdrawn"


def test_the_loser_of_a_race_sees_that_it_was_taken_and_what_remains(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now, ahead_days=3)
    first, second = (
        invite(cast, now=now, starts_at=now + 9 * DAY),
        invite(cast, now=now, starts_at=now + 9 * DAY),
    )
    both = values(first)
    press(first, "slot", now, slot=both[0])
    response = press(second, "slot", now, slot=both[0])
    assert response["Location"] == f"{second.address}/times?said=taken"
    text = page(second, "?said=taken")
    assert "刚刚被选走" in text
    assert VALUES.findall(text) == both[1:]
    assert state(second) == ("needs_action", 1)


def test_times_are_proposed_on_the_candidates_clock(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now, candidate_zone="Europe/London")
    moment = (now + 4 * DAY).replace(second=0, microsecond=0)
    later = local(moment + DAY, ZoneInfo("Europe/London")).replace("T", " ")
    press(
        who,
        "proposal",
        now,
        time1=local(moment, ZoneInfo("Europe/London")),
        time2="",
        time3=later,
        note="线上也行",
    )
    assert RescheduleRequest.objects.get().times == [moment, moment + DAY]
    text = phone().get(who.address).content.decode()
    assert "线上也行" in text


def test_a_long_note_is_whole_beside_three_times_that_take_many_words(cast: Cast, now: datetime) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    who, client = invite(cast, now=now, candidate_zone=zone.key), phone()
    client.post("/c/language", {"token": who.token, "language": "pt-br"})
    times = {f"time{number}": local(now + (3 + number) * DAY, zone) for number in (1, 2, 3)}
    note = "x" * 293 + " último"
    content = {"token": who.token, "nonce": who.page_nonce(now=now), "report": TAP, "note": note}
    client.post("/c/proposal", content | times)
    said = note_of(Interview.objects.with_people().get(pk=who.interview.pk))
    assert said.count("horário") == 6
    assert said.endswith(f"\n{note}")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("tomorrow", "这个时间无法识别。请这样填写：2026-11-30 14:00。"),
        ("2026-13-01T10:00", "这个时间无法识别。请这样填写：2026-11-30 14:00。"),
        ("2020-01-01T10:00", "这个时间已经过去了，请填写以后的时间。"),
        ("2999-01-01T10:00", "这个时间太远了，请填写近一些的时间。"),
    ],
)
def test_one_wrong_time_is_named_and_nothing_that_was_typed_is_lost(
    cast: Cast, now: datetime, wrong: str, words: str
) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    good = local(now + 4 * DAY)
    response = press(who, "proposal", now, time1=good, time2=wrong, note="线上也行")
    text = response.content.decode()
    assert response.status_code == 422
    assert [typed_in(text, name) for name in ("time1", "time2", "time3")] == [good, wrong, ""]
    assert ">线上也行</textarea>" in text
    assert 'id="proposal" open' in text
    assert re.findall(r'id="(time\d)"[^>]*aria-invalid="true" aria-describedby="\1-wrong', text) == ["time2"]
    assert f'id="time2-wrong" role="alert"><strong>时间 2:</strong> {words}</p>' in text
    assert VALUES.findall(text) == values(who)
    assert not RescheduleRequest.objects.exists()


def test_every_wrong_time_is_named_at_once_in_the_language_of_the_page(cast: Cast, now: datetime) -> None:
    who, client = invite(cast, now=now), phone()
    client.post("/c/language", {"token": who.token, "language": "de"})
    both = {"token": who.token, "time1": "2020-01-01T10:00", "time3": "2999-01-01T10:00"}
    text = client.post("/c/proposal", both).content.decode()
    assert "Diese Zeit ist schon vorbei." in text
    assert "Diese Zeit liegt zu weit in der Zukunft." in text


def test_a_time_that_the_change_of_clocks_leaves_out_is_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with translation.override("en"), pytest.raises(_NoTime, match="this time does not exist"):
        _moment("2027-03-28 02:30", berlin)
    assert _moment("2027-03-28 03:30", berlin) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_nothing_at_all_is_asked_for(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    response = press(who, "proposal", now)
    assert response.status_code == 422
    assert "请至少填写一个时间，或写下你方便的时间。" in response.content.decode()
    assert not RescheduleRequest.objects.exists()


def test_the_answer_to_a_proposal_opens_at_its_form(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    assert 'action="/c/proposal#proposal"' in page(who)
    summary = press(who, "proposal", now, note="线上也行", report="")
    assert 'action="/c/proposal#proposal"' in summary.content.decode()


@pytest.mark.parametrize("chosen", ["", "x", "00.1", "ffffffffffffffffffffffffffffffff.99999999999999999"])
def test_a_slot_that_our_page_did_not_write_is_none(cast: Cast, now: datetime, chosen: str) -> None:
    who = invite(cast, now=now)
    assert press(who, "slot", now, slot=chosen)["Location"] == f"{who.address}/times?said=none"


def test_where_it_is_not_allowed_any_more_the_page_says_why_and_whom_to_call(
    cast: Cast, now: datetime
) -> None:
    create_policy(cast, now=now, latest=timedelta(days=5))
    create_series(cast, now=now)
    who = invite(cast, now=now)
    text = page(who)
    assert "tel:02155550100" in text
    assert "林悦" in text
    assert not VALUES.findall(text)
    assert "/c/proposal" not in text
    response = press(who, "proposal", now, note="还是换一个吧")
    assert response["Location"] == f"{who.address}/times"
    assert state(who) == ("needs_action", 1)


def test_a_doubtful_press_is_asked_once_more_and_changes_nothing(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    chosen = values(who)[0]
    summary = press(who, "slot", now, slot=chosen, report="")
    assert summary.status_code == 200
    assert hidden(summary, "slot") == chosen
    assert not Seat.objects.exists()
    given = nonce.issue(who.token, "summary:slot", 1, now=now - timedelta(seconds=5))
    phone().post("/c/slot", {"token": who.token, "confirm": given, "slot": chosen})
    assert Seat.objects.count() == 1
    assert Response.objects.get().was_confirmed


def test_an_unsettled_interview_asks_for_a_time_and_nothing_else(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    Notification.objects.filter(purpose=Purpose.INVITATION).first()
    interview = Interview.objects.with_people().get(pk=who.interview.pk)
    unsettle_all(By.of(cast.recruiter), [interview], until=now + 10 * DAY, now=now, reason="面试官生病")
    text = phone().get(who.address).content.decode()
    assert f'href="{who.address}/times"' in text
    assert 'value="accepted"' not in text
    assert "原来的时间已经取消" in text
    who.link.refresh_from_db()
    # The old link shows what holds; the press is confirmed on a page of the present revision.
    given = nonce.issue(who.token, "summary:slot", 2, now=now - timedelta(seconds=5))
    phone().post("/c/slot", {"token": who.token, "confirm": given, "slot": values(who)[0]})
    interview.refresh_from_db()
    assert (interview.state, interview.answer, interview.revision) == ("scheduled", "accepted", 3)
    assert not RescheduleRequest.objects.get().is_counted


def test_who_never_had_a_time_does_not_read_that_it_no_longer_holds(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    Interview.objects.update(state="draft")
    change_interview(cast.recruiter, who.interview.pk, facts_of(who.interview, place_name="3 层"), now=now)
    text = phone().get(who.address).content.decode()
    assert "原来的时间已经取消" not in text
    assert re.search(r"面试安排已更改。</strong> 请在 [^<]*之前选择", text)


@pytest.mark.parametrize(
    ("language", "is_over", "write", "has_come"),
    [
        ("zh-hans", "选择时间的期限已过。", "如果你仍想参加，请在下方联系我们。", "面试时间已到"),
        ("en", "The time to choose is over.", "Write to us below if you still want to come.", "has come"),
    ],
)
def test_who_has_not_chosen_in_time_reads_that_and_not_that_the_interview_begins(
    cast: Cast, now: datetime, language: str, is_over: str, write: str, has_come: str
) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    Interview.objects.update(state="draft", starts_at=now - timedelta(minutes=5))
    client = phone()
    client.post("/c/language", {"token": who.token, "language": language})
    texts = [client.get(f"{who.address}{path}").content.decode() for path in ("", "/times")]
    for text in texts:
        assert is_over in text
        assert has_come not in text
    assert write in texts[0]
    assert "/c/ask" in texts[0]
    Interview.objects.update(state="scheduled")
    assert has_come in client.get(who.address).content.decode()


def test_a_cancelled_interview_offers_nothing(cast: Cast, now: datetime) -> None:
    create_series(cast, now=now)
    who = invite(cast, now=now)
    chosen = values(who)[0]
    cancel_interview(cast.recruiter, who.interview.pk, now=now)
    text = page(who)
    assert not VALUES.findall(text)
    assert "已取消" in text
    press(who, "slot", now, slot=chosen)
    assert not Seat.objects.exists()


def test_nobody_learns_of_other_candidates(cast: Cast, now: datetime) -> None:
    create_policy(cast, now=now, is_automatic=True)
    create_series(cast, now=now, capacity=5)
    first = invite(cast, now=now, name="独孤一方")
    press(first, "slot", now, slot=values(first)[0])
    second = invite(cast, now=now, name="王五")
    assert values(first)[:1] != values(second)[:1]
    text = page(second)
    assert "独孤" not in text
    assert "陈默" not in text


def test_the_time_asked_for_is_quoted_in_the_language_it_was_read_in(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    client = phone()
    client.post("/c/language", {"token": who.token, "language": "en"})
    start = now + 9 * DAY
    content = {"token": who.token, "nonce": who.page_nonce(now=now), "report": TAP, "time1": local(start)}
    client.post("/c/proposal", content)
    shown = client.get(who.address).content.decode()
    assert "You wrote" in shown
    assert f"{start.astimezone(SHANGHAI):%b %Y}" in shown
    assert "北京时间" not in shown
