"""Row-level security: what one organization can never see of another."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from tests.factories import Cast, create_cast, create_interview
from yuemian.hiring.models import Candidate
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Template
from yuemian.trust.models import TenantModel
from yuemian.trust.tenancy import SETTING, WrongOrganization, acting_in, enter

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]


def other_organization(now: datetime) -> Cast:
    """A second organization, founded with the transaction unbound for the moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])
    return create_cast(now=now, name="远山科技")


def switch_to(organization_id: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, str(organization_id)])


def test_the_suite_itself_runs_without_special_rights(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("yuemian_app", False, False)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_every_tenant_table_forces_row_level_security(db: None, model: type[TenantModel]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class "
            "WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, True, "yuemian_owner")


def test_no_table_with_an_organization_is_missing_from_the_models(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'organization_id' AND table_schema = 'public'"
        )
        tables = {row[0] for row in cursor.fetchall()}
    assert tables == {model._meta.db_table for model in TENANT_MODELS}


def test_every_table_is_a_tenants_or_listed_as_shared(db: None) -> None:
    shared = {"trust_ratelimit", "accounts_organization", "messaging_workerlife"}
    known = {model._meta.db_table for model in TENANT_MODELS} | shared | {"django_migrations"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert {row[0] for row in cursor.fetchall()} <= known


def test_without_an_organization_there_are_no_rows(cast: Cast) -> None:
    switch_to("")
    assert Template.objects.count() == 0


def test_one_organization_never_sees_anothers_rows(cast: Cast, now: datetime) -> None:
    mine = create_interview(cast, now=now)
    other_organization(now)
    assert not Interview.objects.filter(pk=mine.pk).exists()
    assert not Candidate.objects.filter(name=mine.application.candidate.name).exists()
    assert Interview.objects.filter(pk=mine.pk).update(round="终试") == 0
    switch_to(cast.organization.pk)
    assert Interview.objects.get(pk=mine.pk).round == "初试"


def test_a_row_cannot_be_written_for_another_organization(cast: Cast, now: datetime) -> None:
    other = other_organization(now)
    switch_to(cast.organization.pk)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Template.objects.create(organization_id=other.organization.pk, purpose="invitation", name="x")


def test_a_transaction_cannot_change_its_organization(cast: Cast, now: datetime) -> None:
    other = other_organization(now)
    switch_to(cast.organization.pk)
    with pytest.raises(WrongOrganization):
        enter(other.organization.pk)
    with pytest.raises(WrongOrganization), acting_in(other.organization.pk):
        pass


def test_the_audit_trail_can_be_neither_changed_nor_deleted(cast: Cast) -> None:
    for statement in ("UPDATE trust_auditentry SET action = 'x'", "DELETE FROM trust_auditentry"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
