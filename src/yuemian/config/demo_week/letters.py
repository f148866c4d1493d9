"""Letters of the week in each of their states, and the onboarding that follows a pass."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from PIL import Image, ImageDraw

from yuemian.config.demo_week.company import Company
from yuemian.config.demo_week.timeline import Plan
from yuemian.config.demo_week.voices import filled_in
from yuemian.domain.onboarding import Section
from yuemian.interviews.actions.surveys import answer_beside_letter
from yuemian.onboarding.actions.documents import keep_document, may_upload
from yuemian.onboarding.actions.fill import give_consent, hand_in, save_entries
from yuemian.onboarding.asking import consent_of
from yuemian.onboarding.checking import Checked
from yuemian.onboarding.models import OnboardingCase
from yuemian.results.actions.approvals import approve, return_notices, seen_digest, submit_batch
from yuemian.results.actions.feedback import draft_feedback, review_all
from yuemian.results.actions.notices import prepare_notices
from yuemian.results.actions.release import release_batch
from yuemian.results.models import Decision, Feedback, ResultBatch, ResultNotice

#: Who is told together: the name of their batch, when it is written, and how far it has come.
RECRUITING_DAY = ("柳云帆", "方以晴", "邵景行", "史若溪", "侯明轩", "顾南枝")
FIRST_LETTERS = ("何雨桐", "罗嘉伟", "孟晓楠")
LATER_PASS, WAITING, RETURNED, DRAFTED = "蓝海宁", ("陶思远",), ("邱若彤",), ("Aisha Rahman",)


def add(company: Company, plan: Plan) -> None:
    """Batches on the timeline: three released, one waiting, one returned, one draft."""
    week = company.week
    for day, names, title, user in (
        (-6, RECRUITING_DAY, "前端招聘日", "linyue"),
        (-4, FIRST_LETTERS, "后端首批结果", "linyue"),
        (-2, (LATER_PASS,), "大客户销售终试", "zhouhang"),
    ):
        plan(week.at(day, "16:30"), partial(_write, company, user, names, title))
        plan(week.at(day, "17:00"), partial(_let_go, company, names))
    plan(week.at(-2, "16:40"), partial(_write, company, "zhouhang", RETURNED, "人力资源初试"))
    plan(week.at(-2, "17:20"), partial(_return, company, RETURNED))
    plan(week.at(-1, "11:00"), partial(_write, company, "zhouhang", WAITING, "大客户销售初试"))
    plan(week.at(-1, "16:45"), partial(_draft, company, "grace", DRAFTED, "Data analyst, final round"))
    for row in company.script["interviews"]:
        if "opinion" in row:
            plan(week.at(-5, "20:00"), partial(_say_opinion, company, row["who"][0], row["opinion"]))
    plan(week.at(-3, "20:15"), partial(_fill_in, company, "孟晓楠"))
    plan(week.at(-1, "20:30"), partial(_begin_form, company, LATER_PASS))


def _decisions(company: Company, names: Sequence[str]) -> list[Decision]:
    ids = [company.ids[name][0] for name in names]
    return list(Decision.objects.filter(interview__in=ids, is_current=True))


def _notices(company: Company, names: Sequence[str]) -> list[ResultNotice]:
    return list(ResultNotice.objects.filter(decision__in=_decisions(company, names)))


def _draft(company: Company, user: str, names: Sequence[str], title: str, *, now: datetime) -> ResultBatch:
    author, decided = company.users[user], [each.pk for each in _decisions(company, names)]
    draft_feedback(author, decided, now=now)
    written = Feedback.objects.filter(decision__in=decided).values_list("pk", flat=True)
    review_all(author, None, shown=list(written), now=now)
    prepared = prepare_notices(author, decided, now=now, name=title)
    assert prepared.batch is not None, prepared.left_out
    return prepared.batch


def _write(company: Company, user: str, names: Sequence[str], title: str, *, now: datetime) -> None:
    """Drafted from the scorecards, and submitted to whoever approves."""
    batch = _draft(company, user, names, title, now=now)
    submit_batch(company.users[user], batch.pk, now=now)


def _let_go(company: Company, names: Sequence[str], *, now: datetime) -> None:
    """The administrator approves where the hiring lead has decided: nobody approves their own word."""
    notices = _notices(company, names)
    approve(company.users["admin"], [each.pk for each in notices], seen_digest(notices), now=now)
    batch_id = notices[0].batch_id
    assert batch_id is not None
    release_batch(company.users["admin"], batch_id, now=now)


def _return(company: Company, names: Sequence[str], *, now: datetime) -> None:
    ids = [each.pk for each in _notices(company, names)]
    return_notices(
        company.users["xu"], ids, "“专业知识再扎实一些”请写得具体一点，她会想知道指的是什么。", now=now
    )


def _say_opinion(company: Company, name: str, given: Sequence[int], *, now: datetime) -> None:
    interview = company.interview(name)
    answer_beside_letter(interview, interview.application.candidate_id, filled_in(given), now=now)


def _case(company: Company, name: str) -> OnboardingCase:
    return OnboardingCase.objects.with_people().get(interview_id=company.ids[name][0])


def _begin_form(company: Company, name: str, *, now: datetime) -> OnboardingCase:
    case = _case(company, name)
    basics = {
        "legal_name": {"": name},
        "mobile": {"": "13900130013"},
        "address": {"": "上海市浦东新区世纪大道 200 弄 6 号"},
        "available_from": {"": ""},
    }
    save_entries(case.pk, basics, now=now)
    return case


def _fill_in(company: Company, name: str, *, now: datetime) -> None:
    """Everything that is asked, with papers, and handed in. The numbers are of nobody: only their check digits fit."""
    case = _begin_form(company, name, now=now)
    for section in (Section.IDENTITY, Section.EDUCATION, Section.BANK, Section.EMERGENCY):
        words = consent_of(case.organization_id, section, "zh-hans")
        give_consent(case.pk, words, words.hash.hex(), now=now)
    save_entries(case.pk, {"id_number": {"": "11010519491231002X"}}, now=now)
    bank = {"bank_name": {"": "招商银行"}, "bank_account": {"": "6225760008219524"}}
    save_entries(case.pk, bank, now=now)
    emergency = {"name": "孟女士", "relation": "母亲", "phone": "13900139000"}
    save_entries(case.pk, {"emergency": emergency}, now=now)
    for number, key in enumerate(("id_front", "id_back", "degree")):
        spec = may_upload(case.pk, key, now=now)
        assert spec is not None
        paper = Checked(draw_paper(key, number), "image/jpeg", 1)
        keep_document(case.pk, spec, f"{key}.jpg", paper, now=now + timedelta(minutes=number))
    missing = hand_in(case.pk, now=now + timedelta(minutes=5))
    assert not missing, missing


def draw_paper(title: str, number: int) -> bytes:
    """A sheet that is plainly a specimen, as JPEG."""
    image = Image.new("RGB", (1000, 640), ("#eef3fb", "#f6f1e7", "#eef6ee")[number % 3])
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 976, 616), outline="#8a97ad", width=4)
    draw.text((60, 60), "SPECIMEN", fill="#334155", font_size=64)
    draw.text((60, 150), title.replace("_", " "), fill="#334155", font_size=44)
    for line in range(5):
        draw.rectangle((60, 260 + line * 60, 620 - line * 50, 280 + line * 60), fill="#cbd5e1")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
