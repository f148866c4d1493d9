"""Drafting, editing, reviewing: nothing goes into a letter that nobody read beside the facts it rests on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import Cast, create_interview, create_interviews
from tests.results.factories import create_decision, create_notice
from tests.results.feedback.factories import (
    USUAL,
    create_reason,
    create_scorecard,
    drafted,
    rejected,
    text_of,
)
from yuemian.domain.feedback import Length, Part, Tone
from yuemian.domain.feedback.checking import digest
from yuemian.domain.results import NoticeState, Outcome
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.results.actions.feedback import (
    Drafted,
    Objected,
    Overtaken,
    draft_feedback,
    redraft,
    review,
    review_all,
    save_text,
    take_back,
)
from yuemian.results.decisions.cards import cards_of
from yuemian.results.feedback.facts import seen_of
from yuemian.results.feedback.looking import opened
from yuemian.results.feedback.reading import clean, missing, queue, reviewed
from yuemian.results.models import ApprovalRule, Decision, Feedback, Phrase, ResultNotice, ScorecardState
from yuemian.results.scorecards.reading import scorecards_of
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


@pytest.fixture
def feedback(cast: Cast, now: datetime) -> Feedback:
    return drafted(cast, rejected(cast, now=now, reasons=[create_reason(cast)]), now=now)


def read(
    cast: Cast, feedback: Feedback, *, now: datetime, text: str | None = None, seen: str = ""
) -> Feedback:
    said = text_of(cast, feedback) if text is None else text
    return review(
        cast.recruiter,
        feedback.pk,
        said,
        edition=feedback.edition,
        facts_at=feedback.facts_at,
        now=now,
        seen=seen,
    )


def in_letters(cast: Cast, feedback: Feedback) -> str | None:
    decisions = Decision.objects.select_related("application__candidate__key").filter(pk=feedback.decision_id)
    told = reviewed(list(decisions), Vault(cast.organization.pk)).get(feedback.decision_id)
    return told.text if told else None


def test_a_draft_says_what_was_seen_and_nothing_that_was_not_to_be_told(
    cast: Cast, feedback: Feedback
) -> None:
    text = text_of(cast, feedback)
    assert "链表题写得很快" in text
    assert "没有谈到缓存失效" in text
    assert "这个岗位需要更多大型系统的设计经验" in text
    assert "家里有事" not in text
    assert cast.interviewer.name not in text
    assert feedback.findings == []


def test_nothing_unreviewed_goes_into_a_letter(cast: Cast, feedback: Feedback, now: datetime) -> None:
    assert in_letters(cast, feedback) is None
    done = read(cast, feedback, now=now)
    assert in_letters(cast, done) == text_of(cast, done)
    assert done.reviewed_by == cast.recruiter


def test_a_changed_scorecard_asks_for_a_new_look(cast: Cast, feedback: Feedback, now: datetime) -> None:
    read(cast, feedback, now=now)
    create_scorecard(cast, feedback.decision.interview, by=cast.lead, now=now + LATER)
    assert in_letters(cast, feedback) is None
    assert [each.pk for each in queue(cast.recruiter, job=None, is_done=False).rows] == [feedback.pk]
    # Nobody had edited it: it is simply written again, and waits.
    assert draft_feedback(cast.recruiter, [feedback.decision_id], now=now + LATER) == Drafted(0, 1, 0)
    again = Feedback.objects.with_staleness().get()
    assert not again.is_stale
    assert again.reviewed_at is None


def test_a_scorecard_that_is_still_being_written_changes_nothing(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    read(cast, feedback, now=now)
    create_scorecard(
        cast, feedback.decision.interview, by=cast.lead, now=now + LATER, state=ScorecardState.OPEN
    )
    assert in_letters(cast, feedback)


def test_what_a_person_wrote_is_kept_when_scorecards_change(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    own = "谢谢您来面试。您的编码很扎实。"
    save_text(cast.recruiter, feedback.pk, own, edition=1, now=now)
    create_scorecard(cast, feedback.decision.interview, by=cast.lead, now=now + LATER)
    assert draft_feedback(cast.recruiter, [feedback.decision_id], now=now + LATER) == Drafted(0, 0, 1)
    kept = Feedback.objects.with_staleness().get()
    assert text_of(cast, kept) == own
    assert kept.is_stale


def test_a_review_of_older_facts_is_refused(cast: Cast, feedback: Feedback, now: datetime) -> None:
    create_scorecard(cast, feedback.decision.interview, by=cast.lead, now=now + LATER)
    with pytest.raises(Overtaken):
        read(cast, feedback, now=now + LATER)


def test_two_people_do_not_write_over_each_other(cast: Cast, feedback: Feedback, now: datetime) -> None:
    save_text(cast.recruiter, feedback.pk, "谢谢您。", edition=1, now=now)
    with pytest.raises(Overtaken):
        save_text(cast.lead, feedback.pk, "感谢您。", edition=1, now=now)
    with pytest.raises(Overtaken):
        read(cast, feedback, now=now)


def test_what_nobody_may_say_is_refused_however_often_one_presses(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    bad = text_of(cast, feedback) + "另外，您的年龄偏大。"
    seen = ""
    for _ in range(2):
        with pytest.raises(Objected) as refused:
            read(cast, feedback, text=bad, seen=seen, now=now)
        assert any(each.is_blocking for each in refused.value.findings)
        seen = digest(refused.value.findings)
    assert in_letters(cast, feedback) is None


def test_what_is_merely_doubtful_a_person_may_keep(cast: Cast, feedback: Feedback, now: datetime) -> None:
    doubtful = text_of(cast, feedback) + "您的领导力也很突出。"
    with pytest.raises(Objected) as refused:
        read(cast, feedback, text=doubtful, now=now)
    seen = digest(refused.value.findings)
    # Who has seen these hints has not seen others.
    with pytest.raises(Objected):
        read(cast, feedback, text=doubtful + "您的外语非常流利。", seen=seen, now=now)
    done = read(cast, feedback, text=doubtful, seen=seen, now=now)
    assert done.is_edited
    assert done.findings == ["unfounded"]
    assert in_letters(cast, done) == doubtful


def test_changing_a_reviewed_text_voids_the_letter_that_holds_it(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    done = read(cast, feedback, now=now)
    notice = create_notice(cast, done.decision, cast.recruiter, now=now)
    save_text(cast.recruiter, done.pk, "谢谢您。", edition=done.edition, now=now)
    assert ResultNotice.objects.get(pk=notice.pk).state == NoticeState.VOID
    assert in_letters(cast, done) is None


def test_taking_a_review_back_voids_as_well(cast: Cast, feedback: Feedback, now: datetime) -> None:
    done = read(cast, feedback, now=now)
    notice = create_notice(cast, done.decision, cast.recruiter, now=now)
    take_back(cast.recruiter, done.pk, now=now)
    assert ResultNotice.objects.get(pk=notice.pk).state == NoticeState.VOID


def test_another_length_and_tone_are_written_anew(cast: Cast, feedback: Feedback, now: datetime) -> None:
    medium = text_of(cast, feedback)
    short = redraft(cast.recruiter, feedback.pk, length=Length.SHORT, tone=Tone.PLAIN, edition=1, now=now)
    assert len(text_of(cast, short)) < len(medium)
    assert "感谢您" in text_of(cast, short)


def test_only_what_was_shown_and_is_still_clean_is_reviewed_at_once(cast: Cast, now: datetime) -> None:
    ones = [drafted(cast, rejected(cast, now=now), now=now) for _ in range(4)]
    shown = list(clean(cast.recruiter, None).values_list("pk", flat=True))
    assert len(shown) == 4
    save_text(cast.recruiter, ones[0].pk, "谢谢您。", edition=1, now=now)
    create_scorecard(cast, ones[1].decision.interview, by=cast.lead, now=now + LATER)
    late = drafted(cast, rejected(cast, now=now), now=now)
    assert review_all(cast.recruiter, None, shown=shown, now=now + LATER) == 2
    assert in_letters(cast, late) is None
    assert in_letters(cast, ones[2])


def test_several_rounds_are_merged_and_named(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    create_scorecard(cast, interview, [("coding", "编码", 5, "", False)], now=now)
    second = create_interview(cast, now=now, round="复试")
    second.application = interview.application
    second.save()
    create_scorecard(
        cast, second, [("communication", "沟通", 4, "", False), ("coding", "编码", 4, "", False)], now=now
    )
    text = text_of(
        cast, drafted(cast, create_decision(second, cast.recruiter, Outcome.REJECT, now=now), now=now)
    )
    assert "初试和复试中" in text
    assert "复试中" in text.replace("初试和复试中", "")


def test_an_english_reader_reads_english(cast: Cast, now: datetime) -> None:
    decision = rejected(cast, now=now, reasons=[create_reason(cast)], locale="fr")
    text = text_of(cast, drafted(cast, decision, now=now))
    assert "the role needs more experience" in text
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_an_own_phrase_comes_before_the_shipped_one_and_the_nearest_wins(cast: Cast, now: datetime) -> None:
    for text, round_name in (("您的代码整洁大方。", ""), ("您在初试里的代码整洁大方。", "初试")):
        Phrase.objects.create(
            organization=cast.organization,
            competency="coding",
            rating=4,
            locale="zh-hans",
            round=round_name,
            text=text,
        )
    feedback = drafted(cast, rejected(cast, now=now), now=now)
    assert "您在初试里的代码整洁大方。" in text_of(cast, feedback)
    assert feedback.findings == []


@pytest.mark.parametrize(("months", "words"), [(12, "一年"), (7, "7 个月"), (0, "欢迎"), (None, "")])
def test_feedback_says_when_to_come_again_by_the_rule_of_the_letters(
    cast: Cast, months: int | None, words: str, now: datetime
) -> None:
    ApprovalRule.objects.create(organization=cast.organization, apply_again_months=months)
    feedback = drafted(cast, rejected(cast, now=now), now=now)
    _, draft = opened(feedback, Vault(cast.organization.pk))
    again = [each.text for each in draft.sentences if each.part == Part.AGAIN]
    assert len(again) == (months is not None)
    assert words in "".join(again)
    assert feedback.findings == []


def test_holds_get_no_feedback(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    decision = create_decision(interview, cast.recruiter, Outcome.HOLD, now=now)
    assert draft_feedback(cast.recruiter, [decision.pk], now=now) == Drafted()


def test_whoever_is_erased_keeps_nobody_from_drafting_and_leaves_the_queue(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    unread, other = rejected(cast, now=now), rejected(cast, now=now)
    for gone in (feedback.decision, unread):
        erase_by_hand(cast.owner, gone.application.candidate, now=now)
    assert missing(cast.recruiter) == [other.pk]
    assert draft_feedback(cast.recruiter, [unread.pk, other.pk], now=now).created == 1
    found = queue(cast.recruiter, job=None, is_done=False)
    assert [each.decision_id for each in found.rows] == [other.pk]
    with pytest.raises(Overtaken):
        save_text(cast.recruiter, feedback.pk, "谢谢你来。", edition=feedback.edition, now=now)


def test_an_interviewer_and_another_organization_see_none(cast: Cast, feedback: Feedback) -> None:
    assert not Feedback.objects.visible_to(cast.interviewer).exists()


def test_many_are_drafted_with_few_statements(cast: Cast, now: datetime) -> None:
    for interview in create_interviews(cast, 40, now=now):
        create_scorecard(cast, interview, USUAL, now=now)
        create_decision(interview, cast.recruiter, Outcome.REJECT, now=now)
    ids = missing(cast.recruiter)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert draft_feedback(cast.recruiter, ids, now=now) == Drafted(40, 0, 0)
    assert len(queries) < 40
    assert missing(cast.recruiter) == []


def test_every_deed_is_in_the_audit_without_a_word_of_the_text(
    cast: Cast, feedback: Feedback, now: datetime
) -> None:
    read(cast, feedback, now=now)
    entries = AuditEntry.objects.filter(action__startswith="feedback.")
    assert {each.action for each in entries} >= {"feedback.drafted", "feedback.reviewed"}
    assert not any("您" in str(each.details) for each in entries)


def test_facts_are_read_as_everywhere_else(cast: Cast, now: datetime) -> None:
    """What must not count is never told, whatever was ticked; and an evaluation may lack an overall word."""
    seen = [("coding", "编码", 4, "链表题写得很快", True), ("energy", "精力", 2, "年龄偏大，已婚未育", True)]
    decision = rejected(cast, now=now, seen=seen)
    vault = Vault(cast.organization.pk)
    found = seen_of([decision.application_id], vault, "zh-hans")[decision.application_id]
    assert [(fact.competency, fact.is_shareable) for fact in found.facts] == [
        ("coding", True),
        ("energy", False),
    ]
    (card,) = scorecards_of(cast.recruiter, [decision.interview_id], vault)[decision.interview_id]
    assert card.recommendation is None
    cards, names = cards_of(cast.recruiter, [decision.interview_id], vault)
    assert (cards[0].recommendation_text, list(names.values())) == ("", ["编码", "精力"])
