"""Every message is its own person's, whole, or it does not leave; one bad row stops nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.domain.template import Rendered
from yuemian.messaging.engine.mail_parts import facts_of
from yuemian.messaging.engine.phrasing import CrossTalk, check_own_link
from yuemian.messaging.models import DeliveryEvent

MINE, OTHER = "m" * 43, "o" * 43


@pytest.mark.parametrize(
    "text", [f"http://x/c/{OTHER}", f"http://x/c/{MINE} http://x/c/{OTHER}", "no link at all"]
)
def test_a_text_with_another_persons_link_or_without_ones_own_is_caught(text: str) -> None:
    with pytest.raises(CrossTalk):
        check_own_link(Rendered("subject", text), MINE, is_linked=True)


def test_a_link_in_the_subject_is_caught() -> None:
    with pytest.raises(CrossTalk):
        check_own_link(Rendered(f"http://x/c/{MINE}", f"http://x/c/{MINE}"), MINE, is_linked=True)


def test_ones_own_link_may_pass() -> None:
    check_own_link(Rendered("subject", f"http://x/c/{MINE}。"), MINE, is_linked=True)
    check_own_link(Rendered("subject", "a text without link"), MINE, is_linked=False)


def test_two_swapped_snapshots_are_both_caught(live: Story, as_owner: Callable[[str], None]) -> None:
    outside = FakeProvider()
    live.invite(2)
    as_owner(
        "UPDATE messaging_notification n SET parameters_sealed = o.parameters_sealed"
        " FROM messaging_notification o WHERE o.id <> n.id"
    )
    deliver(outside)
    assert live.deliveries("state") == [("technical_failure",)] * 2
    assert outside.sent == []


def test_two_swapped_contact_points_are_both_caught(live: Story, as_owner: Callable[[str], None]) -> None:
    outside = FakeProvider()
    live.invite(2)
    as_owner(
        "UPDATE messaging_delivery d SET contact_point_id = o.contact_point_id"
        " FROM messaging_delivery o WHERE o.id <> d.id"
    )
    deliver(outside)
    assert live.deliveries("state") == [("technical_failure",)] * 2
    assert outside.sent == []


def test_a_missing_value_parks_that_person_and_names_the_placeholder(live: Story) -> None:
    outside = FakeProvider()
    live.write("{{ candidate_name }} {{ video_link }} {{ answer_link }}")
    live.invite(1)
    deliver(outside)
    assert live.deliveries() == [("technical_failure", "template_error")]
    (event,) = live.rows(DeliveryEvent.objects.all())
    assert "video_link" in event.detail
    assert outside.sent == []


def test_a_template_that_cannot_be_compiled_parks_its_messages(live: Story) -> None:
    live.write("{{ no_such_thing }}")
    live.invite(2)
    deliver(FakeProvider())
    assert live.deliveries() == [("technical_failure", "template_error")] * 2


def test_one_poisoned_row_stops_nobody_else(live: Story, as_owner: Callable[[str], None]) -> None:
    outside = FakeProvider()
    live.invite(5)
    as_owner(
        "UPDATE messaging_notification SET parameters_sealed = 'x'"
        " WHERE id = (SELECT id FROM messaging_notification LIMIT 1)"
    )
    deliver(outside)
    assert sorted(live.deliveries("state")) == [("sent",)] * 4 + [("technical_failure",)]
    assert len(outside.sent) == 4


def test_a_malformed_address_fails_that_person_alone(live: Story) -> None:
    outside = FakeProvider()
    live.invite(1, email="nobody@@example..com")
    live.invite(1)
    deliver(outside)
    assert sorted(live.deliveries()) == [("permanent_failure", "invalid_contact"), ("sent", "")]


def test_the_facts_follow_the_purpose() -> None:
    context = {"interview_when": "Wed", "place_name": "Tower", "place_address": "1 Road", "materials": ["ID"]}
    assert [value for _, value in facts_of("invitation", context, "en")] == [
        "Wed",
        "Tower\n1 Road",
        "",
        "ID",
        "",
    ]
    assert [value for _, value in facts_of("cancellation", context, "en")] == ["Wed"]
    assert facts_of("answer", context, "en") == ()
