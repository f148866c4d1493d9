"""Other eyes: who may agree, what a word is bound to, and what makes it void."""

from __future__ import annotations

import pytest

from tests.results.stories import Tale
from yuemian.accounts.models import Role
from yuemian.domain.results import NoticeState, Outcome, Verdict
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.actions.correct import prefer
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.hiring.signals import contacts_changed, person_changed
from yuemian.messaging.actions import library
from yuemian.messaging.models import Notification, Template
from yuemian.results.actions import approvals, notices
from yuemian.results.actions.approvals import NotAsSeen
from yuemian.results.actions.void import void_notices
from yuemian.results.models import Approval, ApprovalRule
from yuemian.trust.vault import Vault

N = NoticeState


def test_two_people_get_a_result_approved(tale: Tale) -> None:
    batch = tale.drafts(3)
    assert tale.submit(batch).count == 3
    assert tale.states(batch) == [N.SUBMITTED] * 3
    done = tale.approve(batch)
    assert (done.agreed, done.approved, done.refused) == (3, 3, {})
    assert tale.states(batch) == [N.APPROVED] * 3


def test_approvers_get_a_mail_that_names_nobody(tale: Tale) -> None:
    tale.submit(tale.drafts(3))
    sent = Notification.objects.filter(purpose=Purpose.APPROVAL)
    assert {each.user_id for each in sent} == {tale.cast.lead.pk, tale.cast.owner.pk}
    text = Vault(tale.cast.organization.pk).open(
        sent[0].key, Notification.PLACE, sent[0].pk, sent[0].parameters_sealed
    )
    assert "欧阳" not in text
    assert '"result_count":"3"' in text


@pytest.mark.parametrize("who", ["submitter", "decider", "editor", "author"])
def test_nobody_approves_their_own(tale: Tale, who: str) -> None:
    owner = tale.cast.owner  # may do everything
    decisions = tale.decide(tale.interviews(2), by=owner if who == "decider" else None)
    if who == "author":
        done = notices.prepare_notices(owner, [each.pk for each in decisions], now=tale.now)
        assert done.batch
        batch = done.batch
    else:
        batch = tale.prepare(decisions)
    if who == "editor":
        for each in tale.of(batch):
            notices.edit_notice(owner, each.pk, "结果", f"{each.candidate_name}，您好！", now=tale.now)
    by = owner if who == "submitter" else tale.cast.recruiter
    approvals.submit_batch(by, batch.pk, now=tale.now)
    assert tale.approve(batch, owner).refused == {"own": 2}
    assert tale.states(batch) == [N.SUBMITTED] * 2
    assert tale.approve(batch).approved == 2


def test_a_rule_can_ask_for_two(tale: Tale) -> None:
    ApprovalRule.objects.create(organization=tale.cast.organization, approvals=2)
    batch = tale.drafts(2)
    tale.submit(batch)
    assert tale.approve(batch).approved == 0
    assert tale.approve(batch).approved == 0  # the same person twice is one
    assert tale.approve(batch, tale.colleague()).approved == 2


def test_a_single_rejection_may_be_free_a_pass_and_a_batch_never(tale: Tale) -> None:
    ApprovalRule.objects.create(organization=tale.cast.organization, is_single_free=True)
    owner = tale.cast.owner
    for count, outcome, approved in ((1, Outcome.REJECT, 1), (1, Outcome.PASS, 0), (2, Outcome.REJECT, 0)):
        decisions = tale.decide(tale.interviews(count, name="独孤求败"), outcome, by=owner)
        batch = notices.prepare_notices(owner, [each.pk for each in decisions], now=tale.now).batch
        assert batch
        for each in tale.of(batch):
            for problem in each.problems:
                notices.accept_problem(owner, each.pk, problem, now=tale.now)
        assert approvals.submit_batch(owner, batch.pk, now=tale.now).count == count
        assert tale.approve(batch, owner).approved == approved


def test_submitting_one_by_one_does_not_make_a_batch_single(tale: Tale) -> None:
    ApprovalRule.objects.create(organization=tale.cast.organization, is_single_free=True)
    batch = tale.drafts(2)
    first, second = tale.of(batch)
    notices.edit_notice(
        tale.cast.recruiter, second.pk, "结果", "您好", now=tale.now
    )  # a problem holds it back
    assert tale.submit(batch).count == 1
    first.refresh_from_db()
    assert not first.is_single_free


def test_what_is_approved_is_what_was_seen(tale: Tale) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    waiting = tale.of(batch)
    seen, ids = approvals.seen_digest(waiting), [each.pk for each in waiting]
    notices.edit_notice(
        tale.cast.recruiter, ids[0], "结果", f"{waiting[0].candidate_name}，您好！", now=tale.now
    )
    tale.submit(batch)
    with pytest.raises(NotAsSeen):
        approvals.approve(tale.cast.lead, ids, seen, now=tale.now)
    with pytest.raises(NotAsSeen):  # nor more letters than were shown
        approvals.approve(tale.cast.lead, ids, approvals.seen_digest(tale.of(batch)[:1]), now=tale.now)
    assert not Approval.objects.exists()


def test_return_with_a_comment_and_submit_again(tale: Tale) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    tale.approve(batch)
    notice = tale.of(batch)[0]
    assert approvals.return_notices(tale.cast.lead, [notice.pk], "语气太硬", now=tale.now) == 1
    vote = Approval.objects.get(verdict=Verdict.RETURN)
    vault = Vault(tale.cast.organization.pk)
    assert vault.open(notice.candidate.key, Approval.PLACE, vote.pk, vote.comment_sealed or b"") == "语气太硬"
    assert tale.states(batch) == [N.APPROVED, N.RETURNED]
    tale.submit(batch)
    # The word on the former submission does not count.
    assert tale.states(batch) == [N.APPROVED, N.SUBMITTED]
    assert tale.approve(batch).approved == 1


def test_excluded_rows_do_not_hold_up_the_others_and_do_not_come_back_by_themselves(tale: Tale) -> None:
    batch = tale.drafts(3)
    tale.submit(batch)
    notice = tale.of(batch)[0]
    assert approvals.exclude_notices(tale.cast.lead, [notice.pk], "", now=tale.now) == 1
    tale.approve(batch)
    assert tale.states(batch) == [N.APPROVED, N.APPROVED, N.EXCLUDED]
    assert tale.submit(batch).count == 0
    tale.release(batch)
    assert tale.states(batch) == [N.EXCLUDED, N.RELEASED, N.RELEASED]
    assert approvals.put_back(tale.cast.recruiter, [notice.pk], now=tale.now) == 1
    assert tale.submit(batch).count == 1


def test_editing_takes_every_word_back(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    tale.approve(batch)
    notice = tale.only(batch)
    notices.edit_notice(tale.cast.recruiter, notice.pk, "结果", "欧阳小雨，您好！", now=tale.now)
    assert tale.states(batch) == [N.DRAFT]
    tale.submit(batch)
    assert tale.only(batch).submission == 2
    assert tale.states(batch) == [N.SUBMITTED]


@pytest.mark.parametrize("is_approved", [False, True])
def test_another_name_brings_it_back(tale: Tale, is_approved: bool) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    if is_approved:
        tale.approve(batch)
    candidate = tale.of(batch)[0].candidate
    candidate.name = "欧阳晓雨"
    candidate.save()
    person_changed.send(type(candidate), candidate=candidate, at=tale.now)
    back = next(each for each in tale.of(batch) if each.candidate_id == candidate.pk)
    assert (back.state, back.came_back) == (N.DRAFT, "name")
    assert tale.states(batch) == sorted([N.DRAFT, N.APPROVED if is_approved else N.SUBMITTED])


def test_a_wish_that_changes_no_name_changes_nothing(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    wishes = {"locale": "en", "time_zone": "", "preferred_channel": "", "preferred_hour": None}
    prefer(tale.only(batch).candidate, wishes, is_discreet=True, now=tale.now)
    assert tale.states(batch) == [N.SUBMITTED]


def test_an_address_nobody_saw_brings_it_back_one_less_does_not(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    notice = tale.only(batch)
    point = ContactPoint.objects.filter(candidate=notice.candidate, channel=Channel.SMS)[0]
    point.state = ContactState.INVALID
    point.save()
    contacts_changed.send(ContactPoint, point=point, is_in_use=False, at=tale.now)
    assert tale.states(batch) == [N.SUBMITTED]
    other = ContactPoint.objects.create(
        organization=tale.cast.organization,
        candidate=notice.candidate,
        channel=Channel.SMS,
        blind_index=b"\7" * 16,
        value_sealed=b"x",
    )
    contacts_changed.send(ContactPoint, point=other, is_in_use=True, at=tale.now)
    assert (tale.only(batch).state, tale.only(batch).came_back) == (N.DRAFT, "contacts")


@pytest.mark.parametrize("purpose", [Purpose.LETTER, Purpose.RESULT])
def test_another_template_brings_it_back(tale: Tale, purpose: Purpose) -> None:
    batch, passed = tale.drafts(), tale.drafts(1, Outcome.PASS, name="独孤求败")
    for each in (batch, passed):
        tale.submit(each)
        tale.approve(each)
    outcome = Outcome.REJECT if purpose == Purpose.LETTER else ""
    template = Template.objects.get(purpose=purpose, outcome=outcome)
    text = library.Text("新", "{{ candidate_name }}，您好。")
    if purpose == Purpose.RESULT:
        text = library.Text("新", "{{ candidate_name }}：{{ answer_link }}")
    library.save_draft(tale.cast.recruiter, template, (Channel.EMAIL, "zh-hans"), text, now=tale.now)
    assert tale.states(batch) == [N.APPROVED]
    library.publish(tale.cast.recruiter, template, now=tale.now)
    assert (tale.only(batch).state, tale.only(batch).came_back) == (N.DRAFT, "letter")
    is_all = purpose == Purpose.RESULT
    assert tale.only(passed).state == (N.DRAFT if is_all else N.APPROVED)


def test_another_decision_makes_it_void(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    tale.approve(batch)
    decision = tale.only(batch).decision
    tale.decide([decision.interview], Outcome.PASS)
    void_notices([decision.pk], now=tale.now)
    assert tale.states(batch) == [N.VOID]


def test_roles(tale: Tale) -> None:
    may = {role for role in Role if tale.colleague(role, role).may("approve_results")}
    assert may == {Role.ADMINISTRATOR, Role.HIRING_LEAD}
