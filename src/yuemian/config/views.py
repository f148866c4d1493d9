"""The start page; what machines ask: does the process live, can it serve, how is it; the same for the administrator."""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from yuemian.accounts.guards import SignedInRequest, public, requires
from yuemian.accounts.models import Permission
from yuemian.config.health import health_of
from yuemian.config.metrics import may_scrape, registry


@require_safe
@never_cache
def home(request: SignedInRequest) -> HttpResponseRedirect:
    """Where a person's work begins: auditors and privacy officers see no interviews, and so have no day."""
    homes = ((Permission.SEE_INTERVIEWS, "today"), (Permission.KEEP_PRIVACY, "privacy"))
    found = (name for permission, name in homes if request.user.may(permission))
    return HttpResponseRedirect(reverse(next(found, "settings-audit")))


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


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with the token of the configuration, or from this machine itself."""
    if not may_scrape(request):
        return HttpResponseForbidden(
            "Send 'Authorization: Bearer ' and YUEMIAN_METRICS_TOKEN; without that variable only this machine may ask.",
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def health(request: SignedInRequest) -> HttpResponse:
    """How the installation is, with what to do about it."""
    context = {"health": health_of(request.user, now=timezone.now())}
    is_part = request.headers.get("HX-Target") == "health"
    return render(request, "config/health_live.html" if is_part else "config/health.html", context)
