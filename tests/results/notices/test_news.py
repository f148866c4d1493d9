"""Authors hear of letters that came back, and of letters that are not stored as they were approved; once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.factories import install_texts
from tests.results.stories import Tale
from yuemian.accounts.models import Role
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Purpose
from yuemian.messaging.models import Notification
from yuemian.results.actions import approvals, release
from yuemian.results.notices.content import Altered
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault, organization_key


@pytest.fixture(autouse=True)
def texts(tale: Tale) -> None:
    install_texts(tale.cast, Purpose.DIGEST, now=tale.now)


def news() -> list[Notification]:
    return list(Notification.objects.filter(subject_kind="result_news").order_by("created_at", "id"))


def said(tale: Tale, notification: Notification) -> dict[str, Any]:
    vault, key = Vault(tale.cast.organization.pk), organization_key(tale.cast.organization.pk)
    sealed = vault.open_bytes(key, Notification.PLACE, notification.pk, notification.parameters_sealed)
    found: dict[str, Any] = orjson.loads(sealed)["context"]
    return found


def test_whoever_submitted_hears_that_letters_came_back_and_of_nobodys_name(tale: Tale) -> None:
    batch = tale.drafts(3)
    tale.submit(batch)
    back = [each.pk for each in tale.of(batch)][:2]
    approvals.return_notices(tale.cast.lead, back, "请改得更具体。", now=tale.now)
    (one,) = news()
    assert one.user_id == tale.cast.recruiter.pk
    text = orjson.dumps(said(tale, one)).decode()
    assert str(batch.pk) in text
    assert "2" in said(tale, one)["digest"]
    for name in ("欧阳小雨", "司马清风", "诸葛明月", "更具体"):
        assert name not in text


def test_one_mail_a_time_and_none_for_nothing(tale: Tale) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    ids = [each.pk for each in tale.of(batch)]
    approvals.exclude_notices(tale.cast.lead, ids[:1], "", now=tale.now)
    approvals.return_notices(tale.cast.lead, ids, "", now=tale.now)
    approvals.return_notices(tale.cast.lead, ids, "", now=tale.now)
    assert [each.user_id for each in news()] == [tale.cast.recruiter.pk] * 2


def test_nobody_is_written_to_about_their_own_press(tale: Tale) -> None:
    batch = tale.drafts()
    tale.submit(batch)
    approvals.return_notices(tale.cast.recruiter, [tale.only(batch).pk], "", now=tale.now)
    assert news() == []


def test_a_release_that_finds_another_letter_leaves_nothing_but_the_word_of_it(tale: Tale) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    tale.approve(batch)
    forged, fine = tale.of(batch)
    other = tale.only(tale.drafts(1, Outcome.PASS, name="独孤求败"))
    tale.forge(forged, tale.text(other))
    for _ in range(2):
        with pytest.raises(Altered):
            release.release_batch(tale.cast.lead, batch.pk, now=tale.now)
    assert tale.states(batch) == [NoticeState.APPROVED] * 2
    assert not Notification.objects.filter(purpose=Purpose.RESULT).exists()
    (entry,) = AuditEntry.objects.filter(action="result.altered")
    assert entry.subject_id == forged.pk
    fine.refresh_from_db()
    assert fine.altered_at is None
    assert {each.user_id for each in news()} == {
        tale.cast.recruiter.pk,
        tale.cast.lead.pk,
        tale.cast.owner.pk,
    }


def test_an_approver_who_meets_one_agrees_to_the_rest(tale: Tale) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    forged, _fine = tale.of(batch)
    other = tale.only(tale.drafts(1, Outcome.PASS, name="独孤求败"))
    tale.forge(forged, tale.text(other))
    done = tale.approve(batch, tale.colleague(Role.HIRING_LEAD))
    assert (done.approved, done.refused) == (1, {"altered": 1})
    assert AuditEntry.objects.get(action="result.altered").subject_id == forged.pk
