"""Applies row-level security and grants after every migration."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrustConfig(AppConfig):
    name = "yuemian.trust"
    label = "trust"

    def ready(self) -> None:
        # Models may be imported only now.
        post_migrate.connect(
            import_module("yuemian.trust.database").secure, dispatch_uid="yuemian.trust.secure"
        )
