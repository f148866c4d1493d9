"""The catalogue of placeholders an HR template may use: nothing else exists inside a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .states import Purpose


class Kind(StrEnum):
    """What a placeholder holds, and so how it may be used."""

    NAME = "name"  # one line that came from outside: never a link, never a line break
    TEXT = "text"  # written by HR, may have several lines
    LINK = "link"  # an absolute https address
    LIST = "list"  # lines, used with `for`, `bullets`, `numbered` or `join`
    FLAG = "flag"  # yes or no, used with `if`


Value = str | bool | list[str]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One name a template may use; `label` is a gettext message id, samples feed previews."""

    name: str
    label: str
    kind: Kind
    zh: Value
    en: Value
    purposes: frozenset[Purpose]

    def sample(self, locale: str) -> Value:
        return self.zh if locale.lower().startswith("zh") else self.en


EVERYWHERE: Final = frozenset(Purpose)
_INTERVIEW: Final = EVERYWHERE
_BEFORE: Final = EVERYWHERE - {Purpose.RESULT, Purpose.SURVEY}
_MOVED: Final = frozenset({Purpose.CHANGE, Purpose.CANCELLATION, Purpose.TEST})
_CANCELLED: Final = frozenset({Purpose.CANCELLATION, Purpose.TEST})
_ANSWER: Final = frozenset({Purpose.ANSWER, Purpose.TEST})


def _all() -> tuple[Placeholder, ...]:
    name, text, link, many, flag = Kind.NAME, Kind.TEXT, Kind.LINK, Kind.LIST, Kind.FLAG
    p = Placeholder
    return (
        p("candidate_name", "Candidate's name", name, "王小雨", "Alex Chen", EVERYWHERE),
        p("organization_name", "Organization", name, "星河科技", "Galaxy Tech", EVERYWHERE),
        p("branch_name", "Branch", name, "上海分公司", "Singapore office", EVERYWHERE),
        p("job_title", "Job", name, "后端工程师", "Backend engineer", EVERYWHERE),
        p("round_name", "Round of the interview", name, "初试", "First interview", _INTERVIEW),
        p(
            "interview_when",
            "Date, weekday, time and zone",
            text,
            "2026年11月25日 周三 14:00（北京时间）",
            "Wed, 25 Nov 2026, 14:00 (Singapore time, UTC+8)",
            _INTERVIEW,
        ),
        p(
            "interview_date",
            "Date and weekday",
            name,
            "2026年11月25日 周三",
            "Wed, 25 Nov 2026",
            _INTERVIEW,
        ),
        p("interview_time", "Time from – to", name, "14:00–15:00", "14:00–15:00", _INTERVIEW),
        p("interview_day", "Day in short", name, "11月25日 周三", "Wed, 25 Nov", _INTERVIEW),
        p("duration_minutes", "Length in minutes", name, "60", "60", _INTERVIEW),
        p("is_onsite", "Takes place on site", flag, True, True, _INTERVIEW),
        p("is_video", "Takes place by video", flag, False, False, _INTERVIEW),
        p("is_phone", "Takes place by phone", flag, False, False, _INTERVIEW),
        p("place_name", "Name of the place", text, "星河大厦 12 层前台", "Galaxy Tower, level 12", _BEFORE),
        p("place_address", "Address", text, "上海市浦东新区世纪大道 100 号", "100 Century Avenue", _BEFORE),
        p(
            "video_link",
            "Link of the video meeting",
            link,
            "https://meet.example.com/abc",
            "https://meet.example.com/abc",
            _BEFORE,
        ),
        p(
            "materials",
            "What to bring",
            many,
            ["身份证", "纸质简历一份"],
            ["ID card", "A printed CV"],
            _BEFORE,
        ),
        p(
            "flow",
            "How it runs",
            many,
            ["先笔试 30 分钟", "后面试 30 分钟"],
            ["Written test, 30 minutes", "Interview, 30 minutes"],
            _BEFORE,
        ),
        p("contact_name", "Contact person", name, "李芳", "Fang Li", EVERYWHERE),
        p("contact_phone", "Contact person's phone", name, "021-5555 0100", "+65 5555 0100", EVERYWHERE),
        p("contact_email", "Contact person's email", name, "hr@example.com", "hr@example.com", EVERYWHERE),
        p(
            "answer_link",
            "Link to the candidate's page",
            link,
            "https://jobs.example.com/i/sample",
            "https://jobs.example.com/i/sample",
            EVERYWHERE,
        ),
        p(
            "respond_by",
            "Answer until",
            text,
            "2026年11月24日 周二 18:00（北京时间）",
            "Tue, 24 Nov 2026, 18:00 (Singapore time, UTC+8)",
            _BEFORE,
        ),
        p("has_answered", "Has already answered", flag, False, False, _BEFORE),
        p("has_accepted", "Has accepted", flag, False, False, _BEFORE),
        p(
            "old_when",
            "Former date and time",
            text,
            "2026年11月24日 周二 10:00（北京时间）",
            "Tue, 24 Nov 2026, 10:00 (Singapore time, UTC+8)",
            _MOVED,
        ),
        p("old_place", "Former place", text, "星河大厦 3 层", "Galaxy Tower, level 3", _MOVED),
        p(
            "change_reason",
            "Reason for the change",
            text,
            "面试官临时出差",
            "The interviewer has to travel",
            _MOVED,
        ),
        p(
            "cancellation_reason",
            "Reason for the cancellation",
            text,
            "该职位暂停招聘",
            "The position was put on hold",
            _CANCELLED,
        ),
        p(
            "candidate_question",
            "The candidate's question",
            text,
            "请问可以带电脑吗？",
            "May I bring my laptop?",
            _ANSWER,
        ),
        p("hr_answer", "HR's answer", text, "可以，现场有投影。", "Yes, there is a projector.", _ANSWER),
        p(
            "job_highlights",
            "Highlights of the job",
            many,
            ["核心系统从零搭建", "弹性工作"],
            ["Build the core from scratch", "Flexible hours"],
            _BEFORE,
        ),
        p(
            "company_intro",
            "About the company",
            text,
            "我们让招聘更有温度。",
            "We make hiring kinder.",
            _BEFORE,
        ),
        p(
            "company_video",
            "Link to the company video",
            link,
            "https://example.com/video",
            "https://example.com/video",
            _BEFORE,
        ),
        p(
            "hours_and_benefits",
            "Hours and benefits",
            text,
            "早十晚七，双休，六险一金",
            "10 to 7, five days, full insurance",
            _BEFORE,
        ),
    )


PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {p.name: p for p in _all()}


def available(purpose: Purpose | None) -> dict[str, Placeholder]:
    """The placeholders a template of this purpose may use (all of them when None)."""
    return {n: p for n, p in PLACEHOLDERS.items() if purpose is None or purpose in p.purposes}


def samples(locale: str, purpose: Purpose | None = None) -> dict[str, Value]:
    """A complete, invented context: for previews before anybody is chosen and for the trial at saving."""
    return {name: p.sample(locale) for name, p in available(purpose).items()}
