"""Whose letter was released and whom no message of it reached waits again, where everybody looks, until one does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import sign_in_client
from tests.results.stories import Tale
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import DeliveryState
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.interviews.today.scope import Scope
from yuemian.messaging.models import Delivery
from yuemian.results.actions.due import put_due
from yuemian.results.actions.unreached import BACK, settle_unreached
from yuemian.results.models import ResultNotice, Wait
from yuemian.results.silence.late import count_late, late_picks
from yuemian.trust.models import AuditEntry

HOURS = timedelta(hours=1)


@pytest.fixture
def notice(tale: Tale) -> ResultNotice:
    """Of somebody who came this morning, and whom two messages are to reach."""
    found: ResultNotice = tale.only(tale.released(starts_at=tale.now - 3 * HOURS))
    return found


def became(notice: ResultNotice, *states: str) -> None:
    rows = Delivery.objects.filter(notification__subject_id=notice.pk).order_by("pk")
    for row, state in zip(rows, states, strict=True):
        Delivery.objects.filter(pk=row.pk).update(state=state)


def settle(tale: Tale) -> int:
    return settle_unreached(tale.cast.organization.pk, tale.now)


def wait_of(notice: ResultNotice) -> Wait:
    return Wait.objects.get(interview=notice.decision.interview_id)


def today(tale: Tale) -> list[str]:
    return [each.why for each in late_picks(tale.cast.recruiter, Scope(), tale.now)]


@pytest.mark.parametrize(
    "states", [("permanent_failure", "expired"), ("technical_failure", "skipped"), ("held", "held")]
)
def test_whom_nothing_reached_waits_again(tale: Tale, notice: ResultNotice, states: tuple[str, ...]) -> None:
    became(notice, *states)
    assert (wait_of(notice).state, settle(tale), wait_of(notice).state) == ("told", 1, "decided")
    notice.refresh_from_db()
    assert notice.state == NoticeState.RELEASED
    assert notice.decision.interview.result_told_at, "the letter can be read, and nobody is still deciding"
    assert AuditEntry.objects.get(action="result.unreached").details["notices"] == [str(notice.pk)]
    assert settle(tale) == 0


@pytest.mark.parametrize("state", ["queued", "created", "sending", "sent", "delivered", "unknown"])
def test_whom_another_message_reaches_or_may_reach_was_told(
    tale: Tale, notice: ResultNotice, state: str
) -> None:
    became(notice, "permanent_failure", state)
    assert settle(tale) == 0
    assert wait_of(notice).state == "told"


def test_another_try_that_arrives_tells_them(tale: Tale, notice: ResultNotice) -> None:
    became(notice, "permanent_failure", "temporary_failure")
    settle(tale)
    became(notice, "permanent_failure", "sent")
    assert settle(tale) == 1
    assert wait_of(notice).state == "told"


def test_a_new_address_brings_the_letter_back_to_be_approved_for_it(tale: Tale, notice: ResultNotice) -> None:
    became(notice, "permanent_failure", "permanent_failure")
    settle(tale)
    tale.next_rounds([notice.decision.interview], phone="+8613700000009")
    back = tale.only(notice.batch)
    assert (back.state, back.came_back) == (NoticeState.DRAFT, "contacts")


def test_they_stand_on_today_and_beside_results_before_anything_is_late(
    tale: Tale, notice: ResultNotice
) -> None:
    assert (today(tale), count_late(tale.cast.recruiter)) == ([], 0)
    became(notice, "permanent_failure", "permanent_failure")
    settle(tale)
    put_due(tale.cast.organization.pk)
    assert (today(tale), count_late(tale.cast.recruiter)) == (["unreached"], 1)
    Wait.objects.update(due_at=tale.now - HOURS)
    assert (today(tale), count_late(tale.cast.recruiter)) == (["unreached"], 1)


def test_list_and_page_say_so_and_lead_to_the_messages(tale: Tale, notice: ResultNotice) -> None:
    became(notice, "permanent_failure", "permanent_failure")
    settle(tale)
    client = sign_in_client(tale.cast.recruiter)
    listed = client.get("/results?state=decided").content.decode()
    assert "未送达" in listed
    page = client.get(f"/results/{notice.decision.interview_id}").content.decode()
    assert "信已放行，但没有一条消息送达。" in page
    assert notice.batch
    assert f"/deliveries?purpose=result&amp;age=all&amp;batch={notice.batch.sending_id}" in page


def test_whoever_was_told_in_person_waits_no_more(tale: Tale, notice: ResultNotice) -> None:
    address = f"/results/{notice.decision.interview_id}/told"
    client = sign_in_client(tale.cast.recruiter)
    assert "无法" in client.post(address, follow=True).content.decode(), "a message is under way"
    became(notice, "permanent_failure", "permanent_failure")
    settle(tale)
    assert f'action="{address}"' in client.get(address.removesuffix("/told")).content.decode()
    assert client.post(address).status_code == 303
    assert (wait_of(notice).state, settle(tale), today(tale)) == ("told", 0, [])
    assert AuditEntry.objects.filter(action="result.told_in_person").count() == 1
    assert sign_in_client(tale.cast.interviewer).post(address).status_code == 403


def test_whoever_was_erased_waits_for_nothing(tale: Tale, notice: ResultNotice) -> None:
    became(notice, "permanent_failure", "permanent_failure")
    erase_by_hand(tale.cast.owner, notice.candidate, now=tale.now)
    assert settle(tale) == 0


def test_what_is_long_over_or_decided_anew_is_left_alone(tale: Tale, notice: ResultNotice) -> None:
    became(notice, "permanent_failure", "permanent_failure")
    ResultNotice.objects.filter(pk=notice.pk).update(leaves_at=tale.now - BACK)
    assert settle(tale) == 0
    ResultNotice.objects.filter(pk=notice.pk).update(leaves_at=tale.now)
    tale.decide([notice.decision.interview], Outcome.HOLD)
    assert settle(tale) == 0
    Delivery.objects.update(state=DeliveryState.SENT)
    assert settle(tale) == 0
