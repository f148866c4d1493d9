"""What is due goes out once, and every row says what became of it."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone

from tests.factories import create_cast
from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, deliver, run
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send_test
from yuemian.messaging.engine.claim import claim
from yuemian.messaging.models import Batch, DeliveryEvent, LabMessage
from yuemian.trust.identifiers import uuid7
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault


def test_in_rehearsal_mail_and_text_message_land_in_the_lab_and_nowhere_else(story: Story) -> None:
    outside = FakeProvider()
    story.invite(3, (Channel.EMAIL, Channel.SMS))
    deliver(outside)
    assert story.deliveries("state", "provider") == [("sent", "lab")] * 6
    assert outside.sent == []
    assert [m.times_received for m in story.rows(LabMessage.objects.all())] == [1] * 6
    assert story.rows(DeliveryEvent.objects.all()) == []
    assert set(story.standings()) == {("invitation", "completed")}
    assert [b.state for b in story.rows(Batch.objects.all())] == ["finished"]


def test_the_lab_keeps_the_message_sealed_with_the_persons_own_key(story: Story) -> None:
    story.invite(1, (Channel.SMS,))
    deliver()
    (kept,) = story.rows(LabMessage.objects.select_related("key"))
    assert kept.key.purpose == "candidate"
    vault = Vault(story.cast.organization.pk)
    with acting_in(story.cast.organization.pk):
        content = orjson.loads(vault.open(kept.key, LabMessage.PLACE, kept.pk, kept.content_sealed))
    assert content["to"] == "+8613800000000"
    assert content["link"] in content["text"]
    assert (content["subject"], content["html"]) == ("", "")


def test_out_of_rehearsal_the_channels_own_provider_gets_the_whole_mail(live: Story) -> None:
    outside = FakeProvider()
    live.invite(2)
    deliver(outside)
    assert live.deliveries("state", "provider") == [("sent", "fake")] * 2
    message = outside.sent[0]
    assert message.form is not None
    mail = message_from_bytes(message.form.mail(message, live.now), policy=policy.default)
    assert mail["From"] == "星河科技 <hr@galaxy.example>"
    assert "候选人" in str(mail["To"])
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    text, page = (body.get_content() if body else "" for body in bodies)
    assert "http://localhost:8000/c/" in text
    assert "星河大厦 12 层" in page


def test_what_was_planned_in_rehearsal_never_leaves_the_house_later(story: Story) -> None:
    outside = FakeProvider()
    story.invite(1)
    story.go_live()
    deliver(outside)
    assert (story.deliveries("provider"), outside.sent) == ([("lab",)], [])


def test_an_organization_put_back_into_rehearsal_sends_nothing_outside(live: Story) -> None:
    outside = FakeProvider()
    live.invite(1)
    with acting_in(live.cast.organization.pk):
        live.cast.organization.is_rehearsal = True
        live.cast.organization.save()
    deliver(outside)
    assert (live.deliveries("provider"), outside.sent) == ([("lab",)], [])


def test_a_test_message_goes_to_the_recruiter_who_asked_for_it(story: Story) -> None:
    (interview,) = story.invite(1)
    deliver()
    with acting_in(story.cast.organization.pk):
        send_test(
            story.cast.recruiter,
            interview,
            story.cast.templates[Purpose.INVITATION],
            locale="en",
            channels=[Channel.EMAIL],
            now=story.now,
        )
    deliver()
    assert story.standings() == [("invitation", "completed"), ("test", "completed")]
    assert len(story.rows(LabMessage.objects.all())) == 2


def test_without_a_provider_a_delivery_is_held_and_a_mended_worker_sends_it(live: Story) -> None:
    live.invite(1)
    deliver()
    assert live.deliveries() == [("held", "not_configured")]
    assert [b.state for b in live.rows(Batch.objects.all())] == ["running"]

    async def start_mended() -> None:
        worker = create_worker(FakeProvider())
        await worker.open()
        await worker.release_held()
        await worker.drain()
        await worker.close()

    run(start_mended())
    assert live.deliveries("state", "provider") == [("sent", "fake")]


def test_only_running_batches_are_claimed(story: Story) -> None:
    story.invite(2)
    story.change("UPDATE messaging_batch SET state = 'paused'")
    deliver()
    assert story.deliveries("state") == [("queued",)] * 2


def test_what_is_due_later_waits(story: Story) -> None:
    story.invite(1)
    story.change("UPDATE messaging_delivery SET due_at = %s", story.now + timedelta(hours=1))
    deliver()
    assert story.deliveries("state") == [("queued",)]


def test_a_large_send_of_one_company_does_not_make_another_wait(story: Story) -> None:
    with transaction.atomic():
        other = Story(create_cast(now=timezone.now(), name="远山物流"))
    story.invite(30)
    other.invite(3)

    async def first_claim() -> set[str]:
        worker = create_worker()
        await worker.open()
        rows = await claim(worker.database, uuid7(), limit=10, lease=timedelta(seconds=60))
        await worker.close()
        return {str(row.organization_id) for row in rows}

    assert run(first_claim()) == {str(story.cast.organization.pk), str(other.cast.organization.pk)}


def test_the_most_urgent_go_first(story: Story) -> None:
    story.invite(5)
    story.change(
        "UPDATE messaging_delivery SET priority = 5 WHERE id = (SELECT max(id::text)::uuid FROM messaging_delivery)"
    )

    async def first_claim() -> list[UUID]:
        worker = create_worker()
        await worker.open()
        rows = await claim(worker.database, uuid7(), limit=1, lease=timedelta(seconds=60))
        await worker.close()
        return [row.id for row in rows]

    urgent = story.deliveries("id", "priority")
    assert run(first_claim()) == [id_ for id_, priority in urgent if priority == 5]


def test_open_pages_hear_of_it_when_the_batch_is_done(story: Story) -> None:
    story.invite(4)

    async def heard() -> list[dict[str, str]]:
        worker = create_worker()
        await worker.open()
        news = worker.database.listen("yuemian_events")
        await anext(news)
        await worker.drain()
        found = [orjson.loads(await anext(news)) for _ in range(2)]
        await news.aclose()  # type: ignore[attr-defined]
        await worker.close()
        return found

    topics = {news["topic"]: news for news in run(heard())}
    assert set(topics) == {"interviews", "batch"}
    assert topics["batch"]["batch"] == str(story.rows(Batch.objects.all())[0].pk)
