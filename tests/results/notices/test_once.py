"""A letter with feedback thanks once, and says reason and date once; what no template says, its feedback says."""

from __future__ import annotations

import pytest

from tests.results.factories import create_decision
from tests.results.feedback.factories import create_reason, create_scorecard
from tests.results.stories import Tale
from yuemian.domain.feedback import Part, Sentence
from yuemian.domain.languages import LANGUAGES, is_chinese
from yuemian.domain.results import Outcome
from yuemian.domain.states import Channel
from yuemian.messaging.actions import library
from yuemian.messaging.models import Template
from yuemian.results.actions.feedback import draft_feedback
from yuemian.results.feedback.looking import opened
from yuemian.results.models import Decision, Feedback
from yuemian.trust.vault import Vault

TOLD, TOLD_EN = "这个岗位需要更多大型系统的设计经验", "the role needs more experience with large systems"


def decided(tale: Tale, locale: str, *, has_scorecard: bool = True) -> tuple[Decision, dict[Part, Sentence]]:
    """A rejection with a reason and reviewed feedback, and the sentences of its draft."""
    (interview,) = tale.interviews(locale=locale)
    if has_scorecard:
        create_scorecard(tale.cast, interview, now=tale.now)
    reason = create_reason(tale.cast, TOLD, TOLD_EN)
    decision = create_decision(
        interview, tale.cast.recruiter, Outcome.REJECT, now=tale.now, reasons=[reason.pk]
    )
    draft_feedback(tale.cast.recruiter, [decision.pk], now=tale.now)
    Feedback.objects.update(reviewed_at=tale.now, reviewed_by=tale.cast.recruiter)
    _, draft = opened(Feedback.objects.get(decision=decision), Vault(tale.cast.organization.pk))
    return decision, {each.part: each for each in draft.sentences}


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_thanks_reason_and_date_stand_once(tale: Tale, locale: str) -> None:
    decision, drafted = decided(tale, locale)
    body = tale.text(tale.only(tale.prepare([decision]))).body
    for part in (Part.OPENING, Part.REASON, Part.AGAIN):
        assert drafted[part].text not in body
    assert body.count(TOLD if is_chinese(locale) else TOLD_EN) == 1
    for part in (Part.STRENGTH, Part.GROWTH, Part.CLOSING):
        assert drafted[part].text in body
    assert "\n\n\n" not in body


def test_a_template_without_reason_and_date_keeps_the_sentences_of_the_feedback(tale: Tale) -> None:
    template = Template.objects.get(outcome=Outcome.REJECT)
    own = "{{ candidate_name }}，您好：{% if reasons %}请看下面的说明。{% endif %}\n\n{{ feedback }}"
    text = library.Text("结果", own)
    library.save_draft(tale.cast.recruiter, template, (Channel.EMAIL, "zh-hans"), text, now=tale.now)
    library.publish(tale.cast.recruiter, template, now=tale.now)
    decision, drafted = decided(tale, "zh-hans")
    body = tale.text(tale.only(tale.prepare([decision]))).body
    assert drafted[Part.OPENING].text not in body
    for part in (Part.REASON, Part.AGAIN, Part.CLOSING):
        assert body.count(drafted[part].text) == 1


def test_where_only_good_wishes_are_left_the_letter_has_its_own_and_no_heading_over_nothing(
    tale: Tale,
) -> None:
    decision, drafted = decided(tale, "zh-hans", has_scorecard=False)
    body = tale.text(tale.only(tale.prepare([decision]))).body
    assert "**您在面试中的表现**" not in body
    assert drafted[Part.CLOSING].text not in body
    assert "祝您早日找到心仪的工作。" in body
    assert f"- {TOLD}" in body


def test_what_a_person_rewrote_is_said_as_they_wrote_it(tale: Tale) -> None:
    decision, _ = decided(tale, "zh-hans")
    feedback, vault = Feedback.objects.get(), Vault(tale.cast.organization.pk)
    key, own = decision.application.candidate.key, "我们特别感谢您远道而来。您的代码整洁大方。"
    feedback.text_sealed = vault.seal(key, Feedback.PLACE, feedback.pk, own)
    feedback.save()
    assert own in tale.text(tale.only(tale.prepare([decision]))).body
