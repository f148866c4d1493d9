"""What is due goes out once, and every row says what became of it."""

from __future__ import annotations

from tests.messaging.engine.conftest import FakeProvider, Story, deliver

from yuemian.domain.states import Channel
from yuemian.messaging.models import Batch, DeliveryEvent, LabMessage, Notification


def test_in_rehearsal_mail_and_text_message_land_in_the_lab_and_nowhere_else(story: Story) -> None:
    outside = FakeProvider()
    story.invite(3, (Channel.EMAIL, Channel.SMS))
    deliver(outside)
    assert story.deliveries("state", "provider") == [("sent", "lab")] * 6
    assert outside.sent == []
    assert [m.times_received for m in story.rows(LabMessage.objects.all())] == [1] * 6
    assert {e.kind for e in story.rows(DeliveryEvent.objects.all())} == {"accepted"}
    assert {n.state for n in story.rows(Notification.objects.all())} == {"completed"}
    assert [b.state for b in story.rows(Batch.objects.all())] == ["finished"]


def test_out_of_rehearsal_the_channels_own_provider_gets_the_whole_mail(live: Story) -> None:
    outside = FakeProvider()
    live.invite(2)
    deliver(outside)
    assert live.deliveries("state", "provider") == [("sent", "fake")] * 2
    assert len(outside.sent) == 2
