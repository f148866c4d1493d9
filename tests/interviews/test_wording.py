"""Reasons fit what the message was about."""

from __future__ import annotations

import pytest

from yuemian.domain.states import Purpose, ReasonCode
from yuemian.interviews.wording import reason


@pytest.mark.parametrize("code", [ReasonCode.DEADLINE_PASSED, ReasonCode.SUPERSEDED_BY_RESCHEDULE])
def test_nothing_is_said_of_an_interview_where_a_form_or_a_result_was_meant(code: ReasonCode) -> None:
    for purpose in (Purpose.ONBOARDING, Purpose.RESULT, Purpose.CODE, Purpose.SURVEY):
        assert "面试" not in str(reason(code, purpose).sentence)
    assert "面试" in str(reason(code, Purpose.REMINDER).sentence)
    assert reason(code) == reason(code, Purpose.INVITATION)


def test_every_other_reason_is_the_same_whatever_it_was_about() -> None:
    assert reason(ReasonCode.MAILBOX_FULL, Purpose.ONBOARDING) == reason(ReasonCode.MAILBOX_FULL)
