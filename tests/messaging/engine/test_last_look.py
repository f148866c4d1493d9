"""Inside the claim the truth is looked up once more; what is no longer true does not leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.domain.states import Purpose
from yuemian.messaging.engine.claim import Claimed, Truth
from yuemian.messaging.engine.verdict import verdict
from yuemian.messaging.models import DeliveryEvent

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ID = UUID(int=1)


def claimed(**changes: Any) -> Claimed:
    row = Claimed(
        id=ID, organization_id=ID, batch_id=None, channel="email", is_rehearsal=True, occurrence=1, attempt=1,
        deadline_at=NOW + timedelta(days=1), now=NOW, notification_id=ID, purpose="invitation",
        subject_kind="interview", subject_id=ID, subject_revision=2, version_id=ID, locale="en",
        parameters_sealed=b"", key_number=1, key_wrapped=b"x", key_wrapped_by=1, contact_point_id=ID,
        contact_sealed=b"", contact_state="active", user_email=None, user_phone=None, user_name=None,
    )  # fmt: skip
    return row._replace(**changes)


def truth(**changes: Any) -> Truth:
    return Truth(ID, 2, True, False, NOW + timedelta(days=1))._replace(**changes)


def test_a_true_invitation_to_a_working_address_may_leave() -> None:
    assert verdict(claimed(), truth()) is None


@pytest.mark.parametrize(
    ("row", "now_true", "expected"),
    [
        ({"deadline_at": NOW}, {}, "expired deadline_passed"),
        ({"key_wrapped": None}, {}, "skipped erased"),
        ({}, {"revision": 3}, "cancelled superseded_by_reschedule"),
        ({}, {"is_open": False}, "cancelled interview_cancelled"),
        ({}, {"closes_at": NOW}, "expired interview_over"),
        ({}, {"is_answered": True}, "skipped recipient_already_replied"),
        ({"purpose": "reminder"}, {"is_answered": True}, "skipped recipient_already_replied"),
        ({"purpose": "change"}, {"is_answered": True}, ""),
        ({"purpose": "change"}, {"revision": 3}, "cancelled superseded_by_reschedule"),
        ({"purpose": "cancellation"}, {"is_open": False}, ""),
        ({"purpose": "cancellation"}, {"is_open": True}, "cancelled superseded_by_reschedule"),
        ({"purpose": "answer"}, {"revision": 9, "is_open": False}, ""),
        (
            {"purpose": "test", "subject_kind": "test", "user_name": "林悦", "user_email": "a@b.example"},
            None,
            "",
        ),
        ({"user_name": "林悦", "channel": "sms", "subject_kind": "test"}, None, "skipped missing_contact"),
        ({"contact_point_id": None}, {}, "skipped missing_contact"),
        ({"contact_state": "invalid"}, {}, "skipped invalid_contact"),
        ({"contact_state": "suppressed"}, {}, "skipped suppressed"),
        ({"contact_state": "opted_out"}, {}, "skipped opted_out"),
        ({"contact_state": "unconfirmed"}, {}, "skipped missing_contact"),
        ({"contact_state": "invalid", "purpose": "code"}, {}, ""),
        ({"contact_state": "opted_out", "purpose": "code"}, {}, "skipped opted_out"),
        ({}, None, "skipped erased"),
    ],
)
def test_the_last_look_knows_every_reason_to_stay(
    row: dict[str, Any], now_true: dict[str, Any] | None, expected: str
) -> None:
    found = verdict(claimed(**row), None if now_true is None else truth(**now_true))
    assert (f"{found.state} {found.reason}" if found else "") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "UPDATE interviews_interview SET revision = revision + 1",
            ("cancelled", "superseded_by_reschedule"),
        ),
        ("UPDATE interviews_interview SET state = 'cancelled'", ("cancelled", "interview_cancelled")),
        ("UPDATE interviews_interview SET answer = 'accepted'", ("skipped", "recipient_already_replied")),
        ("UPDATE messaging_delivery SET deadline_at = now()", ("expired", "deadline_passed")),
        ("UPDATE hiring_contactpoint SET state = 'opted_out'", ("skipped", "opted_out")),
    ],
)
def test_what_changed_between_planning_and_sending_stops_it_and_the_row_says_why(
    story: Story, as_owner: Callable[[str], None], change: str, expected: tuple[str, str]
) -> None:
    story.invite(1)
    as_owner(change)
    deliver()
    assert story.deliveries() == [expected]
    assert story.rows(DeliveryEvent.objects.all()) == []
    is_expired = expected[0] == "expired"
    assert story.standings() == [("invitation", "expired" if is_expired else "cancelled")]


def test_an_erased_persons_message_is_skipped(story: Story, as_owner: Callable[[str], None]) -> None:
    story.invite(1)
    as_owner("UPDATE trust_key SET wrapped = NULL, destroyed_at = now() WHERE purpose = 'candidate'")
    deliver()
    assert story.deliveries() == [("skipped", "erased")]


def test_the_cancellation_of_a_told_interview_goes_out(live: Story, as_owner: Callable[[str], None]) -> None:
    outside = FakeProvider()
    interviews = live.invite(1)
    deliver(outside)
    as_owner("UPDATE interviews_interview SET state = 'cancelled'")
    live.plan(interviews, Purpose.CANCELLATION)
    deliver(outside)
    assert len(outside.sent) == 2
