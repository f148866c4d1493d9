"""The page of what needs attention: what stands on it, filters, counters, remedies with counts first, export."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import Cast, create_cast, sign_in_client
from tests.messaging.test_remedy import trouble
from yuemian.interviews.attention import reading
from yuemian.messaging.models import Batch, Delivery
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def listed(client: Client, query: str = "") -> set[UUID]:
    page = client.get(f"/deliveries{query}").context["page"]
    return {row.delivery.pk for row in page.rows}


def text_of(client: Client, address: str) -> str:
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def test_every_trouble_is_listed_with_reason_remedy_and_buttons(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    held = trouble(cast, 1, "held", now=now, reason="not_configured")
    failed = trouble(cast, 1, "permanent_failure", now=now, reason="invalid_contact")
    unclear = trouble(cast, 1, "unknown", now=now, reason="outcome_unknown")
    late = trouble(cast, 1, "expired", now=now, reason="deadline_passed")
    trouble(cast, 1, "sent", now=now)
    assert listed(recruiter_client) == {*held, *failed, *unclear, *late}
    page = text_of(recruiter_client, "/deliveries")
    for sentence in (
        "This channel is not set up.",
        "Ask for the right one.",
        "Ask the candidate before you send",
    ):
        assert sentence in page
    offered = {
        row.delivery.pk: [value for value, _ in row.buttons]
        for row in recruiter_client.get("/deliveries").context["page"].rows
    }
    assert offered == {
        held[0]: ["release", "switch", "give_up"],
        failed[0]: ["switch", "give_up"],
        unclear[0]: ["arrived", "not_arrived", "give_up"],
        late[0]: ["give_up"],
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?state=held", 1),
        ("?state=failed", 2),
        ("?reason=invalid_contact", 1),
        ("?channel=email", 3),
        ("?channel=sms", 0),
        ("?purpose=invitation", 3),
        ("?purpose=reminder", 0),
        ("?state=nonsense&reason=nonsense&batch=nonsense", 3),
    ],
)
def test_the_filter_stands_in_the_address(
    cast: Cast, recruiter_client: Client, now: datetime, query: str, count: int
) -> None:
    trouble(cast, 1, "held", now=now)
    trouble(cast, 1, "permanent_failure", now=now, reason="invalid_contact")
    trouble(cast, 1, "technical_failure", now=now, reason="template_error")
    assert len(listed(recruiter_client, query)) == count


def test_batch_and_job_narrow_the_list(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    backend = trouble(cast, 1, "held", now=now)
    sales = trouble(cast, 1, "held", now=now, interview={"job": cast.sales})
    batch = Batch.objects.get(notifications__deliveries=sales[0])
    assert listed(recruiter_client, f"?batch={batch.pk}") == set(sales)
    assert listed(recruiter_client, f"?job={cast.backend.pk}") == set(backend)


def test_who_was_reached_by_another_channel_is_not_asked_about(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    ids = trouble(cast, 1, "permanent_failure", now=now)
    old = Delivery.objects.get()
    Delivery.objects.create(
        organization=cast.organization, notification=old.notification, channel="sms", is_rehearsal=True,
        state="sent", due_at=now, deadline_at=old.deadline_at, created_at=now,
    )  # fmt: skip
    assert listed(recruiter_client) == set()
    assert listed(recruiter_client, "?reached=all") == set(ids)


def test_old_ones_show_when_asked_for(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    ids = trouble(cast, 1, "expired", now=now, deadline_at=now - timedelta(days=8))
    assert listed(recruiter_client) == set()
    assert listed(recruiter_client, "?age=all") == set(ids)


def test_pages_follow_each_other_without_a_gap(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    ids = trouble(cast, 120, "held", now=now)
    seen, query = [], ""
    while True:
        page = recruiter_client.get(f"/deliveries{query}").context["page"]
        seen += [row.delivery.pk for row in page.rows]
        if page.next_before is None:
            break
        query = f"?before={page.next_before}"
    assert seen == sorted(ids, reverse=True)


def test_counters_stop_at_their_cap(cast: Cast, now: datetime) -> None:
    trouble(cast, 5, "held", now=now)
    trouble(cast, 2, "unknown", now=now)
    figures = reading.count(cast.recruiter, reading.Filters(), now=now, cap=3)
    # A full group takes nothing from the others.
    assert figures == {"all": 4, "held": 4, "failed": 0, "unknown": 2, "expired": 0}
    assert (reading.capped(4, 3), reading.capped(3, 3), reading.capped(1_001)) == ("3+", "3", "1,000+")


def test_the_page_costs_the_same_for_one_row_and_fifty(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 1, "held", now=now)
    with CaptureQueriesContext(connection) as one:
        recruiter_client.get("/deliveries")
    trouble(cast, 49, "held", now=now)
    with CaptureQueriesContext(connection) as fifty:
        recruiter_client.get("/deliveries")
    assert len(one) == len(fifty)


# --- Remedies ----------------------------------------------------------------------------------------------


def test_a_rows_own_button_acts_at_once(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    ids = trouble(cast, 2, "held", now=now)
    answer = recruiter_client.post("/deliveries/check", {"one": f"{ids[0]}:release", "filter": "state=held"})
    assert answer["Location"] == "/deliveries?state=held"
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["queued", "held"]


def test_a_bulk_remedy_says_first_what_will_happen(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    failed = trouble(cast, 3, "temporary_failure", now=now)
    dead = trouble(cast, 1, "temporary_failure", now=now, deadline_at=now)
    page = recruiter_client.post("/deliveries/check", {"ids": [*failed, *dead], "remedy": "retry"})
    (offer,) = page.context["offers"]
    assert offer.count == 3
    assert [count for _reason, count in offer.refused] == [1]
    assert Delivery.objects.count() == 4
    form = {"ids": [*failed, *dead], "remedy": "retry", "expected": "3"}
    recruiter_client.post("/deliveries/act", form)
    assert Delivery.objects.filter(state="queued", occurrence=2).count() == 3
    again = recruiter_client.post("/deliveries/act", form, follow=True, headers={"accept-language": "en"})
    assert "Something changed meanwhile." in again.content.decode()
    assert Delivery.objects.count() == 7


def test_all_that_match_are_helped_page_by_page_or_not(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 60, "held", now=now, reason="not_configured")
    trouble(cast, 2, "held", now=now, reason="quota_exhausted")
    form = {"all_matching": "1", "filter": "reason=not_configured", "remedy": "release"}
    page = recruiter_client.post("/deliveries/check", form)
    assert (page.context["offers"][0].count, page.context["ids"]) == (60, [])
    recruiter_client.post("/deliveries/act", {**form, "expected": "60"})
    assert Delivery.objects.filter(state="queued").count() == 60


def test_another_channel_is_offered_with_its_own_count(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    both = trouble(cast, 2, "permanent_failure", now=now)
    mail_only = trouble(cast, 1, "permanent_failure", now=now, interview={"phone": ""})
    page = recruiter_client.post("/deliveries/check", {"ids": [*both, *mail_only], "remedy": "switch"})
    assert {offer.channel: offer.count for offer in page.context["offers"]}["sms"] == 2
    recruiter_client.post(
        "/deliveries/act", {"ids": both, "remedy": "switch", "channel": "sms", "expected": "2"}
    )
    assert Delivery.objects.filter(channel="sms", state="queued").count() == 2


def test_a_remedy_nobody_knows_or_an_empty_choice_changes_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 1, "held", now=now)
    for form in ({"remedy": "burn"}, {"remedy": "release", "ids": []}, {"one": "x:release"}):
        assert recruiter_client.post("/deliveries/check", form)["Location"] == "/deliveries"
    for form in ({"remedy": "release"}, {"remedy": "switch", "expected": "1"}):
        assert recruiter_client.post("/deliveries/act", form)["Location"] == "/deliveries"
    assert Delivery.objects.get().state == "held"


def test_looking_changes_nothing_and_leads_nowhere_else(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    ids = trouble(cast, 1, "held", now=now)
    for address in ("/deliveries/check", "/deliveries/act", "/deliveries/export"):
        assert recruiter_client.get(address, {"one": f"{ids[0]}:release"}).status_code == 405
    form = {"one": f"{ids[0]}:release", "filter": "next=//evil.example&state=held"}
    assert recruiter_client.post("/deliveries/check", form)["Location"] == "/deliveries?state=held"


# --- Who may, and what leaves ------------------------------------------------------------------------------


def test_only_those_who_send_may_open_it(cast: Cast, now: datetime) -> None:
    trouble(cast, 1, "held", now=now)
    for person in (cast.lead, cast.interviewer, cast.auditor):
        client = sign_in_client(person)
        assert client.get("/deliveries").status_code == 403
        assert client.post("/deliveries/act", {"remedy": "release", "expected": "1"}).status_code == 403
        assert reading.count_for_navigation(person) == 0


def test_the_navigation_counts_what_waits(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    assert 'nav-count" data-empty' in text_of(recruiter_client, "/interviews")
    trouble(cast, 3, "held", now=now)
    assert '<span class="number" aria-hidden="true">3</span>' in text_of(recruiter_client, "/interviews")
    assert '<span class="number" aria-hidden="true">3</span>' in text_of(
        recruiter_client, "/deliveries/attention"
    )
    trouble(cast, 100, "held", now=now)
    assert "99+" in text_of(recruiter_client, "/deliveries/attention")


def test_the_export_holds_no_address_and_runs_no_formula(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 1, "held", now=now, interview={"name": "=HYPERLINK(1)", "email": "secret@example.com"})
    trouble(cast, 1, "unknown", now=now)
    answer = recruiter_client.post("/deliveries/export", {"filter": "state=held"})
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][0] == "'=HYPERLINK(1)"
    assert "secret@example.com" not in answer.content.decode()
    assert AuditEntry.objects.get(action="deliveries.exported").details == {"count": 1}


def test_another_company_sees_and_helps_none_of_it(transactional_db: None) -> None:
    with transaction.atomic():
        ours = create_cast(now=timezone.now(), name="甲公司")
        (held,) = trouble(ours, 1, "held", now=timezone.now())
    with transaction.atomic():
        stranger = sign_in_client(create_cast(now=timezone.now(), name="乙公司").owner)
    assert listed(stranger, "?age=all&reached=all") == set()
    stranger.post("/deliveries/check", {"one": f"{held}:release"})
    stranger.post("/deliveries/act", {"ids": [held], "remedy": "give_up", "expected": "0"})
    with acting_in(ours.organization.pk):
        assert Delivery.objects.get().state == "held"


# --- Batches -----------------------------------------------------------------------------------------------


def test_a_batch_is_paused_and_resumed_from_its_page(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 2, "queued", now=now)
    Batch.objects.update(state="running")
    address = f"/batches/{Batch.objects.get().pk}"
    assert "Pause" in text_of(recruiter_client, address)
    recruiter_client.post(f"{address}/pause")
    assert Batch.objects.get().state == "paused"
    assert "Resume: 2 messages leave" in text_of(recruiter_client, address)
    recruiter_client.post(f"{address}/resume")
    assert Batch.objects.get().state == "running"
    assert recruiter_client.post(f"{address}/resume").status_code == 302


def test_a_batch_paused_by_its_first_few_says_why(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    trouble(cast, 2, "held", now=now, reason="credentials_refused")
    Batch.objects.update(state="paused", canary=5, paused_at=now, paused_reason="credentials_refused")
    page = text_of(recruiter_client, f"/batches/{Batch.objects.get().pk}")
    assert "Paused after the first 5 people: The provider refused our password." in page


def test_time_left_is_said_only_when_the_speed_was_measured(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    ids = trouble(cast, 30, "queued", now=now)
    Batch.objects.update(state="running")
    address = f"/batches/{Batch.objects.get().pk}"
    assert "left" not in text_of(recruiter_client, address).split("batch-live")[1].split("counters")[0]
    Delivery.objects.filter(pk__in=ids[:5]).update(state="sent", sent_at=timezone.now())
    assert "about 1 minute left" in text_of(recruiter_client, address)


@pytest.mark.parametrize("what", ["pause", "resume", "stop"])
def test_a_hiring_lead_touches_no_batch(cast: Cast, now: datetime, what: str) -> None:
    trouble(cast, 1, "queued", now=now)
    batch = Batch.objects.get()
    assert sign_in_client(cast.lead).post(f"/batches/{batch.pk}/{what}").status_code == 403
