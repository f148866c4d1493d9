"""When an interviewer is asked: two hours later, then workday mornings on their clock, then the recruiter hears."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.scorecard import MOST_MORNINGS, Asked, Step, next_step
from yuemian.domain.workdays import is_workday

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_first_two_hours_after_the_end() -> None:
    assert next_step(at("2026-11-25T15:00"), [], SHANGHAI, "CN") == (Step.ASK, at("2026-11-25T17:00"))


def test_nobody_is_asked_at_night() -> None:
    assert next_step(at("2026-11-25T19:30"), [], SHANGHAI, "CN").at == at("2026-11-26T09:00")
    # It ends at three in the afternoon in Shanghai: for the interviewer in New York that is the night.
    assert next_step(at("2026-11-25T15:00"), [], NEW_YORK, "US").at == at("2026-11-25T09:00", NEW_YORK)


def test_then_each_workday_morning_on_their_clock() -> None:
    friday = [Asked(at("2026-11-27T17:00"))]
    assert next_step(at("2026-11-27T15:00"), friday, SHANGHAI, "CN") == (Step.ASK, at("2026-11-30T09:00"))


def test_make_up_workdays_count_and_holidays_do_not() -> None:
    asked = [Asked(at("2026-09-30T17:00"))]
    morning = next_step(at("2026-09-30T15:00"), asked, SHANGHAI, "CN").at.astimezone(SHANGHAI)
    assert morning.date() > at("2026-10-05T00:00").date()
    assert is_workday(morning.date(), "CN")


def test_after_the_last_morning_the_recruiter_hears() -> None:
    asked = [Asked(at("2026-11-02T17:00") + timedelta(days=day)) for day in range(MOST_MORNINGS + 1)]
    assert next_step(at("2026-11-02T15:00"), asked[:-1], SHANGHAI, "CN").step == Step.ASK
    assert next_step(at("2026-11-02T15:00"), asked, SHANGHAI, "CN").step == Step.TELL_RECRUITER


def test_a_persons_press_puts_the_next_mail_off_and_is_not_counted() -> None:
    asked = [Asked(at("2026-11-25T17:00")), Asked(at("2026-11-26T08:50"), is_automatic=False)]
    assert next_step(at("2026-11-25T15:00"), asked, SHANGHAI, "CN").at == at("2026-11-27T09:00")
    pressed = [Asked(at("2026-11-25T15:05"), is_automatic=False)] * 9
    assert next_step(at("2026-11-25T15:00"), pressed, SHANGHAI, "CN").step == Step.ASK


@given(st.integers(0, 2 * 365 * 24 * 60), st.sampled_from(["CN", "US", "SG", "XX"]))
def test_the_series_ends_and_never_says_two_on_one_day(minutes: int, region: str) -> None:
    end, asked = at("2026-01-01T00:00") + timedelta(minutes=minutes), list[Asked]()
    for _ in range(MOST_MORNINGS + 1):
        step, when = next_step(end, asked, SHANGHAI, region)
        assert step == Step.ASK
        local = when.astimezone(SHANGHAI)
        assert 8 <= local.hour < 21
        assert all(local.date() != each.at.astimezone(SHANGHAI).date() for each in asked)
        asked.append(Asked(when))
    assert next_step(end, asked, SHANGHAI, region).step == Step.TELL_RECRUITER
