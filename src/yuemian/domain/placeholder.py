"""The catalogue of placeholders an HR template may use: nothing else exists inside a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .languages import is_chinese
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
        return self.zh if is_chinese(locale.lower()) else self.en


EVERYWHERE: Final = frozenset(Purpose)
#: A digest and a call for approval are about many people, so that no fact of one has a place in their frame; a code is
#: about no interview.
_PERSON: Final = EVERYWHERE - {Purpose.DIGEST, Purpose.APPROVAL, Purpose.CODE}
#: A letter is no message: it stands on the page that a message leads to.
_MESSAGE: Final = _PERSON - {Purpose.LETTER}
#: What tells a result, or leads to guesses at it, has no place in the message that only says that there is one.
_LETTER: Final = frozenset({Purpose.LETTER, Purpose.TEST})
_APPROVAL: Final = frozenset({Purpose.APPROVAL, Purpose.TEST})
_CODE: Final = frozenset({Purpose.CODE, Purpose.TEST})
_INTERVIEW: Final = _PERSON
_BEFORE: Final = _MESSAGE - {Purpose.RESULT, Purpose.SURVEY}
_DIGEST: Final = frozenset({Purpose.DIGEST})
_MOVED: Final = frozenset({Purpose.CHANGE, Purpose.CANCELLATION, Purpose.TEST})
_CANCELLED: Final = frozenset({Purpose.CANCELLATION, Purpose.TEST})
_ANSWER: Final = frozenset({Purpose.ANSWER, Purpose.TEST})
_STILL_DECIDING: Final = frozenset({Purpose.STILL_DECIDING, Purpose.TEST})
_STAFF: Final = frozenset(
    {
        Purpose.STAFF_REMINDER,
        Purpose.CONSULTATION,
        Purpose.STAFF_NEWS,
        Purpose.ATTENDANCE,
        Purpose.NEEDS,
        Purpose.SCORECARD,
        Purpose.TEST,
    }
)
_CONSULTATION: Final = frozenset({Purpose.CONSULTATION, Purpose.TEST})
_NEWS: Final = frozenset({Purpose.STAFF_NEWS, Purpose.TEST})
_ONBOARDING: Final = frozenset({Purpose.ONBOARDING, Purpose.TEST})


_ALL: Final = (
    Placeholder("candidate_name", "Candidate's name", Kind.NAME, "王小雨", "Alex Chen", _PERSON | _CODE),
    Placeholder("organization_name", "Organization", Kind.NAME, "星河科技", "Galaxy Tech", EVERYWHERE),
    Placeholder("branch_name", "Branch", Kind.NAME, "上海分公司", "Singapore office", _PERSON),
    Placeholder("job_title", "Job", Kind.NAME, "后端工程师", "Backend engineer", _PERSON),
    Placeholder("round_name", "Round of the interview", Kind.NAME, "初试", "First interview", _INTERVIEW),
    Placeholder(
        "interview_when",
        "Date, weekday, time and zone",
        Kind.TEXT,
        "2026年11月25日 周三 14:00（北京时间）",
        "Wed, 25 Nov 2026, 14:00 (Singapore time, UTC+8)",
        _INTERVIEW,
    ),
    Placeholder(
        "interview_date",
        "Date and weekday",
        Kind.NAME,
        "2026年11月25日 周三",
        "Wed, 25 Nov 2026",
        _INTERVIEW,
    ),
    Placeholder("interview_time", "Time from – to", Kind.NAME, "14:00–15:00", "14:00–15:00", _INTERVIEW),
    Placeholder("interview_day", "Day in short", Kind.NAME, "11月25日 周三", "Wed, 25 Nov", _INTERVIEW),
    Placeholder("duration_minutes", "Length in minutes", Kind.NAME, "60", "60", _INTERVIEW),
    Placeholder("is_onsite", "Takes place on site", Kind.FLAG, True, True, _INTERVIEW),
    Placeholder("is_video", "Takes place by video", Kind.FLAG, False, False, _INTERVIEW),
    Placeholder("is_phone", "Takes place by phone", Kind.FLAG, False, False, _INTERVIEW),
    Placeholder(
        "place_name", "Name of the place", Kind.TEXT, "星河大厦 12 层前台", "Galaxy Tower, level 12", _BEFORE
    ),
    Placeholder(
        "place_address", "Address", Kind.TEXT, "上海市浦东新区世纪大道 100 号", "100 Century Avenue", _BEFORE
    ),
    Placeholder(
        "video_link",
        "Link of the video meeting",
        Kind.LINK,
        "https://meet.example.com/abc",
        "https://meet.example.com/abc",
        _BEFORE,
    ),
    Placeholder(
        "video_note",
        "Where the link of the video meeting will stand, while it is not shown yet",
        Kind.TEXT,
        "开始前 60 分钟起，见您的面试页面",
        "on your interview page, from 60 min before the start",
        _BEFORE,
    ),
    Placeholder(
        "materials",
        "What to bring",
        Kind.LIST,
        ["身份证", "纸质简历一份"],
        ["ID card", "A printed CV"],
        _BEFORE,
    ),
    Placeholder(
        "flow",
        "How it runs",
        Kind.LIST,
        ["先笔试 30 分钟", "后面试 30 分钟"],
        ["Written test, 30 minutes", "Interview, 30 minutes"],
        _BEFORE,
    ),
    Placeholder("contact_name", "Contact person", Kind.NAME, "李芳", "Fang Li", _PERSON),
    Placeholder(
        "contact_phone", "Contact person's phone", Kind.NAME, "021-5555 0100", "+65 5555 0100", _PERSON
    ),
    Placeholder(
        "contact_email", "Contact person's email", Kind.NAME, "hr@example.com", "hr@example.com", _PERSON
    ),
    Placeholder(
        "answer_link",
        "Link to the candidate's page",
        Kind.LINK,
        "https://jobs.example.com/i/sample",
        "https://jobs.example.com/i/sample",
        _MESSAGE,
    ),
    Placeholder(
        "respond_by",
        "Answer until",
        Kind.TEXT,
        "2026年11月24日 周二 18:00（北京时间）",
        "Tue, 24 Nov 2026, 18:00 (Singapore time, UTC+8)",
        _BEFORE,
    ),
    Placeholder("has_answered", "Has already answered", Kind.FLAG, False, False, _BEFORE),
    Placeholder("has_accepted", "Has accepted", Kind.FLAG, False, False, _BEFORE),
    Placeholder(
        "is_settled", "The time is settled, not the candidate's to choose", Kind.FLAG, True, True, _BEFORE
    ),
    Placeholder(
        "old_when",
        "Former date and time",
        Kind.TEXT,
        "2026年11月24日 周二 10:00（北京时间）",
        "Tue, 24 Nov 2026, 10:00 (Singapore time, UTC+8)",
        _MOVED | _STAFF,
    ),
    Placeholder("is_off", "The former time is off, and there is no other", Kind.FLAG, False, False, _STAFF),
    Placeholder("old_place", "Former place", Kind.TEXT, "星河大厦 3 层", "Galaxy Tower, level 3", _MOVED),
    Placeholder(
        "change_reason",
        "Reason for the change",
        Kind.TEXT,
        "面试官临时出差",
        "The interviewer has to travel",
        _MOVED,
    ),
    Placeholder(
        "cancellation_reason",
        "Reason for the cancellation",
        Kind.TEXT,
        "该职位暂停招聘",
        "The position was put on hold",
        _CANCELLED,
    ),
    Placeholder(
        "candidate_question",
        "The candidate's question",
        Kind.TEXT,
        "请问可以带电脑吗？",
        "May I bring my laptop?",
        _ANSWER,
    ),
    Placeholder(
        "hr_answer", "HR's answer", Kind.TEXT, "可以，现场有投影。", "Yes, there is a projector.", _ANSWER
    ),
    Placeholder(
        "promised_date",
        "Date a result was promised by",
        Kind.NAME,
        "2026年12月2日 周三",
        "Wed, 2 Dec 2026",
        _STILL_DECIDING,
    ),
    Placeholder(
        "news",
        "What the candidate says on the way",
        Kind.NAME,
        "预计迟到 10 分钟",
        "Running about 10 minutes late",
        _NEWS,
    ),
    Placeholder(
        "news_words",
        "The same in the candidate's own words",
        Kind.TEXT,
        "地铁停运，正在换乘",
        "My train stands, I am changing to a bus",
        _NEWS,
    ),
    Placeholder(
        "staff_name", "Name of the person reminded", Kind.NAME, "陈默", "Mo Chen", _STAFF | _APPROVAL
    ),
    Placeholder(
        "interview_link",
        "Link to the interview",
        Kind.LINK,
        "https://jobs.example.com/interviews/sample",
        "https://jobs.example.com/interviews/sample",
        _STAFF,
    ),
    Placeholder(
        "asked_by", "Who passed the question on", Kind.NAME, "李芳", "Fang Li", _CONSULTATION | _APPROVAL
    ),
    Placeholder(
        "question_link",
        "Link to the question",
        Kind.LINK,
        "https://jobs.example.com/asked/sample",
        "https://jobs.example.com/asked/sample",
        _CONSULTATION,
    ),
    Placeholder(
        "job_highlights",
        "Highlights of the job",
        Kind.LIST,
        ["核心系统从零搭建", "弹性工作"],
        ["Build the core from scratch", "Flexible hours"],
        _BEFORE,
    ),
    Placeholder(
        "company_intro",
        "About the company",
        Kind.TEXT,
        "我们让招聘更有温度。",
        "We make hiring kinder.",
        _BEFORE,
    ),
    Placeholder(
        "company_video",
        "Link to the company video",
        Kind.LINK,
        "https://example.com/video",
        "https://example.com/video",
        _BEFORE,
    ),
    Placeholder(
        "hours_and_benefits",
        "Hours and benefits",
        Kind.TEXT,
        "早十晚七，双休，六险一金",
        "10 to 7, five days, full insurance",
        _BEFORE,
    ),
    Placeholder(
        "feedback",
        "Feedback on the interview, as reviewed",
        Kind.TEXT,
        "您对系统设计的讲解清晰而有条理。\n如果能多准备一些高并发的实例，会更有说服力。",
        "Your explanation of the system design was clear and well structured.\n"
        "A few examples of work under heavy load would have made it even more convincing.",
        _LETTER,
    ),
    Placeholder(
        "reasons",
        "Reasons of the decision, as they are told",
        Kind.LIST,
        ["这个职位需要更多带团队的经验"],
        ["The position needs more experience in leading a team"],
        _LETTER,
    ),
    Placeholder(
        "next_step",
        "What comes next",
        Kind.TEXT,
        "我们会在三个工作日内与您约定下一轮的时间。",
        "We will arrange the next round with you within three working days.",
        _LETTER,
    ),
    Placeholder(
        "offer",
        "What a pass offers, as an estimate",
        Kind.TEXT,
        "税前月薪：¥20,000.00\n首月到手：¥15,640.00",
        "Monthly salary before deductions: ¥20,000.00\nLeft in the first month: ¥15,640.00",
        _LETTER,
    ),
    Placeholder("may_apply_again", "May apply again", Kind.FLAG, True, True, _LETTER),
    Placeholder(
        "apply_again_from",
        "From when on to apply again",
        Kind.NAME,
        "2027年5月25日 周二",
        "Tue, 25 May 2027",
        _LETTER,
    ),
    Placeholder("is_correction", "Corrects what was told before", Kind.FLAG, False, False, _LETTER),
    Placeholder("result_count", "How many results wait", Kind.NAME, "12", "12", _APPROVAL),
    Placeholder(
        "results_link",
        "Link to the results to approve",
        Kind.LINK,
        "https://jobs.example.com/results/letters/sample",
        "https://jobs.example.com/results/letters/sample",
        _APPROVAL,
    ),
    Placeholder(
        "form_until",
        "Fill in the form until",
        Kind.NAME,
        "2026年12月9日 周三",
        "Wed, 9 Dec 2026",
        _ONBOARDING,
    ),
    Placeholder("is_form_reminder", "Reminds of the form", Kind.FLAG, False, False, _ONBOARDING),
    Placeholder("is_form_returned", "Something is to be corrected", Kind.FLAG, False, False, _ONBOARDING),
    Placeholder("code", "The code", Kind.NAME, "482 913", "482 913", _CODE),
    Placeholder("code_minutes", "Minutes the code is good for", Kind.NAME, "10", "10", _CODE),
    Placeholder("verify_code", "Code to check this message", Kind.NAME, "K7QM-2XPA", "K7QM-2XPA", _MESSAGE),
    Placeholder("user_name", "Who the digest is for", Kind.NAME, "李芳", "Fang Li", _DIGEST),
    Placeholder("digest_day", "The digest's day", Kind.NAME, "11月25日 周三", "Wed, 25 Nov", _DIGEST),
    Placeholder(
        "digest_summary",
        "The digest in one line",
        Kind.NAME,
        "待您回应 1，待邀请 3，今天 5",
        "Waits for you: 1, To be invited: 3, Today: 5",
        _DIGEST,
    ),
    Placeholder(
        "digest",
        "The parts of the day",
        Kind.TEXT,
        "待邀请（1）\n- 王小雨 · 后端工程师 · 初试 · 11月26日 周四 14:00\n邀请他们：https://jobs.example.com/today",
        "To be invited (1)\n- Alex Chen · Backend engineer · First interview · Thu, 26 Nov, 14:00\n"
        "Invite them: https://jobs.example.com/today",
        _DIGEST,
    ),
    Placeholder(
        "today_link",
        "Link to the Today page",
        Kind.LINK,
        "https://jobs.example.com/today",
        "https://jobs.example.com/today",
        _DIGEST,
    ),
)

PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {p.name: p for p in _ALL}


def available(purpose: Purpose | None) -> dict[str, Placeholder]:
    """The placeholders a template of this purpose may use (all of them when None)."""
    return {n: p for n, p in PLACEHOLDERS.items() if purpose is None or purpose in p.purposes}


def samples(locale: str, purpose: Purpose | None = None) -> dict[str, Value]:
    """A complete, invented context: for previews before anybody is chosen and for the trial at saving."""
    return {name: p.sample(locale) for name, p in available(purpose).items()}
