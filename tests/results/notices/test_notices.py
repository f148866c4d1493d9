"""Letters are written from decisions alone, and stay where they are while something speaks against them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast
from tests.results.factories import create_decision
from tests.results.stories import Tale
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.results import LetterProblem, NoticeState, Outcome
from yuemian.domain.states import Channel
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.messaging.actions import library
from yuemian.messaging.models import Template
from yuemian.results.actions import notices
from yuemian.results.actions.notices import NotLetPass, prepare_notices
from yuemian.results.models import ApprovalRule, DecisionReason, Feedback, ResultNotice
from yuemian.results.notices.content import hash_of

P, N = LetterProblem, NoticeState


def test_a_rejected_person_reads_thanks_what_was_good_the_reason_and_when_to_apply_again(tale: Tale) -> None:
    (interview,) = tale.interviews()
    reason = DecisionReason.objects.create(
        organization=tale.cast.organization,
        code="experience",
        outcome=Outcome.REJECT,
        label="经验不足",
        told="这个职位需要三年以上的后端经验",
    )
    decision = create_decision(
        interview, tale.cast.recruiter, Outcome.REJECT, now=tale.now, reasons=[reason.pk]
    )
    tale.feedback(decision, "您的系统设计思路清晰。")
    text = tale.text(tale.only(tale.prepare([decision])))
    expected = ("欧阳小雨，您好", "谢谢您", "您的系统设计思路清晰。", "- 这个职位需要三年以上的后端经验")
    for words in (*expected, "2027年5月25日"):
        assert words in text.body
    assert "有误" not in text.body
    assert not text.is_edited


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.ADVANCE, "进入下一轮"), (Outcome.PASS, "加入星河科技"), (Outcome.REJECT, "没有选择与您继续")],
)
def test_each_outcome_has_its_own_letter(tale: Tale, outcome: Outcome, words: str) -> None:
    notice = tale.only(tale.drafts(outcome=outcome))
    assert words in tale.text(notice).body
    assert notice.letter.outcome == outcome
    assert notice.problems == []


def test_the_hash_binds_every_part(tale: Tale) -> None:
    notice = tale.only(tale.drafts())
    text = tale.text(notice)
    assert bytes(notice.content_hash) == hash_of(notice, text)
    for name, value in {
        "candidate_name": "别人",
        "contacts": ["00"],
        "locale": "en",
        "outcome": Outcome.PASS,
        "number": 2,
        "is_correction": True,
    }.items():
        was = getattr(notice, name)
        setattr(notice, name, value)
        assert hash_of(notice, text) != bytes(notice.content_hash)
        setattr(notice, name, was)


def test_a_thousand_cost_no_more_statements_than_ten(tale: Tale) -> None:
    few, many = tale.decide(tale.interviews(3)), tale.decide(tale.interviews(12, job=tale.cast.sales))
    counts = []
    for decisions in (few, many):
        with CaptureQueriesContext(connection) as queries:
            tale.prepare(decisions)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_cannot_be_written_is_counted_with_its_reason(tale: Tale) -> None:
    first, second, third = tale.decide(tale.interviews(3))
    tale.prepare([first])
    Template.objects.filter(outcome=Outcome.PASS).update(is_archived=True)
    (passed,) = tale.decide(tale.interviews(1, name="独孤求败"), Outcome.PASS)
    (held,) = tale.decide(tale.interviews(1, name="慕容秋水"), Outcome.HOLD)
    tale.decide([third.interview], Outcome.PASS)  # `third` is no longer what holds
    ids = [each.pk for each in (first, second, third, passed, held)]
    done = prepare_notices(tale.cast.recruiter, ids, now=tale.now)
    assert done.count == 1
    assert done.left_out == {"has_notice": 1, "no_letter": 1, "changed": 2}


def test_somebody_who_was_erased_keeps_nobody_from_a_letter(tale: Tale) -> None:
    first, second = tale.decide(tale.interviews(2))
    erase_by_hand(tale.cast.owner, first.interview.application.candidate, now=tale.now)
    done = prepare_notices(tale.cast.recruiter, [first.pk, second.pk], now=tale.now)
    assert (done.count, done.left_out) == (1, {"changed": 1})


def test_an_empty_part_is_a_problem_and_no_blank(tale: Tale) -> None:
    template = Template.objects.get(outcome=Outcome.REJECT)
    for locale in ("zh-hans",):
        text = library.Text("结果", "{{ candidate_name }}：{{ feedback }}")
        library.save_draft(tale.cast.recruiter, template, (Channel.EMAIL, locale), text, now=tale.now)
    library.publish(tale.cast.recruiter, template, now=tale.now)
    notice = tale.only(tale.drafts())
    assert notice.problems == ["missing_part:feedback"]
    assert tale.submit(notice.batch).held == {"missing_part": 1}
    assert tale.states(notice.batch) == [N.DRAFT]
    tale.feedback(notice.decision, "很好。")
    assert tale.submit(notice.batch).count == 1


def test_feedback_is_wanted_where_the_rules_say_so(tale: Tale) -> None:
    ApprovalRule.objects.create(organization=tale.cast.organization, wants_feedback=True)
    rejected, passed = tale.only(tale.drafts()), tale.only(tale.drafts(1, Outcome.PASS, name="独孤求败"))
    assert (rejected.problems, passed.problems) == (["no_feedback"], [])
    tale.feedback(rejected.decision, "没有人看过。", is_reviewed=False)
    assert tale.submit(rejected.batch).held == {"no_feedback": 1}


def test_two_of_one_name_wait_for_a_look(tale: Tale) -> None:
    batch = tale.prepare(tale.decide([*tale.interviews(2, name="王小雨"), *tale.interviews(1)]))
    assert sorted(map(tuple, (each.problems for each in tale.of(batch)))) == [
        (),
        ("same_name",),
        ("same_name",),
    ]
    for notice in tale.of(batch):
        if notice.problems:
            notices.accept_problem(tale.cast.recruiter, notice.pk, "same_name", now=tale.now)
    assert tale.submit(batch).count == 3


def test_a_shared_address_waits_for_a_look(tale: Tale) -> None:
    tale.interviews(1, name="独孤求败", phone="+8613700000001")
    notice = tale.only(tale.drafts(phone="+8613700000001"))
    (problem,) = notice.problems
    assert problem.startswith("shared_contact:")
    assert tale.submit(notice.batch).count == 0
    notices.accept_problem(tale.cast.recruiter, notice.pk, problem, now=tale.now)
    assert tale.submit(notice.batch).count == 1


def test_another_candidates_name_in_the_text_is_found(tale: Tale) -> None:
    batch = tale.drafts(3)
    notice, other = tale.of(batch)[:2]
    edited = notices.edit_notice(
        tale.cast.recruiter,
        notice.pk,
        "结果",
        f"{notice.candidate_name}：与{other.candidate_name}相比……",
        now=tale.now,
    )
    assert edited.problems == [f"other_name:{other.candidate_id}"]
    nobody = notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", "您好，谢谢您的时间。", now=tale.now)
    assert nobody.problems == ["no_name"]
    with pytest.raises(NotLetPass):
        notices.accept_problem(tale.cast.recruiter, notice.pk, "no_name", now=tale.now)


def test_a_look_does_not_outlive_the_words_it_was_at(tale: Tale) -> None:
    batch = tale.drafts(2)
    notice, other = tale.of(batch)
    body = f"{notice.candidate_name}：与{other.candidate_name}相比……"
    (problem,) = notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", body, now=tale.now).problems
    assert not notices.accept_problem(tale.cast.recruiter, notice.pk, problem, now=tale.now).problems
    again = notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", body + "再次", now=tale.now)
    assert again.problems == [problem]


def test_nobody_without_an_address(tale: Tale) -> None:
    (interview,) = tale.interviews()
    points = ContactPoint.objects.filter(candidate=interview.application.candidate)
    points.update(state=ContactState.INVALID)
    notice = tale.only(tale.prepare(tale.decide([interview])))
    assert notice.problems == ["no_contact"]


def test_a_letter_in_another_language_waits_for_a_look(tale: Tale) -> None:
    notice = tale.only(tale.drafts(locale="en"))
    assert (notice.locale, notice.problems) == ("en", [])
    notices.edit_notice(
        tale.cast.recruiter, notice.pk, "结果", "欧阳小雨，您好！谢谢您来面试。", now=tale.now
    )
    notice.refresh_from_db()
    assert notice.problems == ["wrong_language"]


@pytest.mark.parametrize(
    ("told", "new", "problem"),
    [
        (Outcome.REJECT, Outcome.PASS, "told_otherwise"),
        (Outcome.PASS, Outcome.REJECT, "told_otherwise"),
        (Outcome.ADVANCE, Outcome.REJECT, "told_otherwise"),
        (Outcome.REJECT, Outcome.REJECT, "told_before"),
    ],
)
def test_a_contradiction_needs_a_reason_and_becomes_a_correction(
    tale: Tale, told: Outcome, new: Outcome, problem: str
) -> None:
    first = tale.only(tale.released(outcome=told))
    (decision,) = tale.decide([first.decision.interview], new)
    notice = tale.only(tale.prepare([decision]))
    assert notice.problems == [problem]
    assert tale.submit(notice.batch).count == 0
    with pytest.raises(NotLetPass):
        notices.explain_correction(tale.cast.recruiter, notice.pk, "  ", now=tale.now)
    with pytest.raises(NotLetPass):
        notices.accept_problem(tale.cast.recruiter, notice.pk, problem, now=tale.now)
    notices.explain_correction(tale.cast.recruiter, notice.pk, "录入时选错了人", now=tale.now)
    notice = tale.only(notice.batch)
    assert notice.is_correction
    assert "有误" in tale.text(notice).body
    assert tale.submit(notice.batch).count == 1


def test_the_next_round_may_end_otherwise_than_the_first(tale: Tale) -> None:
    first = tale.only(tale.released(outcome=Outcome.ADVANCE))
    interview = first.decision.interview
    (later,) = tale.interviews(1, name="临时")
    type(later).objects.filter(pk=later.pk).update(application=interview.application, round="复试")
    later.refresh_from_db()
    notice = tale.only(tale.prepare(tale.decide([later], Outcome.REJECT)))
    assert notice.problems == []


def test_an_older_template_is_no_longer_what_is_said(tale: Tale) -> None:
    notice = tale.only(tale.drafts())
    notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", "欧阳小雨，您好！", now=tale.now)
    template = notice.letter.template
    place = (Channel.EMAIL, "zh-hans")
    library.save_draft(
        tale.cast.recruiter, template, place, library.Text("新", "{{ candidate_name }}，您好。"), now=tale.now
    )
    library.publish(tale.cast.recruiter, template, now=tale.now)
    assert tale.submit(notice.batch).held == {"letter_changed": 1}
    notices.rewrite_notices(tale.cast.recruiter, [notice.pk], now=tale.now)
    notice = tale.only(notice.batch)
    assert tale.text(notice).body == "欧阳小雨，您好。"
    assert tale.submit(notice.batch).count == 1


def test_an_edited_letter_is_pointed_at_in_todays_words(tale: Tale) -> None:
    notice = tale.only(tale.drafts())
    body = f"{tale.text(notice).body}\n祝顺利。"
    notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", body, now=tale.now)
    template = notice.pointer.template
    text = library.Text("有新消息", "{{ candidate_name }}，有新消息：{{ answer_link }}")
    library.save_draft(tale.cast.recruiter, template, (Channel.EMAIL, "zh-hans"), text, now=tale.now)
    published = library.publish(tale.cast.recruiter, template, now=tale.now)
    assert tale.submit(notice.batch).count == 1
    notice = tale.only(notice.batch)
    assert (notice.pointer_id, tale.text(notice).body) == (published.pk, body)


def test_what_is_released_cannot_be_written_on(tale: Tale) -> None:
    notice = tale.only(tale.released())
    with pytest.raises(ForbiddenMove):
        notices.edit_notice(tale.cast.recruiter, notice.pk, "x", "y", now=tale.now)
    assert notices.drop_notices(tale.cast.recruiter, [notice.pk], now=tale.now) == 0


def test_a_dropped_letter_leaves_its_decision_without_one(tale: Tale) -> None:
    notice = tale.only(tale.drafts())
    assert notices.drop_notices(tale.cast.recruiter, [notice.pk], now=tale.now) == 1
    assert tale.prepare([notice.decision]) != notice.batch


def test_names_are_taken_anew_when_they_are_submitted(tale: Tale, cast: Cast) -> None:
    notice = tale.only(tale.drafts())
    type(notice.candidate).objects.filter(pk=notice.candidate_id).update(name="欧阳晓雨")
    assert tale.submit(notice.batch).count == 1
    notice = tale.only(notice.batch)
    assert notice.candidate_name == "欧阳晓雨"
    assert "欧阳晓雨，您好" in tale.text(notice).body


def test_the_next_step_is_said_to_all_of_a_batch(tale: Tale) -> None:
    decisions = tale.decide(tale.interviews(2), Outcome.ADVANCE)
    batch = tale.prepare(decisions, next_step="本周内约定复试时间。")
    assert all("本周内约定复试时间。" in tale.text(each).body for each in tale.of(batch))


def test_nothing_of_another_organization(tale: Tale, now: datetime) -> None:
    notice = tale.only(tale.drafts())
    assert ResultNotice.objects.visible_to(tale.cast.interviewer).count() == 0
    assert prepare_notices(tale.cast.recruiter, [notice.pk], now=now + timedelta(1)).batch is None


@pytest.mark.parametrize(
    ("locale", "told", "told_en", "expected"),
    [
        ("en", "需要更多后端经验", "", ["no_reason"]),
        ("zh-hans", "", "more experience is needed", ["no_reason"]),
        ("zh-hans", "需要更多后端经验", "", []),
        ("zh-hans", "", "", []),  # a reason that nobody is told
    ],
)
def test_a_reason_without_words_in_the_letters_language_holds_it_for_a_look(
    tale: Tale, locale: str, told: str, told_en: str, expected: list[str]
) -> None:
    (interview,) = tale.interviews(locale=locale)
    reason = DecisionReason.objects.create(
        organization=tale.cast.organization,
        code="experience",
        outcome=Outcome.REJECT,
        label="经验不足",
        told=told,
        told_en=told_en,
    )
    decision = create_decision(
        interview, tale.cast.recruiter, Outcome.REJECT, now=tale.now, reasons=[reason.pk]
    )
    notice = tale.only(tale.prepare([decision]))
    assert notice.problems == expected
    for each in expected:
        notices.accept_problem(tale.cast.recruiter, notice.pk, each, now=tale.now)
    assert tale.submit(notice.batch).count == 1


@pytest.mark.parametrize(
    ("locale", "feedback", "has_reason", "expected"),
    [
        ("de", "Your code was clear.", False, ["foreign_part"]),
        ("ja", "", True, ["foreign_part"]),
        ("de", "", False, []),
        ("en", "Your code was clear.", True, []),
        ("zh-hant", "您的代碼整潔大方。", True, []),
    ],
)
def test_english_words_in_a_letter_of_a_third_language_are_marked_until_translated(
    tale: Tale, locale: str, feedback: str, has_reason: bool, expected: list[str]
) -> None:
    (interview,) = tale.interviews(locale=locale)
    reason = DecisionReason.objects.create(
        organization=tale.cast.organization,
        code="experience",
        outcome=Outcome.REJECT,
        label="经验不足",
        told="需要更多后端经验",
        told_en="the role needs more experience",
    )
    reasons = [reason.pk] if has_reason else []
    decision = create_decision(interview, tale.cast.recruiter, Outcome.REJECT, now=tale.now, reasons=reasons)
    if feedback:
        tale.feedback(decision, feedback)
        Feedback.objects.update(locale="zh-hans" if locale == "zh-hant" else "en")
    notice = tale.only(tale.prepare([decision]))
    assert notice.problems == expected
    body = tale.text(notice).body
    for english in ("Your code was clear.", "the role needs more experience"):
        if expected:
            body = body.replace(english, "—")
    edited = notices.edit_notice(tale.cast.recruiter, notice.pk, "x", body, now=tale.now)
    assert edited.problems == []


def test_english_words_can_be_let_pass_for_who_reads_them(tale: Tale) -> None:
    decision = tale.decide(tale.interviews(locale="fr"))[0]
    tale.feedback(decision, "Your code was clear.")
    Feedback.objects.update(locale="en")
    notice = tale.only(tale.prepare([decision]))
    assert notice.problems == ["foreign_part"]
    accepted = notices.accept_problem(tale.cast.recruiter, notice.pk, "foreign_part", now=tale.now)
    assert accepted.problems == []
    # A look at the former words does not hold for others.
    body = tale.text(notice).body + "\n\nMerci."
    edited = notices.edit_notice(tale.cast.recruiter, notice.pk, "x", body, now=tale.now)
    assert edited.problems == ["foreign_part"]
