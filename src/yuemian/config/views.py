"""What machines ask: does the process live, and can it serve."""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public


class _Migrations:
    """Once applied they stay applied while this process lives; until then every question looks again."""

    def __init__(self) -> None:
        self._applied = False

    def are_applied(self) -> bool:
        if not self._applied:
            executor = MigrationExecutor(connection)
            self._applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._applied


migrations = _Migrations()


@public
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"name": "yuemian", "status": "ok"})


@public
@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, else 503 with the names of what is missing."""
    missing = _missing()
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503)
    return JsonResponse({"status": "ready"})


def _missing() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not migrations.are_applied():
            return ["migrations"]
    except Error:
        return ["database"]
    return []
