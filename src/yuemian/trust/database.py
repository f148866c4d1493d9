"""Row-level security and grants: applied to every table after every migration, checked by a guard test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models import Model

from yuemian.trust.models import TenantModel
from yuemian.trust.tenancy import SETTING

APP, ENGINE = "yuemian_app", "yuemian_engine"
#: Tables without an organization and what the web role may do with them. The first is itself the tenant.
SHARED_TABLES = {
    "trust_ratelimit": "SELECT, INSERT, UPDATE, DELETE",
    "django_migrations": "SELECT",
    "messaging_workerlife": "SELECT",
}
#: The same for the engine's role.
SHARED_TABLES_OF_ENGINE = {
    "django_migrations": "SELECT",
    "messaging_workerlife": "SELECT, INSERT, UPDATE, DELETE",
}


def secure(sender: AppConfig, using: str, **_: Any) -> None:
    """After a migration: force row-level security on tenant tables, grant the roles what the models say.

    Idempotent. Runs once, for the last of our apps, when all tables stand.
    """
    if sender.label != "trust":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] in {APP, ENGINE}:
            return  # the serving roles never migrate; emptying a table in a test sends the same signal
        for statement in statements():
            cursor.execute(statement)


def statements() -> list[str]:
    lines = [
        f"GRANT USAGE ON SCHEMA public TO {APP}, {ENGINE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}, {ENGINE}",
    ]
    for model in apps.get_models():
        if issubclass(model, TenantModel):
            lines += _tenant_table(model, "organization_id", model.app_may, model.engine_may)
        elif model._meta.label == "accounts.Organization":
            lines += _tenant_table(model, "id", frozenset({"SELECT", "UPDATE"}), frozenset({"SELECT"}))
    lines += [f"GRANT {grants} ON {table} TO {APP}" for table, grants in SHARED_TABLES.items()]
    lines += [f"GRANT {grants} ON {table} TO {ENGINE}" for table, grants in SHARED_TABLES_OF_ENGINE.items()]
    # A function's new owner must be allowed to create in the schema at that moment, and only then.
    lines.append(f"GRANT CREATE ON SCHEMA public TO {ENGINE}")
    for config in apps.get_app_configs():
        path = Path(config.path) / "functions.sql"
        if path.exists():
            lines.append(path.read_text(encoding="utf-8"))
    lines.append(f"REVOKE CREATE ON SCHEMA public FROM {ENGINE}")
    return lines


def _tenant_table(
    model: type[Model], column: str, app_may: frozenset[str], engine_may: frozenset[str]
) -> list[str]:
    table = model._meta.db_table
    mine = f"{column} = nullif(current_setting('{SETTING}', true), '')::uuid"
    lines = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS organization ON {table}",
        f"CREATE POLICY organization ON {table} USING ({mine}) WITH CHECK ({mine})",
        f"DROP POLICY IF EXISTS engine ON {table}",
        f"REVOKE ALL ON {table} FROM {APP}, {ENGINE}",
        f"GRANT {', '.join(sorted(app_may))} ON {table} TO {APP}",
    ]
    if engine_may:
        lines.append(f"CREATE POLICY engine ON {table} TO {ENGINE} USING (true) WITH CHECK (true)")
        lines.append(f"GRANT {', '.join(sorted(engine_may))} ON {table} TO {ENGINE}")
    return lines
