"""Which presses count at once, and which are asked once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from yuemian.domain.person_or_machine import (
    Doubt,
    Press,
    doubt,
    doubt_summary,
    is_fetch_suspect,
    is_ordinary_browser,
    is_person,
    is_view_suspect,
    read_report,
)

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 {}"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
TAP = read_report("1.1.touch.0.1")
PERSON = Press(IPHONE, timedelta(seconds=20), TAP)


def test_a_tap_on_a_page_that_was_read_is_a_persons() -> None:
    assert is_person(PERSON)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"page_age": None}, Doubt.NO_PAGE),
        ({"page_age": timedelta(seconds=1.9)}, Doubt.TOO_FAST),
        ({"page_age": timedelta(minutes=31)}, Doubt.TOO_OLD),
        ({"report": None}, Doubt.NO_SCRIPT),
        ({"report": read_report("0.1.touch.0.1")}, Doubt.NOT_ACTIVATED),
        ({"report": read_report("1.0.touch.0.1")}, Doubt.NOT_ACTIVATED),
        ({"report": read_report("1.1.none.0.1")}, Doubt.NOT_ACTIVATED),
        ({"report": read_report("1.1.touch.0.0")}, Doubt.NOT_ACTIVATED),
        ({"report": read_report("1.1.touch.1.1")}, Doubt.AUTOMATED),
        ({"agent": "curl/8.5"}, Doubt.ODD_AGENT),
        ({"since_delivery": timedelta(seconds=14)}, Doubt.JUST_DELIVERED),
        ({"has_pressed_another": True}, Doubt.PRESSED_ANOTHER),
    ],
)
def test_one_sign_against_a_person_is_enough(changes: dict[str, object], why: Doubt) -> None:
    assert doubt(replace(PERSON, **changes)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize("report", ["1.1.mouse.0.1", "1.1.pen.0.1", "1.1.key.0.1", "1.-.touch.0.1"])
def test_every_way_of_pressing_and_older_browsers_count(report: str) -> None:
    assert is_person(replace(PERSON, report=read_report(report)))


def test_after_the_first_seconds_a_delivery_says_nothing() -> None:
    assert is_person(replace(PERSON, since_delivery=timedelta(seconds=15)))


@pytest.mark.parametrize(
    "text", ["", "1", "1.1.touch.0", "2.1.touch.0.1", "1.1.TOUCH.0.1", "1.1.touch.0.1.1"]
)
def test_anything_but_a_report_is_none(text: str) -> None:
    assert read_report(text) is None


@pytest.mark.parametrize(
    "agent",
    [
        IPHONE,
        DESKTOP,
        IPHONE + " MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN",
        ANDROID.format("CUBOT_X18", ""),
        ANDROID.format("SM-S918B", "wxwork/4.1.30 MicroMessenger/7.0.1"),
        ANDROID.format("PGT-AN10", "DingTalk/7.6.30 AliApp(DingTalk/7.6.30)"),
        ANDROID.format("2210132C", "Lark/7.30 LarkLocale/zh_CN"),
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0",
    ],
)
def test_browsers_of_people_are_ordinary(agent: str) -> None:
    assert is_ordinary_browser(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "python-requests/2.32",
        "WhatsApp/2.24.1 i",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 BingPreview/1.0b",
        DESKTOP + " Slackbot-LinkExpanding 1.0",
        DESKTOP + " Barracuda Sentinel",
    ],
)
def test_programs_are_not(agent: str) -> None:
    assert not is_ordinary_browser(agent)


def test_the_summary_must_have_been_there_to_be_read() -> None:
    ages = [None, timedelta(seconds=1), timedelta(seconds=2), timedelta(minutes=31)]
    assert [doubt_summary(age) for age in ages] == [Doubt.NO_PAGE, Doubt.TOO_FAST, None, Doubt.TOO_OLD]


def test_a_fetch_right_after_delivery_or_ahead_of_time_is_suspect() -> None:
    assert not is_fetch_suspect(IPHONE, since_delivery=None, is_prefetch=False)
    assert is_fetch_suspect(IPHONE, since_delivery=timedelta(seconds=2), is_prefetch=False)
    assert is_fetch_suspect(IPHONE, since_delivery=None, is_prefetch=True)


def test_a_view_counts_only_with_a_touch() -> None:
    assert [is_view_suspect(IPHONE, report) for report in (TAP, None)] == [False, True]
