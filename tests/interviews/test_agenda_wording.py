"""Agendas in words, in both languages."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils.translation import override

from yuemian.domain.cadence import Anchor, Conditions, Step
from yuemian.domain.states import Answer, Mode, Purpose
from yuemian.interviews.agenda.wording import condition_words, length, rule

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("anchor", "offset", "at", "en", "zh"),
    [
        (Anchor.BEFORE_START, DAY, None, "1 day before the interview", "面试前 1 天"),
        (
            Anchor.BEFORE_START,
            2 * DAY,
            time(18),
            "2 days before the interview, at 18:00",
            "面试前 2 天的 18:00",
        ),
        (Anchor.KNOWN, timedelta(0), None, "at once", "立即"),
        (Anchor.AFTER_SILENCE, DAY, None, "after 1 day without an answer", "发出后 1 天未答复"),
        (Anchor.AFTER_END, timedelta(hours=2), None, "2 hours after the interview", "面试结束后 2 小时"),
    ],
)
def test_a_rule_reads_as_people_say_it(
    anchor: Anchor, offset: timedelta, at: time | None, en: str, zh: str
) -> None:
    step = Step("x", Purpose.REMINDER, anchor, offset, at)
    for language, expected in (("en", en), ("zh-hans", zh)):
        with override(language):
            assert rule(step) == expected


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("missed", [1, 2])
def test_conditions_leave_no_placeholder_behind(language: str, missed: int) -> None:
    everything = Conditions(
        frozenset(Answer),
        missed,
        frozenset(range(1, 8)),
        time(9),
        time(18),
        is_first=True,
        modes=frozenset(Mode),
    )
    with override(language):
        words = condition_words(everything)
    assert len(words) == 7
    assert not any("%" in word or not word for word in words)


def test_a_length_names_the_units_it_has() -> None:
    with override("en"):
        assert length(DAY + timedelta(hours=2, minutes=5)) == "1 day 2 hours 5 minutes"
        assert length(timedelta(0)) == "0 minutes"
