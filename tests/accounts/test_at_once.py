"""Two administrators at the same moment: neither leaves the company without one, or in a rehearsal nobody wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from django.utils import timezone

from tests.beside import Beside
from tests.factories import PASSWORD, Cast, create_cast, create_user, sign_in_client
from yuemian.accounts.actions import LastAdministrator, save_organization, save_user, set_rehearsal
from yuemian.accounts.models import Organization, Role, User
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in

NOW = timezone.now()


@pytest.fixture
def company(transactional_db: None) -> Iterator[Cast]:
    with transaction.atomic():
        found = create_cast(now=NOW)
    yield found
    connections.close_all()


def demote(editor: User, person: User) -> None:
    person.role = Role.RECRUITER
    save_user(editor, person, password="", now=NOW)


def test_two_administrators_who_demote_each_other_leave_one(company: Cast) -> None:
    with acting_in(company.organization.pk):
        second = create_user(company.organization, Role.ADMINISTRATOR, "第二位管理员")
    first = company.owner
    with acting_in(company.organization.pk):
        demote(first, second)
        other = Beside(company.organization.pk, lambda: demote(second, first))
        other.waits()
    with pytest.raises(LastAdministrator):
        other.ends()
    with acting_in(company.organization.pk):
        assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


def test_going_live_twice_is_going_live(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    for _ in range(2):
        answer = client.post("/settings/rehearsal", {"wanted": "live", "password": PASSWORD})
        assert answer.status_code == 302
    assert not Organization.objects.get().is_rehearsal
    assert AuditEntry.objects.filter(action="organization.rehearsal_set").count() == 1
    assert client.post("/settings/rehearsal", {"wanted": "live", "password": "wrong"}).status_code == 422
    assert client.post("/settings/rehearsal", {"wanted": "rehearsal"}).status_code == 302
    assert Organization.objects.get().is_rehearsal


def test_saving_the_company_leaves_what_a_colleague_decided_meanwhile(cast: Cast) -> None:
    stale = Organization.objects.get()
    set_rehearsal(cast.owner, is_rehearsal=not stale.is_rehearsal, now=NOW)
    wanted, stale.name_en = not stale.is_rehearsal, "Galaxy"
    save_organization(cast.owner, stale, ["name_en"], now=NOW)
    found = Organization.objects.get()
    assert (found.is_rehearsal, found.name_en) == (wanted, "Galaxy")
