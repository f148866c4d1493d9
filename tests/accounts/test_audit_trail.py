"""The audit trail: checked every night and shown so, and what people were refused stands in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from tests.factories import Cast, sign_in_client
from yuemian.accounts.tasks import check_audit_trail_nightly
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry

#: Three in the morning in Shanghai.
NIGHT = datetime(2030, 5, 5, 19, 0, tzinfo=UTC)


def checks(cast: Cast) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(organization_id=cast.organization.pk, action=audit.CHECKED))


def test_it_is_checked_once_a_night(cast: Cast) -> None:
    for hours in (0, 0.5, 1, 9, 24):
        assert check_audit_trail_nightly(cast.organization.pk, NIGHT + timedelta(hours=hours)) == 0
    assert [each.at for each in checks(cast)] == [NIGHT, NIGHT + timedelta(hours=24)]
    assert {each.actor_kind for each in checks(cast)} == {"system"}
    assert audit.verify(cast.organization.pk) is None


def test_the_page_shows_the_last_result(cast: Cast) -> None:
    client = sign_in_client(cast.auditor)
    assert client.get("/settings/audit").context["checked"] is None
    client.post("/settings/audit/verify")
    page = client.get("/settings/audit")
    assert page.context["checked"].details == {"fits": True}
    assert "所有记录完整无误" in page.content.decode()


def test_a_broken_chain_is_found_and_said(cast: Cast) -> None:
    audit.record(cast.organization.pk, audit.SYSTEM, "something", at=NIGHT)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute("UPDATE trust_auditentry SET action = 'other' WHERE action = 'something'")
        cursor.execute("SET LOCAL ROLE yuemian_app")
    check_audit_trail_nightly(cast.organization.pk, NIGHT)
    (found,) = checks(cast)
    assert found.details["problem"] == "its content was changed"
    page = sign_in_client(cast.auditor).get("/settings/audit").content.decode()
    assert f"第 {found.details['sequence']} 条" in page


def test_what_was_refused_is_written_down_once_an_hour(cast: Cast) -> None:
    client = sign_in_client(cast.interviewer)
    for _ in range(3):
        assert client.get("/results").status_code == 403
    assert client.post("/results/export?name=somebody").status_code == 403
    entries = AuditEntry.objects.filter(action="access.refused").order_by("sequence")
    assert [(each.actor_id, each.details) for each in entries] == [
        (cast.interviewer.pk, {"page": "results", "method": "GET"}),
        (cast.interviewer.pk, {"page": "results-export", "method": "POST"}),
    ]


def test_so_is_what_a_view_refuses_that_waits_for_the_network(cast: Cast) -> None:
    client = sign_in_client(cast.interviewer)
    assert client.post(f"/settings/channels/{cast.organization.pk}/trial").status_code == 403
    assert AuditEntry.objects.get(action="access.refused").details["page"] == "channel-trial"
