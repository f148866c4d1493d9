"""What a send to thousands writes of an interview is what a single message has, and one person's own comes last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from yuemian.accounts.models import Organization
from yuemian.interviews.facts import InterviewFacts, context_of, told_in_common, told_of
from yuemian.messaging.engine.alike import person_of


def facts_for(name: str, *, job: str = "后端工程师", mode: str = "video") -> InterviewFacts:
    return InterviewFacts(
        answer="needs_action",
        round="初试",
        starts_at=datetime(2026, 12, 1, 6, tzinfo=UTC),
        duration=timedelta(hours=1),
        time_zone="Asia/Shanghai",
        mode=mode,
        place_name="12 层",
        place_address='"世纪大道" 100 号, "candidate_name":',
        video_link="https://meet.example.com/1",
        materials="身份证、简历",
        flow="",
        is_settled=True,
        candidate_name=name,
        candidate_zone="",
        job_title=job,
        job_title_en="Engineer",
        branch_name="上海",
        branch_name_en="Shanghai",
        contact_name="林悦",
        contact_phone="",
        contact_email="lin@example.com",
    )


@pytest.mark.parametrize("extra", [{}, {"cancellation_reason": "换人"}])
@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_written_once_or_for_each_it_says_the_same(locale: str, extra: dict[str, str]) -> None:
    organization = Organization(name="星河科技", name_en="Galaxy")
    for name in ("王小雨", 'x","candidate_name":"y', ""):
        told = told_of(told_in_common(facts_for(name), organization, locale), name, extra)
        said = orjson.loads(told.begin() + told.rest(b"code"))
        context = dict(context_of(facts_for(name), organization, locale, **extra))
        assert said == {"context": context, "token": "code"}


def test_people_of_one_hour_share_all_before_the_name_and_nobody_else_does() -> None:
    organization = Organization(name="星河科技", name_en="Galaxy")

    def shared(facts: InterviewFacts) -> bytes:
        told = told_of(told_in_common(facts, organization, "zh-hans"), facts.candidate_name, {})
        begin, rest = told.begin(), told.rest(b"t" * 43)
        found = person_of(begin, rest)
        assert found is not None
        assert person_of(b"", begin + rest) == found
        assert found.name == facts.candidate_name
        return found.shared

    assert shared(facts_for("王小雨")) == shared(facts_for("李雷"))
    assert shared(facts_for("王小雨")) != shared(facts_for("王小雨", job="出纳"))
