"""What candidates ask for and say: other times, needs, questions, and what HR does with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from yuemian.config.demo_week.company import Company
from yuemian.config.demo_week.timeline import Plan
from yuemian.domain.reasons import NeedKind
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.consult import consult
from yuemian.interviews.actions.needs import Needed, say_needs
from yuemian.interviews.actions.reschedule import Press, choose_slot, propose_times
from yuemian.interviews.actions.respond import ask, reply
from yuemian.interviews.actions.surveys import Given
from yuemian.interviews.slots.reading import offers_for
from yuemian.messaging.actions.inbox import add_note, assign, move, snooze
from yuemian.messaging.models import Conversation, Message


def add(company: Company, plan: Plan) -> None:
    week = company.week
    _add_wishes(company, plan)
    questions = {
        "钟毅诚": (-2, "19:40", "请问现场有笔试吗？需要自己带电脑吗？"),
        "傅佳宁": (-1, "10:40", "我从外地过来，可以报销车票吗？"),
        "薛知夏": (-1, "17:10", "附近有停车位吗？"),
        "谭静怡": (-1, "20:05", "面试大概要多久？我下午还有一节课。"),
        "贺欣然": (0, "08:20", "请问今天复试的面试官是哪几位？"),
        "江一凡": (-1, "09:30", "您好，想问一下结果大概什么时候能知道？"),
        "Priya Nair": (-1, "11:15", "Will the case study be done live, or can I prepare it at home?"),
    }
    for name, (day, clock, text) in questions.items():
        plan(week.at(day, clock), partial(_ask, company, name, text))
    moves: tuple[tuple[int, str, Callable[..., object]], ...] = (
        (-1, "09:20", partial(_reply, company, "钟毅诚", "有一道 30 分钟的编程题，电脑我们准备好。")),
        (-1, "14:20", partial(_snooze, company, "傅佳宁")),
        (
            -1,
            "20:40",
            partial(_reply, company, "谭静怡", "一般一小时左右，10:30 前可以结束，不影响您下午的课。"),
        ),
        (-1, "20:41", partial(_resolve, company, "谭静怡")),
        (-1, "14:00", partial(_pass_on, company, "Priya Nair")),
    )
    for day, clock, deed in moves:
        plan(week.at(day, clock), deed)


def _add_wishes(company: Company, plan: Plan) -> None:
    week = company.week
    plan(week.at(-1, "18:20"), partial(_propose, company, "傅佳宁"))
    plan(week.at(-1, "18:40"), partial(_choose, company, "薛知夏"))
    plan(week.at(-1, "12:10"), partial(_need, company, "白凌霄"))
    plan(week.at(-1, "15:00"), partial(_cancel, company, "余涵宇"))


def filled_in(figures: Sequence[int], well: str = "", badly: str = "") -> Given:
    """A survey: first impression, recommendation, and the notice where it is asked about."""
    impression, recommend, *notice = figures
    words = {"well": well, "badly": badly}
    return Given(impression, recommend, notice[0] if notice else None, words=words)


def _conversation(company: Company, name: str) -> Conversation:
    application = company.interview(name).application_id
    return Conversation.objects.with_people().get(application=application)


def _ask(company: Company, name: str, text: str, *, now: datetime) -> None:
    ask(company.opens(company.interview(name), now=now), text, now=now)


def _reply(company: Company, name: str, text: str, *, now: datetime) -> None:
    interview = company.interview(name)
    assert interview.recruiter is not None
    reply(interview.recruiter, interview, text, now=now)


def _resolve(company: Company, name: str, *, now: datetime) -> None:
    move(company.users["linyue"], _conversation(company, name), "resolved", now=now)


def _snooze(company: Company, name: str, *, now: datetime) -> None:
    """Until tomorrow noon: accounting must say first."""
    user, conversation = company.users["linyue"], _conversation(company, name)
    assign(user, conversation, user, now=now)
    add_note(user, conversation, "已问财务，等他们确认标准。", now=now)
    snooze(user, conversation, company.week.at(1, "12:00"), now=now)


def _pass_on(company: Company, name: str, *, now: datetime) -> None:
    interview, conversation = company.interview(name), _conversation(company, name)
    question = Message.objects.filter(conversation=conversation, is_from_candidate=True).latest("created_at")
    consult(
        company.users["grace"],
        question,
        company.users["daniel"],
        interview,
        "Could you answer this one?",
        is_name_shown=True,
        with_conversation=True,
        now=now,
    )


def _propose(company: Company, name: str, *, now: datetime) -> None:
    interview, week = company.interview(name), company.week
    times = [week.at(2, "10:00"), week.at(3, "15:00")]
    press = Press(company.opens(interview, now=now), now, was_confirmed=True)
    propose_times(press, times, words="", note="当天要参加毕业答辩，换一天可以吗？")


def _choose(company: Company, name: str, *, now: datetime) -> None:
    """A slot, where one is offered; else any other hour."""
    interview = company.interview(name)
    press = Press(company.opens(interview, now=now), now, was_confirmed=True)
    offered = offers_for(interview, now=now)
    if offered:
        choose_slot(press, offered[0].key, words="")
    else:
        propose_times(press, [interview.starts_at + timedelta(days=1)], words="", note="")


def _need(company: Company, name: str, *, now: datetime) -> None:
    link = company.opens(company.interview(name), now=now)
    say_needs(link, Needed([NeedKind.WHEELCHAIR], "我坐轮椅，需要一个没有台阶的入口。"), now=now)


def _cancel(company: Company, name: str, *, now: datetime) -> None:
    cancel_interview(company.users["zhouhang"], company.ids[name][0], now=now, reason="岗位暂停招聘")
