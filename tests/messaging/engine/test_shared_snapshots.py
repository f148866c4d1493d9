"""What alike people of a batch share is stored once; everybody's message says the same as if it were not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.factories import create_interview
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.interviews import chosen
from yuemian.interviews.actions import invite as inviting
from yuemian.messaging.actions import plan
from yuemian.messaging.models import Notification, SharedSnapshot
from yuemian.messaging.snapshots import snapshot_of
from yuemian.trust.vault import Vault

SHANGHAI = ZoneInfo("Asia/Shanghai")


def told(story: Story) -> list[Notification]:
    return story.rows(Notification.objects.select_related("key", "shared__key").order_by("id"))


def snapshots(story: Story) -> list[dict[str, Any]]:
    vault = Vault(story.cast.organization.pk)
    found: list[dict[str, Any]] = story.act(lambda: [snapshot_of(each, vault) for each in told(story)])
    return found


def test_people_of_one_hour_share_a_beginning_and_one_alone_keeps_the_whole(live: Story) -> None:
    hour = live.now + timedelta(days=3)
    live.invite(3, starts_at=hour)
    live.invite(1, starts_at=hour)
    live.invite(1, starts_at=hour + timedelta(hours=1))
    first, *others = told(live)[:3]
    assert first.shared is None
    assert [each.shared for each in others] == live.rows(SharedSnapshot.objects.all()) * 2
    assert [each.shared for each in told(live)[3:]] == [None, None]
    whole, *rest = snapshots(live)
    for each in rest[:3]:
        assert each["context"] | {"candidate_name": ""} == whole["context"] | {"candidate_name": ""}
        assert each["context"].keys() == whole["context"].keys()
    assert len({each["token"] for each in snapshots(live)}) == 5
    assert max(len(each.parameters_sealed) for each in others) * 4 < len(first.parameters_sealed)


def test_nothing_of_a_candidate_stands_in_what_is_shared(live: Story) -> None:
    live.invite(3, starts_at=live.now + timedelta(days=3))
    vault = Vault(live.cast.organization.pk)

    def opened() -> list[str]:
        found = SharedSnapshot.objects.select_related("key")
        return [vault.open(each.key, SharedSnapshot.PLACE, each.pk, each.content_sealed) for each in found]

    (shared,) = live.act(opened)
    for snapshot in snapshots(live):
        assert snapshot["context"]["candidate_name"] not in shared
        assert snapshot["token"] not in shared


def test_everybody_gets_their_own_whole_message(live: Story) -> None:
    outside = FakeProvider()
    live.invite(4, starts_at=live.now + timedelta(days=3))
    deliver(outside)
    assert live.deliveries("state") == [("sent",)] * 4
    names = [snapshot["context"]["candidate_name"] for snapshot in snapshots(live)]
    assert sorted(message.to_name for message in outside.sent) == sorted(names)


def test_a_rest_goes_on_from_its_own_beginning_and_no_other(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    outside = FakeProvider()
    live.invite(2, starts_at=live.now + timedelta(days=3))
    live.invite(2, starts_at=live.now + timedelta(days=4))
    as_owner(
        "UPDATE messaging_notification n SET shared_id = o.shared_id FROM messaging_notification o"
        " WHERE o.id <> n.id AND o.shared_id IS NOT NULL AND n.shared_id IS NOT NULL"
    )
    deliver(outside)
    assert sorted(live.deliveries("state")) == [("sent",)] * 2 + [("technical_failure",)] * 2
    assert len(outside.sent) == 2


def test_without_its_beginning_a_message_is_parked_and_the_others_leave(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    outside = FakeProvider()
    live.invite(3, starts_at=live.now + timedelta(days=3))
    as_owner("DELETE FROM messaging_sharedsnapshot")
    deliver(outside)
    assert sorted(live.deliveries()) == [
        ("sent", ""),
        ("technical_failure", "provider_error"),
        ("technical_failure", "provider_error"),
    ]


def test_a_beginning_of_somebody_elses_parks_its_messages_alone(
    live: Story, as_owner: Callable[[str], None]
) -> None:
    outside = FakeProvider()
    live.invite(3, starts_at=live.now + timedelta(days=3))
    as_owner("UPDATE messaging_sharedsnapshot SET organization_id = gen_random_uuid()")
    deliver(outside)
    assert sorted(live.deliveries("state")) == [("sent",), ("technical_failure",), ("technical_failure",)]


def test_kinds_are_forgotten_before_they_fill_the_memory(
    live: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (plan, chosen, inviting):  # where it was read, and what follows from it
        monkeypatch.setattr(module, "KINDS_KEPT", 2)
    first = (live.now + timedelta(days=3)).astimezone(SHANGHAI).replace(hour=10)
    hours = [first + timedelta(hours=hour) for hour in (0, 0, 1, 2, 0, 0)]

    def invite() -> None:
        live.send([create_interview(live.cast, now=live.now, starts_at=hour) for hour in hours])

    live.act(invite)
    assert [each.shared is None for each in told(live)] == [True, False, True, True, True, False]
    assert [snapshot["context"]["interview_time"] for snapshot in snapshots(live)] == [
        f"{hour.astimezone(SHANGHAI):%H:%M}–{hour.astimezone(SHANGHAI) + timedelta(hours=1):%H:%M}"
        for hour in hours
    ]
    outside = FakeProvider()
    deliver(outside)
    assert len(outside.sent) == len(hours)
